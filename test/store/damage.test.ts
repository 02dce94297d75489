// Files that change under the reader's hands, cannot be read, or hold what no server writes.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RawText } from '../../src/jute/raw-text.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { create, creates, createTtl, logBytes, type TxnSpec } from '../support/log-spec.js';
import { readWholeLog, readWholeSnapshot } from '../support/read-all.js';
import { NEW_TREE, type SnapshotSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { compileTo } from './compiled.js';
import { dump } from './dump.js';
import { build, type Files, freshDump, withIndex, writeFiles } from './indexes.js';

const temp = useTempDir();
let count = 0;

function place(files: Files): { folder: string; file: string } {
  const name = join(temp.path, `case-${count++}`);
  return { folder: writeFiles(join(name, 'version-2'), files), file: `${name}.db` };
}

const BIG = Buffer.alloc(1024, 'x');
/** More than the reader holds at once. */
const many: ZnodeSpec[] = Array.from({ length: 6000 }, (_, i) => ({ path: `/n${i}`, data: BIG }));
const large = snapshotBytes({ znodes: [...NEW_TREE, ...many], trailer: 'both' });
const small = snapshotBytes({ znodes: [...NEW_TREE, { path: '/old' }] });

describe('a snapshot that changes while it is read', () => {
  /** Indexes with `change` run once in the middle of the large snapshot, then again. */
  function during(change: (path: string) => void) {
    const { folder, file } = place({ 'snapshot.1': small, 'snapshot.2': large });
    let isDone = false;
    const first = build(file, [folder], {
      onProgress: (done) => {
        if (!isDone && done > 0) change(join(folder, 'snapshot.2'));
        isDone ||= done > 0;
      },
    });
    expect(isDone).toBe(true);
    const rows = dump(file);
    const second = build(file, [folder]);
    return { first, rows, second, secondRows: dump(file), fresh: freshDump(`${file}-fresh.db`, [folder]) };
  }

  test('by growing is a finding, and read again next time', () => {
    const { first, secondRows, fresh } = during((path) => appendFileSync(path, 'more'));
    expect(first.codes).toContain('file-changed');
    expect(secondRows).toEqual(fresh);
  });

  test('by shrinking is a finding, and the older one is loaded too', () => {
    const { first, rows, secondRows, fresh } = during((path) => truncateSync(path, 4.5 * 1024 * 1024));
    expect(first.codes).toEqual(expect.arrayContaining(['file-changed', 'snapshot-cut']));
    expect(first.summary.badFiles).toBe(1);
    expect(rows.some((line) => line.startsWith('znode ') && line.includes('"/old"'))).toBe(true);
    expect(secondRows).toEqual(fresh);
  });

  test('by vanishing is read to its end, and marked gone next time', () => {
    const { first, rows, second, secondRows } = during((path) => rmSync(path));
    expect(first.codes).toEqual([]);
    expect(first.summary).toMatchObject({ badFiles: 0, znodes: 6004 });
    expect(second.summary.badFiles).toBe(0);
    const gone = (lines: string[]) =>
      lines.filter((line) => line.startsWith('file ') && line.includes('"is_gone":"1"'));
    expect([gone(rows).length, gone(secondRows).length]).toEqual([0, 1]);
    expect(secondRows.filter((line) => line.includes('"/n5999"')).length).toBe(1);
  });
});

test('a file that vanishes before its turn is a finding; the others are read', () => {
  const { folder, file } = place({
    'snapshot.2': large,
    'log.3': logBytes({ txns: creates(3, 3n) }),
    'log.6': logBytes({ txns: creates(3, 6n) }),
  });
  const { codes, summary } = build(file, [folder], {
    onProgress: () => rmSync(join(folder, 'log.3'), { force: true }),
  });
  expect(codes).toEqual(['file-unreadable']);
  expect(summary).toMatchObject({ txns: 3, znodes: 6004, badFiles: 1 });
});

test('a known file that cannot be read any more keeps its rows, marked gone', () => {
  const { folder, file } = place({ 'snapshot.2': small, 'log.3': logBytes({ txns: creates(3, 3n) }) });
  build(file, [folder]);
  rmSync(join(folder, 'log.3'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'log.3'));
  const { codes, summary } = build(file, [folder]);
  expect(codes).toEqual(['file-unreadable']);
  expect(summary).toMatchObject({ txns: 3, badFiles: 1 });
  expect(dump(file).filter((line) => line.startsWith('file ') && line.includes('"is_gone":"1"')).length).toBe(
    1,
  );
});

test('a folder with the name of a log is passed over', () => {
  const { folder, file } = place({ 'snapshot.2': small });
  mkdirSync(join(folder, 'log.3'));
  expect(build(file, [folder]).summary).toMatchObject({ badFiles: 0, txns: 0 });
});

test.each([
  ['cut', small.subarray(0, small.length - 40)],
  ['empty', Buffer.alloc(0)],
  ['foreign', Buffer.from('no snapshot at all')],
])('where the newest snapshot is %s the next sound one is loaded too', (_, bytes) => {
  const { folder, file } = place({ 'snapshot.1': small, 'snapshot.2': bytes, 'snapshot.0': small });
  const { summary } = build(file, [folder]);
  expect(summary.badFiles).toBe(1);
  const loaded = withIndex(file, (reader) => reader.snapshots().filter((one) => one.isLoaded && one.isSound));
  expect(loaded.map(({ zxid }) => zxid)).toEqual([1n]);
});

const strange: [string, SnapshotSpec, string[]][] = [
  [
    'a path twice',
    { znodes: [...NEW_TREE, { path: '/a', data: '1' }, { path: '/b' }, { path: '/a', data: '2' }] },
    ['znode-duplicate'],
  ],
  [
    'a znode without its parent',
    { znodes: [...NEW_TREE, { path: '/a/b/c' }, { path: '/a/b/c/d' }, { path: '/z' }] },
    ['znode-orphan'],
  ],
  [
    'a znode before its parent',
    { znodes: [...NEW_TREE, { path: '/a/b' }, { path: '/a' }] },
    ['znode-orphan'],
  ],
  ['no root', { znodes: [{ path: '/a' }, { path: '/a/b' }] }, ['znode-orphan']],
  ['the root twice', { znodes: [...NEW_TREE, { path: '' }, { path: '/a' }] }, ['znode-duplicate']],
  [
    'siblings between whose children others stand',
    { znodes: [...NEW_TREE, { path: '/a' }, { path: '/b' }, { path: '/a/x' }, { path: '/b/x' }] },
    [],
  ],
  ['no znode', { znodes: [] }, []],
];

describe.each(strange)('a snapshot with %s', (_, spec, codes) => {
  test('is loaded, the last of equal paths', () => {
    const { folder, file } = place({ 'snapshot.1': snapshotBytes(spec) });
    expect(build(file, [folder]).codes).toEqual(codes);
    const direct = readWholeSnapshot(join(folder, 'snapshot.1')).znodes;
    const last = new Map(direct.map((znode) => [znode.path, znode]));
    withIndex(file, (reader) => {
      const tree = reader.tree(reader.snapshots()[0]!);
      const inOrder = [...tree.inFileOrder({ data: true, numChildren: false })];
      const offsets = [...last.values()].map(({ offset }) => offset).sort((a, b) => a - b);
      expect(inOrder.map(({ evidence }) => evidence.offset)).toEqual(offsets);
      for (const znode of inOrder) expect(znode.data).toEqual(last.get(znode.path)!.data);
    });
  });
});

describe('a thread for the paths', () => {
  const dist = compileTo(temp.path);
  const child = fileURLToPath(new URL('./index-child.mjs', import.meta.url));
  const run = (file: string, folder: string) => {
    const options = JSON.stringify({ threadFrom: 0 });
    const { stdout, stderr } = spawnSync(process.execPath, [child, dist, file, folder, options], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(readdirSync(join(folder, '..', '..')).filter((name) => name.includes('.tmp'))).toEqual([]);
    return JSON.parse(stdout);
  };
  const names = [...'/é/日本/\u{1F600}/ÿ/ end /\\x00/a\\b'.split('/').slice(1), 'x'.repeat(700_000)];
  const odd: ZnodeSpec[] = names.map((name) => ({ path: `/zookeeper/${name}` }));
  const invalid: ZnodeSpec[] = [
    { path: Buffer.from([0x2f, 0xff, 0xfe]) },
    { path: Buffer.from([0x2f, 0x61, 0, 0x62]) },
  ];

  test.each([
    ...strange.map(([title, spec, codes]) => [title, spec, codes] as const),
    ['names of all kinds', { znodes: [...NEW_TREE, ...odd, ...invalid] }, []] as const,
    [
      '100,000 znodes',
      { znodes: [...NEW_TREE, ...Array.from({ length: 100_000 }, (_, i) => ({ path: `/${i}` }))] },
      [],
    ] as const,
  ])('makes the same index of a snapshot with %s', (_, spec, codes) => {
    const { folder, file } = place({
      'snapshot.1': snapshotBytes(spec),
      'log.2': logBytes({ txns: creates(3, 2n) }),
    });
    const { problems } = run(file, folder);
    expect(problems).toEqual(codes);
    expect(dump(file)).toEqual(freshDump(`${file}-fresh.db`, [folder]));
  });

  test('hands on an error of its database, whenever it is noticed', () => {
    const inItsPlace = join(temp.path, 'a-folder');
    mkdirSync(inItsPlace);
    const code = `
      import { PathFeed } from '${pathToFileURL(join(dist, 'store', 'path-feed.js'))}';
      for (const paths of [0, 1_000_000]) {
        const feed = new PathFeed('${inItsPlace}');
        try {
          for (let i = 0; i < paths; i++) feed.add(1, Buffer.from('name'), 0, 4);
          feed.finish({ exec: () => {} });
        } catch (error) {
          console.log(error.name, error.message);
        }
      }`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const lines = stdout.trim().split('\n');
    expect(lines.length).toBe(2);
    for (const line of lines) expect(line).toMatch(/^IndexError .*a-folder: cannot be/);
  });

  test('makes the same index of real files', () => {
    const folder = join(FIXTURES, 'standalone-3.9.5', 'version-2');
    const file = join(temp.path, 'in', 'out', 'real.db');
    mkdirSync(join(file, '..'), { recursive: true });
    const options = JSON.stringify({ threadFrom: 0, snapshots: 'all' });
    const { stderr } = spawnSync(process.execPath, [child, dist, file, folder, options], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(dump(file)).toEqual(freshDump(join(temp.path, 'real-fresh.db'), [folder], { snapshots: 'all' }));
  });
});

describe('txns that no server writes', () => {
  const deep = '/d'.repeat(5000);
  const paths = [
    '/',
    'a',
    'a/b',
    '//',
    '//a',
    '/a/',
    '/a//b',
    deep,
    '/nul\0l',
    Buffer.from([0x2f, 0xff, 0xc0]),
    '/é',
    '/\u{1F600}',
    null,
  ];
  const extremes = [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n];

  test.each(paths.map((path) => [path]))('keep the path %j', (path) => {
    const { folder, file } = place({ 'log.1': logBytes({ txns: [{ zxid: 1n, ...create(path, 'x') }] }) });
    build(file, [folder]);
    const direct = readWholeLog(join(folder, 'log.1')).records[0]!.txn.op;
    const [found] = withIndex(file, (reader) => [...reader.txns({ clusterId: 1, serverId: null }, {})]);
    expect(found!.txn.op).toEqual(direct);
  });

  test('keep all 64 bits of zxid, session, time and ttl', () => {
    const txns: TxnSpec[] = extremes.map((value, i) => ({
      zxid: value,
      clientId: extremes[3 - i]!,
      time: value,
      cxid: -(2 ** 31),
      digest: value,
      ...createTtl('/t', null, value),
    }));
    const { folder, file } = place({ 'log.1': logBytes({ txns }) });
    build(file, [folder]);
    const direct = readWholeLog(join(folder, 'log.1')).records.map(({ txn }) => txn);
    const found = withIndex(file, (reader) =>
      [...reader.txns({ clusterId: 1, serverId: null }, {})].map(({ txn }) => txn),
    );
    expect(found).toEqual(direct);
    expect(found.map(({ header }) => header.zxid)).toEqual(extremes);
  });

  test('keep a znode that is thousands deep, and its extremes', () => {
    const segments = Array.from({ length: 2000 }, (_, i) => ({ path: '/d'.repeat(i + 1) }));
    const stat = {
      czxid: extremes[0]!,
      mzxid: extremes[3]!,
      ctime: extremes[0]!,
      version: -(2 ** 31),
      ephemeralOwner: extremes[0]!,
      pzxid: -1n,
    };
    const znodes = [...NEW_TREE, ...segments, { path: '/stat', stat, data: null }];
    const { folder, file } = place({
      'snapshot.1': snapshotBytes({ znodes, sessions: extremes.map((id) => ({ id, timeout: -1 })) }),
    });
    build(file, [folder]);
    withIndex(file, (reader) => {
      const tree = reader.tree(reader.snapshots()[0]!);
      expect([...tree.subtree('' as RawText, { data: false, numChildren: false })].length).toBe(
        znodes.length,
      );
      expect(tree.get('/d'.repeat(2000) as RawText, { data: true, numChildren: true })).toMatchObject({
        numChildren: 0,
      });
      expect(tree.get('/stat' as RawText, { data: true, numChildren: true })).toMatchObject({
        data: null,
        stat,
      });
      expect([...tree.sessions()].map(({ id }) => id)).toEqual(extremes);
    });
  });
});

test('the inputs have the same bytes and times afterwards', () => {
  const folder = join(FIXTURES, 'standalone-3.9.5', 'version-2');
  const state = () =>
    readdirSync(folder).map((name) => {
      const { mtimeNs, size } = statSync(join(folder, name), { bigint: true });
      return [name, mtimeNs, size, readFileSync(join(folder, name)).toString('base64')];
    });
  const before = state();
  build(join(temp.path, 'inputs.db'), [folder], { snapshots: 'all', hash: true });
  build(join(temp.path, 'inputs.db'), [folder]);
  expect(state()).toEqual(before);
});
