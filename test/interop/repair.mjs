// node --import tsx test/interop/repair.mjs [--quick] [WORD...]
//
// Directories on which a real server refused to start (boot-cases.ts, as noted in boot-outcomes.ndjson) are repaired, and
// that server is started on the result: it must serve, at the zxid that the manifest promises and with as many znodes.
//
// Each is tried with every release that refused it, with --quick with one of them. Words choose cases by name.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jars } from '../../fixtures/make/releases.mjs';
import { prepare, startOn } from './boot-run.mjs';
import { HOPELESS, repairCases, repairOptions } from './repair-cases.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const AT_ONCE = 3;

const run = promisify(execFile);
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const folder = mkdtempSync(join(tmpdir(), 'zoolog-repair-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs repair; the exit code and what it says. */
async function repair(source, out, release, options) {
  const zoolog = ['--import', 'tsx', join(ROOT, 'src/cli/bin.ts')];
  const args = ['repair', source, '-o', out, '--for', release, '--quiet', ...options];
  return run(process.execPath, [...zoolog, ...args], { cwd: ROOT }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    ({ code, stderr }) => ({ code, stderr }),
  );
}

const chosen = repairCases().filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const jobs = chosen.flatMap((one, i) => {
  const dir = join(folder, `case-${i}`);
  mkdirSync(dir);
  one.make(dir);
  const releases = isQuick ? one.refusedBy.slice(-1) : one.refusedBy;
  return releases.map((release) => ({ ...one, dir, release, i }));
});
for (const release of new Set(jobs.map((job) => job.release))) jars(release);

let good = 0;
let hopeless = 0;
let failed = 0;
let next = 0;
const started = Date.now();

async function one(job) {
  const { name, dir, layout, spec = {}, release, i } = job;
  const out = join(folder, `out-${i}-${release}`);
  const source = layout === undefined ? dir : join(dir, layout.dataDir);
  const { code, stderr } = await repair(source, out, release, repairOptions(job, dir));
  if (code > 1 || !existsSync(out)) {
    if (HOPELESS.has(name)) hopeless++;
    else failed++;
    console.log(
      `${name}, ${release}: not repaired: ${stderr.trim().split('\n').at(-1).replaceAll(folder, '')}`,
    );
    return;
  }
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  const run = { pattern: out, dir: join(folder, `run-${i}-${release}`) };
  // What the manifest says that the servers need.
  const large = manifest.requires.some((text) => text.includes('jute.maxbuffer'));
  const settings = large ? { ...spec, maxBuffer: 64 * 1024 * 1024 } : spec;
  let outcome;
  do {
    const place = await prepare(run);
    cpSync(out, run.dir, { recursive: true });
    outcome = await startOn(place, release, settings, true);
  } while (outcome.errors?.some((line) => line.includes('Address already in use')));
  rmSync(run.dir, { recursive: true, force: true });
  rmSync(out, { recursive: true, force: true });
  // A server counts the root twice; what it deletes at the start is its own affair.
  const isServed = outcome.errors === undefined && outcome.zxid === manifest.zxid;
  if (isServed && (outcome.nodes === manifest.znodes + 1 || manifest.notes.length > 0)) {
    good++;
    return;
  }
  failed++;
  console.log(`${name}, ${release}: promised ${manifest.zxid} and ${manifest.znodes} znodes`);
  console.log(`    ${JSON.stringify(outcome)}`);
}

async function work() {
  for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await one(job);
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
const seconds = Math.round((Date.now() - started) / 1000);
console.log(
  `repair: ${jobs.length} refused starts in ${seconds} s, ${good} start now as promised, ${hopeless} have nothing to start on, ${failed} not`,
);
process.exit(failed === 0 ? 0 : 1);
