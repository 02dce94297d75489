// --verbatim: the plain bytes of every snapshot of every fixture come back, in each codec.
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { zoolog } from '../cli/run-cli.js';
import { fixtures, realFiles, useTempDir } from '../support/fixtures.js';
import { plainBytes, readSnapshotAgain } from '../support/second-reader.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
let made = 0;

async function run(source: string, ...options: string[]) {
  const out = join(temp.path, `out-${made++}`);
  const ran = await zoolog([
    'convert',
    source,
    '-o',
    out,
    '--for',
    '3.9',
    '--verbatim',
    '--quiet',
    ...options,
  ]);
  return { out, ...ran };
}

function isSound(file: string): boolean {
  try {
    return readSnapshotAgain(file).seals.every(({ stored, computed }) => stored === BigInt(computed));
  } catch {
    return false;
  }
}

const sound = realFiles('snapshot').filter(({ file }) => isSound(file));

test('there are snapshots of all kinds to try', () => {
  expect(sound.length).toBeGreaterThan(200);
  expect(sound.some(({ name }) => name.endsWith('.gz'))).toBe(true);
  expect(sound.some(({ name }) => name.endsWith('.snappy'))).toBe(true);
});

test('every sound snapshot comes back byte by byte', { timeout: 120_000 }, async () => {
  for (const { name, file } of sound) {
    const { code, stderr, out } = await run(file);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
    const written = join(out, 'version-2', basename(file).replace(/\.(gz|snappy)$/, ''));
    expect(readFileSync(written).equals(plainBytes(file)), name).toBe(true);
  }
});

test('and from an index that has all snapshots', { timeout: 240_000 }, async () => {
  let count = 0;
  for (const { name, dir, servers } of fixtures()) {
    for (const server of servers) {
      const index = join(temp.path, `${name}-${made++}.db`);
      const opened = openDataDir(join(dir, server.dir));
      buildIndex(index, [{ name: 'c', servers: [{ name: 's', dir: opened }] }], { snapshots: 'all' });
      for (const { zxid, path } of opened.snapshots.filter((file) => isSound(file.path))) {
        const { code, stderr, out } = await run(`${index}@0x${zxid.toString(16)}`);
        expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: '' });
        const written = readFileSync(join(out, 'version-2', `snapshot.${zxid.toString(16)}`));
        expect(written.equals(plainBytes(path)), path).toBe(true);
        rmSync(out, { recursive: true });
        count++;
      }
      rmSync(index);
    }
  }
  expect(count).toBeGreaterThan(200);
});

test('an index in which something was changed is noticed', async () => {
  const file = join(temp.path, 'changed.db');
  const dir = openDataDir('fixtures/standalone-3.9.5');
  buildIndex(file, [{ name: 'c', servers: [{ name: 's', dir }] }], {});
  const database = new Database(file);
  database.exec('UPDATE znode SET version = version + 1 WHERE id = (SELECT max(id) FROM znode)');
  database.close();
  const { code, stderr } = await run(file);
  expect([code, stderr.includes('is no longer what the file was')]).toEqual([3, true]);
});

test.each(['gz', 'snappy'])('as %s too', async (codec) => {
  const { file } = sound.find(({ name }) => name.startsWith('load-3.9.5'))!;
  const { out } = await run(file, '--codec', codec);
  expect(plainBytes(join(out, 'version-2', `${basename(file)}.${codec}`)).equals(readFileSync(file))).toBe(
    true,
  );
});

test.each([
  [
    'a wrong checksum',
    { damagePlain: (plain: Buffer) => Buffer.concat([plain.subarray(0, -6), Buffer.alloc(6)]) },
  ],
  ['bytes behind the end', { damagePlain: (plain: Buffer) => Buffer.concat([plain, Buffer.alloc(100)]) }],
])('a snapshot with %s is not written anew', async (_, damage) => {
  const file = temp.write('snapshot.7', snapshotBytes({ znodes: NEW_TREE, trailer: 'digest', ...damage }));
  const { code, stderr } = await run(file);
  expect([code, /is damaged|bytes behind its end/.test(stderr)]).toEqual([3, true]);
});

test('a directory where txns follow the snapshot, and what would change it, are refused', async () => {
  const later = await run('fixtures/load-3.9.5');
  expect([later.code, /txns up to 0x\w+ follow snapshot/.test(later.stderr)]).toEqual([2, true]);
  const mapped = await run(sound[0]!.file, '--map', '/=/a');
  expect([mapped.code, mapped.stderr.includes('--verbatim changes nothing')]).toEqual([2, true]);
  const final = await run('fixtures/standalone-3.9.5');
  expect(final.code).toBe(0);
});
