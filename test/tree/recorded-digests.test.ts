// Every tree digest that a server recorded, from every snapshot that can serve.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotBase } from '../../src/tree/base-tree.js';
import { treeAt } from '../../src/tree/tree-at.js';
import { FIXTURES } from '../support/fixtures.js';
import { logsIn, serversOf, type TestServer, txnsOf } from './servers.js';

const WITH_DIGESTS = /^(?!digest-off|no-trailer|poison|empty).*-3\.[6-9]\./;
// Synced by snapshot at 0x100000483: the logs have a hole before it.
const HOLE = { 'ensemble-3.8.6 zk2/version-2': 0x1000001c5n } as Record<string, bigint | undefined>;

const servers = serversOf('').filter(({ fixture }) => WITH_DIGESTS.test(fixture.name));
const cases = servers.flatMap((server) => server.bases.map((base) => ({ server, base, title: base.name })));

function recorded({ txns }: TestServer, from: bigint, to?: bigint): bigint[] {
  const zxids: bigint[] = [];
  for (const { txn } of txns()) {
    const { zxid } = txn.header;
    if (txn.digest !== null && zxid >= from && (to === undefined || zxid <= to)) zxids.push(zxid);
  }
  return zxids;
}

test('there are at least 100 snapshots and 20,000 digests to check', () => {
  expect(cases.length).toBeGreaterThan(100);
  const digests = servers.map((server) => recorded(server, 0n).length);
  expect(digests.reduce((a, b) => a + b)).toBeGreaterThan(20_000);
});

describe.each(cases)('$server.name from $title', ({ server, base }) => {
  const hole = HOLE[server.name];
  const to = hole !== undefined && base.zxid < hole ? hole : undefined;

  test('reproduces every digest behind the end of the snapshot, and that in it', () => {
    const { digests, base: loaded } = treeAt({ base, txns: server.txns, to, data: false });
    const { end, trailer } = loaded;
    const from = end.zxid > base.zxid ? end.zxid : base.zxid + 1n;
    expect(digests).toMatchObject({ differed: 0, first: null, endsDifferent: false });
    expect(digests!.matched).toBe(recorded(server, from, to).length);
    const hasBlock = (trailer?.digest?.zxid ?? 0n) !== 0n;
    expect(digests!.snapshot).toBe(hasBlock ? 'matched' : null);
  });
});

describe('the leader that was killed with records only it had', () => {
  const folder = join(FIXTURES, 'ensemble-3.8.6/dead-leader/version-2');
  const base = snapshotBase(join(folder, 'snapshot.100000521'), 0x100000521n);

  test('reproduces their digests too', () => {
    const { digests, zxid } = treeAt({ base, txns: () => txnsOf(logsIn(folder)) });
    expect(zxid).toBe(0x100000525n);
    expect(digests).toMatchObject({ differed: 0, endsDifferent: false });
    expect(digests!.matched).toBeGreaterThan(0);
  });
});

test('a member that was synced by snapshot has a hole, which is named, and what is behind it is unproven', () => {
  const [server] = serversOf('ensemble').filter(({ name }) => name.includes('zk2'));
  const { digests, steps, exactness } = treeAt({ base: server!.bases[0]!, txns: server!.txns });
  expect(steps.find(({ kind }) => kind === 'hole')).toMatchObject({
    after: 0x1000001c5n,
    next: 0x100000484n,
    missing: 0x100000484n - 0x1000001c5n - 1n,
    proof: null,
  });
  expect(digests!.first).toMatchObject({ zxid: 0x100000484n, lastMatched: 0x1000001c5n });
  expect(digests!.first!.causes[0]!.code).toBe('missing-txns');
  expect(exactness.label).toBe('unproven');
});

test('nothing is compared where digests were switched off', () => {
  for (const server of serversOf('digest-off', 'no-trailer')) {
    const { digests } = treeAt({ base: server.bases[0]!, txns: server.txns });
    expect(digests).toMatchObject({ compared: 0, skipped: { none: 452 } });
  }
});
