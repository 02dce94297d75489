// node --import tsx test/interop/boot.mjs [--all] [WORD...]: has real servers start on damaged and odd directories, and
// compares what comes of it with what zoolog says beforehand. Words choose cases by name, release lines by number.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cases } from './boot-cases.mjs';
import { runCase } from './boot-run.mjs';

const words = process.argv.slice(2);
const lines = words.filter((word) => /^3\.\d(\.\d+)?$/.test(word));
const names = words.filter((word) => !lines.includes(word));
const AT_ONCE = 3;

const folder = mkdtempSync(join(tmpdir(), 'zoolog-boot-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const runs = cases
  .filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)))
  .flatMap((one, i) => {
    const pattern = join(folder, `case-${i}`);
    mkdirSync(pattern, { recursive: true });
    one.make(pattern);
    const { make: _, releases, name, ...rest } = one;
    return releases
      .filter((release) => lines.length === 0 || lines.some((line) => release.startsWith(line)))
      .map((release) => ({ name, release, pattern, dir: join(folder, `run-${i}-${release}`), ...rest }));
  });

const started = Date.now();
let failed = 0;
let next = 0;
async function work() {
  for (let run = runs[next++]; run !== undefined; run = runs[next++]) {
    const wrong = await runCase(run);
    rmSync(run.dir, { recursive: true, force: true });
    if (wrong.length === 0) continue;
    failed++;
    console.log(`${run.name}, ${run.release}\n    ${wrong.join('\n    ')}`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
const directories = new Set(runs.map(({ pattern }) => pattern)).size;
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `boot: ${directories} directories, ${runs.length} starts in ${seconds} s, ${runs.length - failed} as foretold, ${failed} not`,
);
process.exit(failed === 0 ? 0 : 1);
