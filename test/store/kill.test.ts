// A run that is killed leaves the old index, none, or the new one; the next run works and cleans up.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { IndexError } from '../../src/errors.js';
import { useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { caught } from '../support/read-all.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { compileTo } from './compiled.js';
import { dump } from './dump.js';
import { build, freshDump, writeFiles } from './indexes.js';

const temp = useTempDir();
const CHILD = fileURLToPath(new URL('./index-child.mjs', import.meta.url));
const dist = compileTo(temp.path);
const MOMENTS = 17;
const NEVER = 2 ** 50;

const znodes = Array.from({ length: 4000 }, (_, i) => ({ path: `/n${i}`, data: `data ${i}` }));
const older = {
  'snapshot.1': snapshotBytes({ znodes: NEW_TREE }),
  'log.2': logBytes({ txns: creates(500, 2n) }),
};
const newer = {
  ...older,
  'snapshot.5': snapshotBytes({ znodes: [...NEW_TREE, ...znodes], trailer: 'both' }),
  'log.2': logBytes({ txns: creates(4000, 2n) }),
};
const folder = writeFiles(join(temp.path, 'in', 'version-2'), newer);

/** Runs the child and kills it `delay` ms after it begins; returns how many ms it took where it ended by itself. */
function run(file: string, threadFrom: number, delay: number | null): Promise<number> {
  const child = spawn(process.execPath, [CHILD, dist, file, folder, JSON.stringify({ threadFrom })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let began = 0;
  child.stdout.on('data', () => {
    if (began > 0) return;
    began = performance.now();
    if (delay !== null) setTimeout(() => child.kill('SIGKILL'), delay);
  });
  return new Promise((resolve) => child.on('exit', () => resolve(performance.now() - began)));
}

describe.each([
  ['a first run', NEVER, false],
  ['a first run with a thread', 0, false],
  ['a run on an index that is there', NEVER, true],
])('%s', (title, threadFrom, hasOld) => {
  const place = join(temp.path, title.replaceAll(' ', '-'));
  const file = join(place, 'case.db');
  const old = join(temp.path, `${title.replaceAll(' ', '-')}-old.db`);

  test(`killed at ${MOMENTS} moments leaves a whole index or none, and the next run works`, {
    timeout: 300_000,
  }, async () => {
    mkdirSync(place);
    let oldDump: string[] = [];
    if (hasOld) {
      const oldFolder = writeFiles(folder, older);
      build(old, [oldFolder]);
      oldDump = dump(old);
      writeFiles(folder, newer);
    }
    const expected = freshDump(join(temp.path, 'new.db'), [folder]);
    const restore = () => {
      rmSync(file, { force: true });
      if (hasOld) copyFileSync(old, file);
    };
    restore();
    const took = await run(file, threadFrom, null);
    expect(dump(file)).toEqual(expected);
    const outcomes = new Set<string>();
    for (let moment = 0; moment < MOMENTS; moment++) {
      restore();
      await run(file, threadFrom, (took * (moment + 0.5)) / MOMENTS);
      if (!existsSync(file)) outcomes.add('none');
      else outcomes.add(JSON.stringify(dump(file)) === JSON.stringify(expected) ? 'new' : 'old');
      if (existsSync(file) && [...outcomes].at(-1) === 'old') expect(dump(file)).toEqual(oldDump);
      build(file, [folder]);
      expect(dump(file)).toEqual(expected);
      expect(readdirSync(place)).toEqual(['case.db']);
    }
    // It was killed in the middle at least once.
    expect([...outcomes]).toContain(hasOld ? 'old' : 'none');
    expect([...outcomes]).not.toContain(hasOld ? 'none' : 'old');
  });
});

describe('the lock of an index', () => {
  const file = join(temp.path, 'locked.db');
  const locked = (holder: string) => writeFileSync(`${file}.lock`, holder);

  test('of a dead process is taken over', async () => {
    const gone = spawn(process.execPath, ['-e', '0']);
    await new Promise((resolve) => gone.on('exit', resolve));
    locked(String(gone.pid));
    build(file, [folder]);
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('locked'))).toEqual(['locked.db']);
  });

  test('with our own process id is one of an earlier run in a container', () => {
    locked(String(process.pid));
    build(file, [folder]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test('that names no process is taken over', () => {
    locked('');
    build(file, [folder]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test('of a live process is respected', () => {
    locked(String(process.ppid));
    const error = caught(() => build(file, [folder]));
    expect(error).toBeInstanceOf(IndexError);
    expect((error as IndexError).message).toMatch(/^[^\n]* is being written by process \d+$/);
    expect(existsSync(`${file}.lock`)).toBe(true);
    rmSync(`${file}.lock`);
  });
});
