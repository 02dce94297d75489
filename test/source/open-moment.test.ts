// A directory at a moment.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayText } from '../../src/jute/raw-text.js';
import type { Znode } from '../../src/snapshot/znode.js';
import { openTree } from '../../src/source/open.js';
import { cut } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { creates, logBytes, type TxnSpec } from '../support/log-spec.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { aclText, PlainTree, rowOf } from '../tree/plain-tree.js';
import { serversOf } from '../tree/servers.js';
import { heard, thrownBy } from './heard.js';

const dirOf = (fixture: string) => join(FIXTURES, fixture);

function plainRow({ path, stat, data, acl }: Znode): string {
  const { ephemeralOwner: owner, ...rest } = stat;
  const text = data == null ? null : data.toString('latin1');
  return rowOf(path, { ...rest, owner, data: text, acl: acl && aclText(acl) });
}

function opened(source: string, options = {}) {
  const said = heard(options);
  return { tree: openTree(source, said), said };
}

/** The plain tree at a zxid, from snapshot.0. */
function plainAt(fixture: string, zxid: bigint): PlainTree {
  const tree = PlainTree.of(readSnapshotAgain(join(dirOf(fixture), 'version-2/snapshot.0')), 0n);
  for (const { txn } of serversOf(fixture)[0]!.txns()) if (txn.header.zxid <= zxid) tree.apply(txn);
  return tree;
}

describe.each([
  ['load-3.9.5', [0n, 1n, 0x131n, 0x212n, 0x500n, 0x9b1n, 0xd84n]],
  ['standalone-3.8.6', [1n, 0x40n, 0x100n, 0x197n, 0x1a3n]],
] as const)('%s', (fixture, zxids) => {
  it.each(zxids)('at zxid %i is the tree of a plain replay', (zxid) => {
    const { tree, said } = opened(`${dirOf(fixture)}@0x${zxid.toString(16)}`);
    const plain = plainAt(fixture, zxid);
    const znodes = [...tree.znodes({ numChildren: true })];
    // A server counts a quota below another twice when it starts only, and a note names what that concerns.
    const isSure = (row: string) =>
      zxid < 0x17en || !row.startsWith('/zookeeper/quota/limited/zookeeper_stats');
    expect(znodes.map(plainRow).sort().filter(isSure)).toEqual(plain.rows().filter(isSure));
    if (fixture === 'standalone-3.8.6' && zxid > 0x17en) {
      expect(said.notes.pop()).toContain('other counts in /zookeeper/quota/limited/zookeeper_stats');
    }
    expect(tree.sessions()).toEqual([...plain.sessions].sort().map(([id, timeout]) => ({ id, timeout })));
    expect(tree).toMatchObject({ zxid, isComplete: true, problems: [] });
    expect(tree.moment).toMatchObject({ zxid, exactness: 'exact' });
    expect(said.notes).toEqual([`${dirOf(fixture)}: the tree at 0x${zxid.toString(16)}, exact`]);
    const parents = znodes.map(({ path }) => path.slice(0, path.lastIndexOf('/')));
    for (const [i, znode] of znodes.entries()) {
      expect(znode.numChildren).toBe(parents.filter((path, j) => j > 0 && path === znode.path).length);
      if (i % 29 === 0) expect(tree.get(znode.path)).toEqual(znode);
    }
    const children = [...tree.children(znodes[0]!.path)].map(({ path }) => path);
    expect(children).toEqual(
      znodes
        .slice(1)
        .map(({ path }) => path)
        .filter((path) => !path.includes('/', 1)),
    );
    const inFile = [...tree.znodes({ order: 'file', numChildren: true })];
    expect(inFile.map(({ path }) => path).sort()).toEqual(znodes.map(({ path }) => path).sort());
    expect([...tree.znodes({ data: false })].every(({ data }) => data === undefined)).toBe(true);
  });
});

it('shows the txn that changed a znode last, or the record of the snapshot, as evidence', () => {
  const { tree } = opened(`${dirOf('load-3.9.5')}@0x200`);
  const files = new Set(
    [...tree.znodes()].map(({ stat, evidence }) => [stat.mzxid > 0x130n, evidence.file].join()),
  );
  const version2 = join(dirOf('load-3.9.5'), 'version-2');
  expect(files).toContain(`true,${join(version2, 'log.134')}`);
  expect(files).toContain(`false,${join(version2, 'snapshot.130')}`);
});

