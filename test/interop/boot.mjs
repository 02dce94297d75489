// node --import tsx test/interop/boot.mjs [--quick] [--record] [RELEASE...] [WORD...]
//
// Has real servers start on damaged and odd directories, and compares what comes of it with what zoolog says
// beforehand: zxid and node count, or the error in the server's log, and the files that it writes and deletes.
//
// Every directory is tried with the releases that its case names. --quick tries each with one of them only, another
// for each, in a fifth of the time. Releases (3.8, 3.5.6) take the place of those of the cases; jars of patches that
// are not there are downloaded. Words choose cases by name.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jars } from '../../fixtures/make/releases.mjs';
import { parseRelease } from '../../src/datadir/release.ts';
import { cases } from './boot-cases.ts';
import { differences, predict } from './boot-compare.ts';
import { readOutcomes, writeOutcomes } from './boot-outcomes.ts';
import { prepare, startOn } from './boot-run.mjs';

const AT_ONCE = 3;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const records = process.argv.includes('--record');
const wanted = words.filter((word) => /^3\.\d+(\.\d+)?$/.test(word));
const names = words.filter((word) => !wanted.includes(word));

const folder = mkdtempSync(join(tmpdir(), 'zoolog-boot-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const chosen = cases.filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)));
const runs = chosen.flatMap(({ make, releases, ...one }, i) => {
  const pattern = join(folder, `case-${i}`);
  mkdirSync(pattern);
  make(pattern);
  const few = isQuick ? [releases[i % releases.length]] : releases;
  const all = wanted.length > 0 ? wanted : few;
  return all.map((line) => {
    const release = parseRelease(line).text;
    return { ...one, release, pattern, dir: join(folder, `run-${i}-${release}`) };
  });
});
for (const release of new Set(runs.map((run) => run.release))) jars(release);
const outcomes = {};

const started = Date.now();
let failed = 0;
let next = 0;
async function work() {
  for (let run = runs[next++]; run !== undefined; run = runs[next++]) {
    const { name, release, dir, spec = {}, leads = false } = run;
    let prediction;
    let outcome;
    do {
      const place = await prepare(run);
      prediction = predict(join(dir, 'zoo.cfg'), release, spec);
      const serves = leads || prediction.boot.mode === 'standalone';
      outcome = await startOn(place, release, spec, serves);
      // Somebody else took the port meanwhile.
    } while (outcome.errors?.some((line) => line.includes('Address already in use')));
    outcomes[name] = { ...outcomes[name], [release]: outcome };
    const wrong = differences(prediction, outcome, dir, leads);
    rmSync(dir, { recursive: true, force: true });
    if (wrong.length === 0) continue;
    failed++;
    console.log(`${name}, ${release}\n    ${wrong.join('\n    ')}`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `boot: ${chosen.length} directories, ${runs.length} starts in ${seconds} s, ${runs.length - failed} as foretold, ${failed} not`,
);
if (records) {
  const known = readOutcomes();
  for (const [name, one] of Object.entries(outcomes)) known[name] = { ...known[name], ...one };
  writeOutcomes(
    known,
    cases.map(({ name }) => name),
  );
}
process.exit(failed === 0 ? 0 : 1);
