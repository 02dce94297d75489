// npm run test:interop [-- [--quick] NAME...]: has real servers of every release line make files now, and runs the tests
// that compare with what their clients read on those instead of on the committed ones. Then has real servers start on
// damaged and odd directories (boot.mjs; all in about four minutes, with --quick a third of it in one), and on a fixture cut
// off at random moments (moments.mjs), and on trees converted from line to line (convert.mjs --quick, a minute; without
// --quick it takes every line for every other, six minutes), and on what
// repair makes of the directories that they refused (repair.mjs --quick, two minutes), and on scrubbed copies (scrub.mjs).
//
// Needs Java, Maven and Maven Central; without them it says so and ends well, for the committed fixtures are tested
// by `npm test` anyway.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const TESTS = ['test/source/fixtures', 'test/store/real-files', 'test/cli/same-rows', 'test/cli/lost'];
const isQuick = process.argv.includes('--quick');
const named = process.argv.slice(2).filter((word) => word !== '--quick');
const names = named.length > 0 ? named : ['standalone-*', 'load-*', 'snappy-*', 'lost-*'];

const lacks = ['java', 'mvn'].filter((tool) => spawnSync(tool, ['-version']).status !== 0);
if (lacks.length > 0) {
  console.log(`interop skipped: there is no ${lacks.join(' and no ')} here`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'zoolog-interop-'));
  const run = (command, args) => {
    const env = { ...process.env, ZOOLOG_FIXTURES: folder };
    return spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status;
  };
  try {
    const vitest = [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'test/vitest.config.ts',
      ...TESTS,
    ];
    const boots = ['--import', 'tsx', 'test/interop/boot.mjs', ...(isQuick ? ['--quick'] : [])];
    const moments = ['--import', 'tsx', 'test/interop/moments.mjs'];
    const converts = ['--import', 'tsx', 'test/interop/convert.mjs', '--quick'];
    const replays = ['--import', 'tsx', 'test/interop/replays.mjs'];
    const repairs = ['--import', 'tsx', 'test/interop/repair.mjs', '--quick'];
    const scripts = ['--import', 'tsx', 'test/interop/zkcli.mjs'];
    const scrubs = ['--import', 'tsx', 'test/interop/scrub.mjs'];
    const made = ['fixtures/make/make.mjs', ...names];
    const failed = [made, vitest, boots, moments, converts, replays, repairs, scrubs, scripts].find(
      (step) => run(process.execPath, step) !== 0,
    );
    process.exitCode = failed === undefined ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