it.each(['standalone-3.8.6', 'standalone-3.9.5', 'gz-3.9.5'])(
  'at the zxid of a sound and exact snapshot of %s is that snapshot',
  (fixture) => {
    const { fixture: facts, bases } = serversOf(fixture)[0]!;
    const exact = bases.filter(({ name }) => !facts.servers[0]!.fuzzy.includes(name));
    expect(exact.length).toBeGreaterThan(0);
    for (const { name, zxid } of exact) {
      const at = opened(`${dirOf(fixture)}@0x${zxid.toString(16)}`).tree;
      const own = opened(join(dirOf(fixture), 'version-2', name)).tree;
      // Recounted by a replay, see above.
      const isSure = (row: string) => !row.startsWith('/zookeeper/quota/limited/zookeeper_stats');
      const rows = (tree: typeof at) =>
        [...tree.znodes({ numChildren: true })].map((znode) => plainRow(znode)).filter(isSure);
      expect(rows(at)).toEqual(rows(own));
      expect([...at.sessions()]).toEqual([...own.sessions()]);
    }
  },
);

it.each([
  ['load-3.9.5', 'load-3.9.5', /^$/],
  ['ensemble-3.8.6', 'ensemble-3.8.6#/zk1', /^\/zookeeper\/config$/],
  ['ensemble-3.8.6', 'ensemble-3.8.6#/zk3', /^\/zookeeper\/config$/],
])('of %s at the newest moment of %s is what the client read', (fixture, source, local) => {
  const { tree } = opened(`${dirOf(source)}@2100-01-01`);
  const read = readFileSync(join(dirOf(fixture), 'client.ndjson'), 'utf8')
    .trim()
    .split('\n');
  const expected = read.map((line) => {
    const { path, dataBase64, mzxid, pzxid, version, numChildren } = JSON.parse(line);
    return [path, dataBase64, mzxid, pzxid, version, numChildren];
  });
  const found = [...tree.znodes({ numChildren: true })].map(({ path, data, stat, numChildren }) => {
    const zxids = [stat.mzxid, stat.pzxid].map((zxid) => `0x${zxid.toString(16)}`);
    return [displayText(path) || '/', data?.toString('base64') ?? null, ...zxids, stat.version, numChildren];
  });
  const rows = (all: unknown[][]) =>
    all
      .filter(([path]) => !local.test(path as string))
      .map(String)
      .sort();
  expect(rows(found)).toEqual(rows(expected));
});

describe('the time', () => {
  const server = serversOf('load-3.9.5')[0]!;
  const moments = [...server.txns()].map(({ txn }) => txn.header);
  const iso = (time: bigint) => new Date(Number(time)).toISOString();

  it.each([10, 700, 2500])('of txn number %i is the state before the first later txn', (n) => {
    const { time } = moments[n]!;
    const next = moments.find((header) => header.time > time)!;
    const { tree } = opened(`${dirOf('load-3.9.5')}@${iso(time)}`);
    expect(tree.moment).toMatchObject({ zxid: next.zxid - 1n, exactness: 'exact' });
    const left = moments.filter(({ zxid }) => zxid >= next.zxid).length;
    expect(tree.laterTxns).toBe(left);
  });

  it('before the first txn of all is a new tree', () => {
    expect(opened(`${dirOf('load-3.9.5')}@2020-01`).tree.zxid).toBe(0n);
  });

  it('behind the last txn is the newest state, and unproven', () => {
    const { tree } = opened(`${dirOf('load-3.9.5')}@2030-01-01`);
    expect(tree).toMatchObject({ zxid: moments.at(-1)!.zxid, laterTxns: 0 });
    expect(tree.moment).toMatchObject({
      exactness: 'unproven',
      reason: expect.stringContaining('logs end at'),
    });
  });
});

it.each(serversOf('load-3.4', 'load-3.5'))(
  '$name has moments that nothing proves, and says why',
  (server) => {
    const base = server.bases.at(-2)!;
    const { tree } = opened(`${server.fixture.dir}@0x${(base.zxid + 3n).toString(16)}`, { inexact: true });
    expect(tree.moment!.exactness).toBe('unproven');
  },
);

