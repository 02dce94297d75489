import { describe, expect, test } from 'vitest';
import { continuityOf } from '../../src/tree/continuity.js';
import { judgeStep, type Witnesses } from '../../src/tree/epoch-steps.js';
import { OtherServers } from '../../src/tree/other-servers.js';

const z = (epoch: number, counter: number) => (BigInt(epoch) << 32n) | BigInt(counter);

describe('zxids', () => {
  test('that count by one from a snapshot make one run without a step', () => {
    const { runs, steps } = continuityOf([z(5, 8), z(5, 9), z(5, 10)], z(5, 7));
    expect(runs).toEqual([{ from: z(5, 8), to: z(5, 10) }]);
    expect(steps).toEqual([]);
  });
  test('that begin behind the snapshot leave a hole of known size', () => {
    const { steps } = continuityOf([z(5, 10)], z(5, 7));
    expect(steps).toMatchObject([{ kind: 'hole', after: z(5, 7), next: z(5, 10), missing: 2n }]);
  });
  test('of a new epoch follow a snapshot named EPOCH:0 by counting', () => {
    expect(continuityOf([z(6, 1), z(6, 2)], z(6, 0)).steps).toEqual([]);
  });
  test('of a new epoch do not tell how far the old one went', () => {
    const { runs, steps } = continuityOf([z(5, 1), z(5, 2), z(7, 1)]);
    expect(steps).toMatchObject([{ kind: 'epoch', after: z(5, 2), next: z(7, 1), missing: 0n }]);
    expect(runs.length).toBe(2);
  });
  test('of a new epoch that do not begin with its first leave a hole', () => {
    expect(continuityOf([z(5, 1), z(6, 4)]).steps).toMatchObject([{ kind: 'hole', missing: 3n }]);
  });
  test('that are not higher than those before are a step backward', () => {
    expect(continuityOf([z(5, 3), z(5, 3), z(5, 2)]).steps.map(({ kind }) => kind)).toEqual([
      'backward',
      'backward',
    ]);
  });
  test('of a standalone server’s first txns follow snapshot.0', () => {
    expect(continuityOf([1n, 2n], 0n).steps).toEqual([]);
  });
});

describe('a change of epoch', () => {
  const [step] = continuityOf([z(1, 9), z(2, 1)]).steps;
  const proofOf = (witnesses: Witnesses) => judgeStep(step!, witnesses);
  const other = (server: string, ...pairs: [bigint, bigint][]) => {
    const runs = pairs.map(([from, to]) => ({ from, to }));
    return { server, runs, snapshots: [] };
  };

  test('is unproven by nothing', () => {
    expect(proofOf({}).proof).toBeNull();
  });
  test('is proven by another server’s log that goes on in the same way', () => {
    const zk2 = other('zk2', [z(1, 4), z(1, 9)], [z(2, 1), z(2, 5)]);
    expect(proofOf({ others: new OtherServers([zk2], 1) })).toMatchObject({
      proof: "other server's log",
      why: 'the log of zk2 goes on in the same way',
    });
  });
  test('of a cluster is proven by two logs that go on in the same way, not by one: it is made of it', () => {
    const zk2 = other('zk2', [z(1, 4), z(1, 9)], [z(2, 1), z(2, 5)]);
    const zk3 = other('zk3', [z(1, 1), z(1, 9)], [z(2, 1), z(2, 1)]);
    expect(proofOf({ others: new OtherServers([zk2], 2) }).proof).toBeNull();
    expect(proofOf({ others: new OtherServers([zk2, zk3], 2) })).toMatchObject({
      proof: "other server's log",
      why: 'the logs of zk2 and zk3 go on in the same way',
    });
  });
  test('is not proven by a log that got a snapshot in between, for what is before it may have been lost', () => {
    const zk2 = other('zk2', [z(1, 4), z(1, 9)], [z(2, 1), z(2, 5)]);
    const sent = { ...zk2, snapshots: [{ zxid: z(2, 0), digestZxid: 0n, newestZxid: 0n }] };
    expect(proofOf({ others: new OtherServers([sent], 1) }).proof).toBeNull();
  });
  test('is proven by another server’s snapshot that ends with the old epoch', () => {
    const snapshots = [{ zxid: z(2, 0), digestZxid: z(1, 9), newestZxid: 0n }];
    const zk2 = { ...other('zk2', [z(2, 1), z(2, 5)]), snapshots };
    expect(proofOf({ others: new OtherServers([zk2], 2) })).toMatchObject({
      proof: 'snapshot',
      why: 'a snapshot of zk2 says that the old epoch ended there',
    });
  });
  test('is not proven by another server’s log that goes further in the old epoch, which is said', () => {
    const zk3 = other('zk3', [z(1, 4), z(1, 12)], [z(2, 3), z(2, 5)]);
    expect(proofOf({ others: new OtherServers([zk3], 1) })).toMatchObject({
      proof: null,
      why: 'the log of zk3 goes further in the old epoch',
    });
  });
  test('is not proven where another server has another txn as the last before', () => {
    const zk2 = other('zk2', [z(1, 4), z(1, 9)], [z(2, 1), z(2, 5)]);
    const zk3 = other('zk3', [z(1, 4), z(1, 12)], [z(2, 1), z(2, 5)]);
    expect(proofOf({ others: new OtherServers([zk2, zk3], 1) })).toMatchObject({
      proof: null,
      why: 'zk3 has 0x10000000c as the last txn before',
    });
  });
  test('is proven by the snapshot a new leader wrote, whose digest is of the last txn before', () => {
    const snapshots = [{ name: 'snapshot.200000000', zxid: z(2, 0), digestZxid: z(1, 9) }];
    expect(proofOf({ snapshots }).proof).toBe('snapshot');
    expect(proofOf({ snapshots: [{ ...snapshots[0]!, digestZxid: z(1, 10) }] }).proof).toBeNull();
    expect(proofOf({ snapshots: [{ ...snapshots[0]!, digestZxid: null }] }).proof).toBeNull();
  });
  test('is proven by a digest that is reproduced behind it, not before', () => {
    expect(proofOf({ lastMatched: z(2, 1) }).proof).toBe('digest');
    expect(proofOf({ lastMatched: z(1, 9) }).proof).toBeNull();
  });
  test('with txns missing behind it is proven by nothing', () => {
    const [hole] = continuityOf([z(1, 9), z(2, 3)]).steps;
    expect(judgeStep(hole!, { lastMatched: z(2, 9) })).toMatchObject({
      proof: null,
      why: '2 txns are missing',
    });
  });
});
