// What is missing or was changed is found at its zxid.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BaseTree } from '../../src/tree/base-tree.js';
import { Replay } from '../../src/tree/replay.js';
import { treeAt } from '../../src/tree/tree-at.js';
import type { LoggedTxn } from '../../src/txnlog/logged-txn.js';
import { describeShared, sharedFixture } from '../support/fixtures.js';
import { caught } from '../support/read-all.js';
import { logsIn, serverAt, serversOf, type TestServer, txnsOf } from './servers.js';

const [load] = serversOf('load-3.9.5') as [TestServer];
const base = load.bases[0]!;

function* without(zxid: bigint): Generator<LoggedTxn> {
  for (const logged of load.txns()) if (logged.txn.header.zxid !== zxid) yield logged;
}

/** The first setData behind `zxid`, with one bit of its data turned. */
function* flipped(zxid: bigint): Generator<LoggedTxn> {
  let isDone = false;
  for (const logged of load.txns()) {
    const { header, op } = logged.txn;
    if (isDone || header.zxid < zxid || op.op !== 'setData' || !op.data?.length) {
      yield logged;
      continue;
    }
    isDone = true;
    const data = Buffer.from(op.data);
    data[0]! ^= 1;
    yield { ...logged, txn: { ...logged.txn, op: { ...op, data } } };
  }
}

const kinds = new Map([...load.txns()].map(({ txn }) => [txn.header.zxid, txn.op.op]));
const nth = (op: string, n: number) => [...kinds].filter(([, kind]) => kind === op)[n]![0];

describe.each(['create', 'delete', 'setData', 'setACL', 'closeSession', 'multi'])(
  'one %s taken out of a log',
  (op) => {
    const removed = nth(op, 40);
    const { digests, steps, exactness } = treeAt({ base, txns: () => without(removed) });

    test('leaves a hole of one zxid', () => {
      expect(steps).toMatchObject([{ kind: 'hole', after: removed - 1n, next: removed + 1n, missing: 1n }]);
      expect(steps[0]!.evidence!.file).toContain('log.');
      expect(exactness.label).toBe('unproven');
    });
    test('makes the next digest differ, and the hole explains it', () => {
      const [next] = [...load.txns()].filter(({ txn }) => txn.header.zxid > removed && txn.digest !== null);
      // A closeSession without ephemerals and a multi that failed change no tree.
      if (digests!.first === null) return expect(['closeSession', 'multi']).toContain(op);
      expect(digests!.first).toMatchObject({ zxid: next!.txn.header.zxid, evidence: next!.evidence });
      expect(digests!.first.causes[0]!.code).toBe('missing-txns');
    });
  },
);

test('a flipped bit in the data of a setData whose checksum is right is found at its zxid', () => {
  const from = 0x500n;
  const [first] = [...kinds].filter(([zxid, op]) => zxid >= from && op === 'setData');
  const { digests } = treeAt({ base, txns: () => flipped(from) });
  expect(digests!.first).toMatchObject({ zxid: first![0], op: 'setData' });
  expect(digests!.first!.causes.map(({ code }) => code)).toContain('changed-record');
  expect(digests!.first!.expected).not.toBe(digests!.first!.found);
});

test('a missing log file is found at the first zxid behind it', () => {
  const logs = load.logs.filter((file) => !file.endsWith('log.75d'));
  const { steps, digests } = treeAt({ base, txns: () => txnsOf(logs) });
  expect(steps).toMatchObject([{ kind: 'hole', after: 0x75cn, next: 0x830n }]);
  expect(digests!.first!.zxid).toBe(0x830n);
});

test('a log that grew between the two passes is replayed as far as it went in the first', () => {
  let pass = 0;
  const txns = function* () {
    pass++;
    for (const logged of load.txns()) if (pass > 1 || logged.txn.header.zxid <= 0x100n) yield logged;
  };
  const { zxid, digests } = treeAt({ base, txns });
  expect(zxid).toBe(0x100n);
  expect(digests).toMatchObject({ differed: 0 });
});

test('a log that was written anew between the two passes is an input error', () => {
  let pass = 0;
  const replay = new Replay({ base, txns: () => (pass++ === 0 ? load.txns() : without(nth('create', 3))) });
  expect(caught(() => replay.finish())).toMatchObject({
    name: 'InputError',
    reason: expect.stringContaining('changed'),
  });
});

test('a txn of a type that no release logs is passed over, and the tree is unproven', () => {
  const txns = function* (): Generator<LoggedTxn> {
    for (const logged of load.txns()) {
      if (logged.txn.header.zxid !== 0x200n) yield logged;
      else {
        const op = { op: 'unknown' as const, code: 99, body: Buffer.alloc(0), error: new Error() as never };
        yield { ...logged, txn: { ...logged.txn, op, digest: null } };
      }
    }
  };
  const { exactness } = treeAt({ base, txns, to: 0x210n });
  expect(exactness).toMatchObject({ label: 'unproven', reason: 'a txn cannot be read' });
});

test('a check outside a multi, which no server reads back, changes nothing', () => {
  const [server] = serversOf('poison');
  const { exactness, digests, zxid } = treeAt({ base: server!.bases[0]!, txns: server!.txns });
  expect(zxid).toBe(2n);
  expect(digests).toMatchObject({ differed: 0 });
  expect(exactness.label).toBe('exact');
});

describeShared('the test data of ZooKeeper with creates of 2009', () => {
  const folder = sharedFixture('apache-zookeeper/invalidsnap/version-2');
  const fixture = { name: 'invalidsnap', release: '3.3', dir: folder, servers: [] };
  // log.42 is damaged on purpose and of another history.
  const logs = logsIn(folder).filter((file) => !file.endsWith('log.42'));
  const names = ['snapshot.0', 'snapshot.272', 'snapshot.273', 'snapshot.639'].map((name) =>
    join(folder, name),
  );
  const { bases, txns } = serverAt('invalidsnap', fixture, names, logs);
  const rootOf = (from: BaseTree) => {
    const newestLogged = [...txns()].at(-1)!.txn.header.zxid;
    const { overlay, zxid, exactness } = treeAt({ base: from, txns, newestLogged });
    return { zxid, exactness, root: overlay.lookup('' as never) };
  };

  test('gives another cversion of the root from another snapshot, for they do not tell the parent’s', () => {
    const ends = bases.map(rootOf);
    expect(new Set(ends.map(({ zxid }) => zxid)).size).toBe(1);
    const cversions = ends.map(({ root }) => (root.state === 'changed' ? root.stat.cversion : null));
    expect(cversions).toEqual([10, 10, 11, 10]);
    expect(ends[2]!.exactness.reason).toContain('counted twice');
  });
});