describe('a moment that cannot be had', () => {
  const temp = useTempDir();
  let folders = 0;

  function folder(files: Readonly<Record<string, Buffer>>): string {
    const name = `server${++folders}`;
    mkdirSync(join(temp.path, name, 'version-2'), { recursive: true });
    for (const [file, bytes] of Object.entries(files)) temp.write(join(name, 'version-2', file), bytes);
    return join(temp.path, name);
  }

  const at = (dir: string, when: string) => thrownBy(() => openTree(`${dir}@${when}`, heard()));
  const timed = (from: bigint, ...times: bigint[]): TxnSpec[] =>
    creates(times.length, from).map((txn, i) => ({ ...txn, time: times[i]! }));
  const snapshot = snapshotBytes();

  it('lies before the oldest snapshot', () => {
    const dir = folder({ 'snapshot.5': snapshot, 'log.6': logBytes({ txns: creates(4, 6n) }) });
    expect(at(dir, '0x3')).toMatchObject({
      name: 'UsageError',
      message: `${dir}: the tree at 0x3 cannot be had: the oldest snapshot is snapshot.5, newer than that`,
      hint: `the nearest: type ${dir}@0x5`,
    });
  });

  it('lies before the first txn, where older logs were purged', () => {
    const dir = folder({ 'snapshot.5': snapshot, 'log.6': logBytes({ txns: timed(6n, 5000n, 6000n) }) });
    expect(at(dir, '1970-01-01T00:00:04').message).toContain(
      'the logs begin at 1970-01-01T00:00:05.000Z with 0x6',
    );
    expect(at(dir, '1970-01-01T00:00:04').hint).toContain(`type ${dir}@0x5`);
    expect(opened(`${dir}@1970-01-01T00:00:05`).tree.zxid).toBe(6n);
  });

  it('lies behind a hole, unless asked for inexactly', () => {
    const logs = { 'log.1': logBytes({ txns: creates(3) }), 'log.6': logBytes({ txns: creates(3, 6n) }) };
    const dir = folder({ 'snapshot.0': snapshot, 'snapshot.7': snapshot, ...logs });
    const error = at(dir, '0x6');
    expect(error.message).toContain('txns between 0x3 and 0x6 are missing');
    expect(error.hint).toBe(`the nearest: type ${dir}@0x3 or ${dir}@0x7; --inexact shows what there is`);
    const { tree, said } = opened(`${dir}@0x6`, { inexact: true });
    expect(tree.moment).toMatchObject({ zxid: 6n, exactness: 'unproven' });
    expect(said.notes).toEqual([`${dir}: the tree at 0x6, unproven: txns between 0x3 and 0x6 are missing`]);
    expect(opened(`${dir}@0x8`).tree.zxid).toBe(8n);
  });

  it('lies in a hole, between two logs or before the first', () => {
    const logs = { 'log.1': logBytes({ txns: creates(3) }), 'log.6': logBytes({ txns: creates(3, 6n) }) };
    const dir = folder({ 'snapshot.0': snapshot, 'snapshot.5': snapshot, ...logs });
    expect(at(dir, '0x4').message).toContain('txns between 0x3 and 0x6 are missing');
    expect(at(dir, '0x4').hint).toContain(`type ${dir}@0x3 or ${dir}@0x5;`);
    expect(opened(`${dir}@0x5`).tree.zxid).toBe(5n);
    const late = folder({ 'snapshot.0': snapshot, 'log.6': logBytes({ txns: creates(3, 6n) }) });
    expect(at(late, '0x2').message).toContain('txns between 0x0 and 0x6 are missing');
  });

  it('lies after everything', () => {
    const dir = folder({ 'snapshot.0': snapshot, 'log.1': logBytes({ txns: creates(3) }) });
    expect(at(dir, '5:47').hint).toBe(`the nearest: type ${dir}@0x3; --inexact shows what there is`);
  });

  it('has only a damaged snapshot before it', () => {
    const dir = folder({ 'snapshot.0': cut(snapshot, 60), 'log.1': logBytes({ txns: creates(3) }) });
    expect(at(dir, '0x2').message).toContain('every older snapshot is damaged (snapshot.0)');
  });

  it('is asked for where there is no snapshot, or a time where there is no log', () => {
    const late = folder({ 'log.4': logBytes({ txns: creates(3, 4n) }) });
    expect(at(late, '0x5').message).toContain('no snapshot');
    expect(at(folder({ 'snapshot.0': snapshot }), '2026-11-21').hint).toContain('@0x0');
  });

  it('is of a clock that stepped back: the first later txn counts, and a note says so', () => {
    const dir = folder({
      'snapshot.0': snapshot,
      'log.1': logBytes({ txns: timed(1n, 1000n, 9000n, 2000n) }),
    });
    const { tree, said } = opened(`${dir}@1970-01-01T00:00:05`);
    expect(tree).toMatchObject({ zxid: 1n, laterTxns: 2 });
    expect(said.notes[0]).toContain('clocks stepped back: 0x2 is of 1970-01-01T00:00:09.000Z');
  });

  it.each(['version-2/snapshot.0', 'version-2/log.1'])('is of %s, a file', (file) => {
    expect(at(join(dirOf('load-3.9.5'), file), '0x5').hint).toContain('DIR@WHEN');
  });
});
