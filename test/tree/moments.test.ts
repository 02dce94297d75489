// The tree at any moment of the load fixtures, against a replay that is as plain as can be.
import { describe, expect, test } from 'vitest';
import { chooseBase } from '../../src/tree/choose-base.js';
import { continuityOf } from '../../src/tree/continuity.js';
import { Replay } from '../../src/tree/replay.js';
import { surveySnapshot } from '../../src/tree/snapshot-survey.js';
import { treeAt, treeOf } from '../../src/tree/tree-at.js';
import { realFiles } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { PlainTree } from './plain-tree.js';
import { rowsOf } from './rows.js';
import { serversOf, type TestServer } from './servers.js';

const [load] = serversOf('load-3.9.5') as [TestServer];
const fileOf = (server: TestServer, name: string) =>
  realFiles('snapshot').find((file) => file.name === `${server.fixture.name}/version-2/${name}`)!.file;

/** The plain tree at each of the zxids, ascending, from snapshot.0. */
function* plainTrees(server: TestServer, wanted: readonly bigint[]): Generator<[bigint, PlainTree]> {
  const tree = PlainTree.of(readSnapshotAgain(fileOf(server, 'snapshot.0')), 0n);
  const txns = server.txns();
  let next = txns.next();
  for (const zxid of wanted) {
    for (; !next.done && next.value.txn.header.zxid <= zxid; next = txns.next()) tree.apply(next.value.txn);
    yield [zxid, tree];
  }
}

/** Numbers that look random and are the same each time. */
function* someNumbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

const zxids = [...load.txns()].map(({ txn }) => txn.header.zxid);
const candidates = load.bases.map((base) => ({
  ...base,
  base,
  end: () => surveySnapshot(fileOf(load, base.name), base.zxid).end,
}));

test('the tree at 200 zxids of load-3.9.5 is that of a plain replay, and labelled exact', () => {
  const random = someNumbers(395);
  const wanted = Array.from({ length: 200 }, () => zxids[Math.floor(random.next().value! * zxids.length)]!);
  wanted.sort((a, b) => Number(a - b));
  const logs = continuityOf(zxids);
  const used = new Set<string>();
  for (const [to, plain] of plainTrees(load, wanted)) {
    const choice = chooseBase(candidates, logs, to)!;
    expect(choice.serves).toBe(true);
    used.add(choice.base.name);
    const input = { base: choice.base.base, txns: load.txns, to, nextSnapshot: choice.nextSnapshot };
    const { overlay, exactness, sessions, zxid } = treeAt(input);
    expect([to, exactness.label]).toEqual([to, 'exact']);
    expect(zxid).toBe(to);
    expect(rowsOf(input, overlay)).toEqual(plain.rows());
    expect([...sessions].sort()).toEqual([...plain.sessions].sort());
  }
  expect(used.size).toBeGreaterThan(8);
});

test('the digest logged at every zxid of load-3.9.5 is reproduced wherever the answer is labelled exact', () => {
  let exact = 0;
  for (const base of load.bases) {
    const input = { base, txns: load.txns, data: false };
    const replay = new Replay(input);
    for (const { logged } of replay.steps()) {
      const { zxid } = logged.txn.header;
      const { digest } = logged.txn;
      if (treeOf(replay, { ...input, to: zxid }).exactness.label !== 'exact') continue;
      exact++;
      if (digest !== null)
        expect([base.name, zxid, replay.treeDigest]).toEqual([base.name, zxid, digest.treeDigest]);
    }
  }
  expect(exact).toBeGreaterThan(15_000);
});

// Where no digest is looked at, the label stands on the blocks, the next snapshot and the end of the logs alone.
describe.each(serversOf('load-3.5', 'load-3.8', 'load-3.9', 'killed-3.7', 'killed-3.9'))(
  '$name',
  (server) => {
    test('has traps: begun with a fuzzy snapshot, what is labelled exact is right, without digests too', () => {
      const newestLogged = [...server.txns()].at(-1)!.txn.header.zxid;
      let [exact, unproven] = [0, 0];
      for (const [i, base] of server.bases.entries()) {
        const { end } = surveySnapshot(fileOf(server, base.name), base.zxid);
        const wanted = [base.zxid];
        for (let zxid = base.zxid; zxid <= end.zxid + 2n && zxid <= newestLogged; zxid++) wanted.push(zxid);
        const nextSnapshot = server.bases[i + 1]?.zxid ?? null;
        if (nextSnapshot !== null) wanted.push(nextSnapshot);
        for (const [to, plain] of plainTrees(
          server,
          wanted.sort((a, b) => Number(a - b)),
        )) {
          const input = { base, txns: server.txns, to, digests: false, nextSnapshot, newestLogged };
          const { exactness, overlay, doubtfulQuotas } = treeAt(input);
          if (exactness.label === 'unproven') unproven++;
          else {
            exact++;
            expect(doubtfulQuotas).toEqual([]);
            expect([base.name, to, rowsOf(input, overlay)]).toEqual([base.name, to, plain.rows()]);
          }
        }
      }
      expect(exact).toBeGreaterThan(5);
      expect(unproven).toBeGreaterThan(5);
    });
  },
);

describe.each(serversOf('load', 'killed'))('$name', (server) => {
  test('ends in one and the same tree from every snapshot', () => {
    const ends = server.bases.map((base) => {
      const input = { base, txns: server.txns };
      return rowsOf(input, treeAt(input).overlay);
    });
    for (const rows of ends) expect(rows).toEqual(ends[0]);
  });
});
