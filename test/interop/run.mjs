// npm run test:interop [-- NAME...]: has real servers of every release line make files now, and runs the tests that
// compare with what their clients read on those instead of on the committed ones.
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
const names =
  process.argv.length > 2 ? process.argv.slice(2) : ['standalone-*', 'load-*', 'snappy-*', 'lost-*'];

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
    const failed =
      run(process.execPath, ['fixtures/make/make.mjs', ...names]) || run(process.execPath, vitest) ? 1 : 0;
    process.exitCode = failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
