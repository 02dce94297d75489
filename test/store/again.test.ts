// Indexing again after the files changed: the rows equal those of a fresh index.
import { readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { BuildOptions } from '../../src/store/build-index.js';
import { flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, create, creates, type LogSpec, logBytes, setData } from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { dump } from './dump.js';
import { build, type Files, freshDump, writeFiles } from './indexes.js';

const temp = useTempDir();
let count = 0;

/** Indexes `files`, lets `change` alter them, indexes again, and returns both that index and a fresh one. */
function again(files: Files, change: (folder: string) => void, options: BuildOptions = {}) {
  const name = join(temp.path, `again-${count++}`);
  const folder = writeFiles(join(name, 'version-2'), files);
  const file = `${name}.db`;
  build(file, [folder], options);
  const before = dump(file);
  change(folder);
  const second = build(file, [folder], options);
  return {
    ...second,
    before,
    rows: dump(file),
    fresh: freshDump(`${name}-fresh.db`, [folder], options),
    folder,
  };
}

/** A tree of one more znode, whose data is given. */
function snapshot(data: string, path = '/a'): Buffer {
  return snapshotBytes({ znodes: [...NEW_TREE, { path, data }], trailer: 'both' });
}

const write = (name: string, bytes: Uint8Array) => (folder: string) =>
  writeFileSync(join(folder, name), bytes);

describe('indexing again', () => {
  test('reads nothing and changes nothing where nothing changed', () => {
    const files = { 'snapshot.1': snapshot('x'), 'log.2': logBytes({ txns: creates(5, 2n) }) };
    const { rows, before, summary } = again(files, () => {});
    expect(rows).toEqual(before);
    expect(summary.files).toEqual({ added: 0, grown: 0, readAgain: 0, unchanged: 2, gone: 0 });
    expect(summary.newTxns).toBe(0);
  });

  test('finds ten more txns in a preallocated log whose size stayed', () => {
    const log = (txns: number): LogSpec => ({
      txns: creates(txns),
      padding: 65536 - buildLog({ txns: creates(txns) }).end,
    });
    const [five, fifteen] = [logBytes(log(5)), logBytes(log(15))];
    expect(fifteen.length).toBe(five.length);
    const { rows, fresh, summary } = again({ 'log.1': five }, write('log.1', fifteen));
    expect(summary).toMatchObject({ txns: 15, newTxns: 10, files: { grown: 1, unchanged: 0, readAgain: 0 } });
    expect(rows).toEqual(fresh);
  });

  test('forgets the txns of a log that was truncated', () => {
    const { bytes, records } = buildLog({ txns: creates(10) });
    const cutTo = records[4]!.offset + records[4]!.length;
    const { rows, fresh, summary } = again({ 'log.1': bytes }, (folder) =>
      truncateSync(join(folder, 'log.1'), cutTo),
    );
    expect(summary).toMatchObject({ txns: 5, newTxns: -5, files: { grown: 0, unchanged: 0, readAgain: 1 } });
    expect(rows).toEqual(fresh);
  });

  test('forgets what is wrong with the tree of a snapshot that is no longer held', () => {
    const znodes = [...NEW_TREE, { path: '/a' }, { path: '/a' }, { path: '/b/c' }, { path: '/d', acl: 77n }];
    const { before, rows, fresh } = again(
      { 'snapshot.1': snapshotBytes({ znodes, trailer: 'both' }) },
      write('snapshot.2', snapshot('x')),
    );
    const codes = ['znode-duplicate', 'znode-orphan', 'acl-missing'];
    const held = (of: readonly string[]) => codes.filter((code) => of.some((row) => row.includes(code)));
    expect(held(before)).toEqual(codes);
    expect(held(rows)).toEqual([]);
    expect(rows).toEqual(fresh);
  });

  test('keeps the txns of a truncated log that another log holds', () => {
    const { bytes, records } = buildLog({ txns: creates(10) });
    const cutTo = records[1]!.offset;
    const { rows, fresh, summary } = again(
      { 'log.1': bytes, 'log.2': logBytes({ txns: creates(9, 2n) }) },
      (folder) => truncateSync(join(folder, 'log.1'), cutTo),
    );
    expect(summary.txns).toBe(10);
    expect(rows).toEqual(fresh);
  });

  test('takes what a log has instead, where it was truncated and then written on', () => {
    const other = [...creates(4), { zxid: 5n, ...create('/other', 'instead') }, ...creates(6, 6n)];
    const { rows, fresh } = again(
      { 'log.1': logBytes({ txns: creates(10) }) },
      write('log.1', logBytes({ txns: other })),
    );
    expect(rows).toEqual(fresh);
  });

  test.each([
    ['another size', 'new data'],
    ['the same size', 'y'],
  ])('loads a snapshot again that was rewritten in place with %s', (_, data) => {
    const { rows, before, fresh } = again(
      { 'snapshot.1': snapshot('x') },
      write('snapshot.1', snapshot(data)),
    );
    expect(rows).toEqual(fresh);
    expect(rows).not.toEqual(before);
  });

  test('keeps the rows of a file that vanished, and marks it gone', () => {
    const files = { 'snapshot.1': snapshot('x'), 'log.2': logBytes({ txns: creates(5, 2n) }) };
    const { rows, before, summary } = again(files, (folder) => {
      rmSync(join(folder, 'log.2'));
    });
    const marked = before.map((line) =>
      line.startsWith('file ') && line.includes('"name":"log.2"')
        ? line.replace('"is_gone":"0"', '"is_gone":"1"')
        : line,
    );
    expect(rows).toEqual(marked);
    expect(summary).toMatchObject({ txns: 5, badFiles: 0, files: { unchanged: 1, gone: 1 } });
  });

  test('takes a file back that had vanished', () => {
    const bytes = logBytes({ txns: creates(5, 2n) });
    const name = join(temp.path, 'back');
    const folder = writeFiles(join(name, 'version-2'), { 'snapshot.1': snapshot('x'), 'log.2': bytes });
    build(`${name}.db`, [folder]);
    rmSync(join(folder, 'log.2'));
    build(`${name}.db`, [folder]);
    writeFileSync(join(folder, 'log.2'), bytes);
    build(`${name}.db`, [folder]);
    expect(dump(`${name}.db`)).toEqual(freshDump(`${name}-fresh.db`, [folder]));
  });

  test('follows two files whose names were swapped', () => {
    const files = {
      'snapshot.1': snapshot('x'),
      'snapshot.2': snapshot('y'),
      'log.2': logBytes({ txns: creates(5, 2n) }),
      'log.7': logBytes({ txns: creates(5, 7n) }),
    };
    const swap = (folder: string, a: string, b: string) => {
      renameSync(join(folder, a), join(folder, 'x'));
      renameSync(join(folder, b), join(folder, a));
      renameSync(join(folder, 'x'), join(folder, b));
    };
    const { rows, fresh, codes } = again(files, (folder) => {
      swap(folder, 'snapshot.1', 'snapshot.2');
      swap(folder, 'log.2', 'log.7');
    });
    expect(rows).toEqual(fresh);
    expect(codes.filter((code) => code === 'log-first-zxid')).toHaveLength(2);
  });

  test('finds a snapshot and a log under each other’s names', () => {
    const files = { 'snapshot.1': snapshot('x'), 'log.1': logBytes({ txns: creates(5) }) };
    const { rows, fresh, summary } = again(files, (folder) => {
      writeFileSync(join(folder, 'snapshot.1'), files['log.1']);
      writeFileSync(join(folder, 'log.1'), files['snapshot.1']);
    });
    expect(rows).toEqual(fresh);
    expect(summary.badFiles).toBe(2);
  });

  test('loads a new snapshot and lets go of the tree before it', () => {
    const { rows, fresh, summary } = again(
      { 'snapshot.1': snapshot('x') },
      write('snapshot.9', snapshot('y', '/b')),
    );
    expect(rows).toEqual(fresh);
    expect(summary.znodes).toBe(5);
  });

  test('goes back to the older snapshot where the newest was damaged meanwhile', () => {
    const bytes = snapshot('y', '/b');
    const files = { 'snapshot.1': snapshot('x'), 'snapshot.2': bytes };
    const { rows, fresh, summary } = again(files, write('snapshot.2', flip(bytes, bytes.length - 60)));
    expect(rows).toEqual(fresh);
    expect(summary.badFiles).toBe(1);
  });

  test('completes a torn tail', () => {
    const { bytes, records } = buildLog({ txns: creates(6) });
    const torn = bytes.subarray(0, records[5]!.offset + 20);
    const { rows, fresh, before, codes } = again({ 'log.1': torn }, write('log.1', bytes));
    expect(before.some((line) => line.startsWith('problem ') && line.includes('log-torn'))).toBe(true);
    expect(codes).toEqual([]);
    expect(rows).toEqual(fresh);
  });

  test('forgets what was wrong with a directory once it is right', () => {
    const files = { 'snapshot.1': snapshot('x'), currentEpoch: Buffer.from('one') };
    const { rows, fresh, before } = again(files, write('currentEpoch', Buffer.from('1')));
    expect(before.some((line) => line.includes('epoch-unreadable'))).toBe(true);
    expect(rows).toEqual(fresh);
  });

  test('says again what is wrong with a file that did not change', () => {
    const damaged = snapshot('x').subarray(0, 200);
    const { codes, rows, before } = again({ 'snapshot.1': damaged }, () => {});
    expect(codes).toEqual(['snapshot-cut']);
    expect(rows).toEqual(before);
  });

  test('does not notice a change before the last record of a log, since servers only append', () => {
    const changed = [
      ...creates(2),
      { zxid: 3n, ...create('/n2', 'DATA 2'), digest: 1002n },
      ...creates(7, 4n),
    ];
    const files = {
      'log.1': logBytes({ txns: creates(10).map((txn, i) => (i < 3 ? txn : creates(7, 4n)[i - 3]!)) }),
    };
    const { rows, before, fresh } = again(files, write('log.1', logBytes({ txns: changed })));
    const txns = (lines: string[]) => lines.filter((line) => line.startsWith('txn '));
    expect(txns(rows)).toEqual(txns(before));
    expect(txns(fresh)).not.toEqual(txns(before));
  });

  test('loads further trees, and lets them go, as --snapshots says', () => {
    const folder = writeFiles(join(temp.path, 'choice'), {
      'snapshot.1': snapshot('x'),
      'snapshot.2': snapshot('y'),
    });
    const file = join(temp.path, 'choice.db');
    for (const snapshots of ['newest', 'all', [1n], [2n, 1n], 'newest'] as const) {
      build(file, [folder], { snapshots });
      expect(dump(file)).toEqual(freshDump(join(temp.path, 'choice-fresh.db'), [folder], { snapshots }));
    }
  });

  test('adds a server and a cluster, and leaves those alone that it is not told of', () => {
    const one = writeFiles(join(temp.path, 'one'), { 'snapshot.1': snapshot('x') });
    const two = writeFiles(join(temp.path, 'two'), {
      'snapshot.1': snapshot('y'),
      'log.2': logBytes({ txns: creates(3, 2n) }),
    });
    const file = join(temp.path, 'servers.db');
    build(file, [one]);
    expect(build(file, [one, two]).summary).toMatchObject({ clusters: 1, servers: 2, txns: 3 });
    const both = dump(file);
    build(file, [one]);
    expect(dump(file)).toEqual(both);
    expect(both).toEqual(freshDump(join(temp.path, 'servers-fresh.db'), [one, two]));
  });

  test('of an index without data stays one without data', () => {
    const { rows, fresh } = again(
      { 'snapshot.1': snapshot('x') },
      write('log.2', logBytes({ txns: [{ zxid: 2n, ...setData('/a', 'secret') }] })),
      {
        withoutData: true,
      },
    );
    expect(rows).toEqual(fresh);
    expect(rows.join('\n')).not.toContain(Buffer.from('secret').toString('base64'));
  });

  test('leaves one file: no lock, no scratch file', () => {
    const { folder } = again({ 'snapshot.1': snapshot('x') }, () => {});
    const names = readdirSync(join(folder, '..', '..')).filter((name) => /\.(lock|tmp)/.test(name));
    expect(names).toEqual([]);
  });
});

test('ACL lists are rows once each, more than are remembered at a time and also in a second run', () => {
  const lists = Array.from({ length: 12_000 }, (_, i) => [{ perms: 1, scheme: 'digest', id: `u${i}` }]);
  const acls = [...lists, ...lists].map((acl, i) => ({ key: BigInt(i + 1), acl }));
  const znodes = [...NEW_TREE, { path: '/a', acl: 11_999n }, { path: '/b', acl: 23_999n }];
  const name = join(temp.path, 'lists');
  const folder = writeFiles(join(name, 'version-2'), { 'snapshot.1': snapshotBytes({ acls, znodes }) });
  const file = `${name}.db`;
  for (const extra of ['snapshot.2', 'snapshot.3']) {
    build(file, [folder], { snapshots: 'all' });
    const database = new Database(file, { readonly: true });
    const count = (sql: string) => database.prepare(sql).pluck().get();
    // The open ACL is one more.
    expect(count('SELECT count(*) FROM acl')).toBe(12_001);
    expect(count('SELECT count(DISTINCT id) FROM acl_entry')).toBe(12_001);
    expect(
      count(
        "SELECT count(DISTINCT acl_id) FROM tree t JOIN znode USING (path_id) WHERE t.path IN ('/a', '/b')",
      ),
    ).toBe(1);
    database.close();
    writeFileSync(join(folder, extra), snapshotBytes({ acls, znodes }));
  }
});
