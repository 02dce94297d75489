// Choosing snapshots by zxid: what is not there is said.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { useTempDir } from '../support/fixtures.js';
import { caught } from '../support/read-all.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { dump } from './dump.js';
import { build, withIndex, writeFiles } from './indexes.js';

const temp = useTempDir();
const bytes = snapshotBytes({ znodes: NEW_TREE, trailer: 'both' });

function server(name: string, ...zxids: readonly string[]): string {
  return writeFiles(
    join(temp.path, name),
    Object.fromEntries(zxids.map((zxid) => [`snapshot.${zxid}`, bytes])),
  );
}

function loaded(file: string): unknown[] {
  return withIndex(file, (reader) =>
    reader.snapshots().flatMap(({ isLoaded, server, zxid }) => (isLoaded ? [[server.name, zxid]] : [])),
  );
}

test('a zxid that no server has a snapshot of is refused with those there are, and nothing is written', () => {
  const folders = [server('a', '5', '1f'), server('b', '5')];
  const file = join(temp.path, 'none.db');
  const error = caught(() => build(file, folders, { snapshots: [0x5n, 0x99n] })) as UsageError;
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain('0x99');
  expect(error.message).not.toContain('0x5');
  expect(error.hint).toBe('c/s0 has 0x1f, 0x5; c/s1 has 0x5');
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(temp.path).sort()).toEqual(['a', 'b']);
});

test('of many snapshots the newest are listed', () => {
  const zxids = Array.from({ length: 20 }, (_, i) => (i + 1).toString(16));
  const error = caught(() =>
    build(join(temp.path, 'x.db'), [server('m', ...zxids)], { snapshots: [0x99n] }),
  ) as UsageError;
  expect(error.hint).toMatch(/^c\/s0 has 0x14, 0x13, .*, 0x9 and 8 older ones$/);
});

test('a server that lacks what another has is noted', () => {
  const file = join(temp.path, 'some.db');
  const notes: string[] = [];
  const folders = [server('c', '5', '6'), server('d', '6'), server('e', '7')];
  const options = { snapshots: [0x5n, 0x6n], onNote: (text: string) => notes.push(text) };
  build(file, folders, options);
  expect(loaded(file)).toEqual([
    ['s0', 0x6n],
    ['s1', 0x6n],
    ['s0', 0x5n],
  ]);
  expect(notes).toEqual([
    'c/s1 has no snapshot 0x5; it has 0x6',
    'c/s2 has no snapshot 0x5, 0x6: its znodes are left out; it has 0x7',
  ]);
});

test('a snapshot that is gone but in the index can still be chosen', () => {
  const file = join(temp.path, 'gone.db');
  const folder = server('g', '5', '6');
  build(file, [folder], { snapshots: [0x5n] });
  rmSync(join(folder, 'snapshot.5'));
  build(file, [folder], { snapshots: [0x5n] });
  expect(loaded(file)).toEqual([['s0', 0x5n]]);
  const before = dump(file);
  expect(caught(() => build(file, [folder], { snapshots: [0x7n] }))).toBeInstanceOf(UsageError);
  expect(dump(file)).toEqual(before);
});
