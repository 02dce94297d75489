import { describe, expect, it } from 'vitest';
import { TimeBuckets } from '../../src/analysis/time-buckets.js';

const op = { ops: 1, failed: 0, bytes: 10, sessionsCreated: 0, sessionsClosed: 0 };
const T = Date.UTC(2026, 10, 21, 3, 17);

describe('TimeBuckets', () => {
  it('gives stretches without a gap, as short as fit', () => {
    const buckets = new TimeBuckets();
    for (const ms of [0, 3, 999, 2500]) buckets.add(BigInt(T + ms), op);
    const line = buckets.line(3)!;
    expect(line.bucketMs).toBe(1000);
    expect(line.buckets.map(({ time, ops, bytes }) => [time - T, ops, bytes])).toEqual([
      [0, 3, 30],
      [1000, 0, 0],
      [2000, 1, 10],
    ]);
  });

  it('begins stretches at whole multiples of their length, before 1970 too', () => {
    const buckets = new TimeBuckets();
    for (const time of [-1n, 59_999n]) buckets.add(time, op);
    const line = buckets.line(2)!;
    expect([line.bucketMs, ...line.buckets.map(({ time }) => time)]).toEqual([60_000, -60_000, 0]);
  });

  it('counts nothing twice when stretches become longer, however many there were', () => {
    const buckets = new TimeBuckets();
    for (let i = 0; i < 20_000; i++) buckets.add(BigInt(T + i * 7000), { ...op, failed: i % 2 });
    const line = buckets.line(50)!;
    const sum = (of: (one: (typeof line.buckets)[number]) => number) =>
      line.buckets.reduce((all, one) => all + of(one), 0);
    expect([sum((one) => one.ops), sum((one) => one.failed), sum((one) => one.bytes)]).toEqual([
      20_000, 10_000, 200_000,
    ]);
    // 140,000 s are 38.9 hours.
    expect([line.bucketMs, line.buckets.length]).toEqual([3_600_000, 40]);
  });

  it('takes times that no clock shows for none, and the rest all the same', () => {
    const buckets = new TimeBuckets();
    for (const time of [2n ** 63n - 1n, -(2n ** 63n), BigInt(T)]) buckets.add(time, op);
    expect(buckets.line(60)!.buckets).toEqual([{ time: T, ...op }]);
    for (const time of [8_640_000_000_000_000n, -8_640_000_000_000_000n]) buckets.add(time, op);
    expect(buckets.line(60)!.buckets.reduce((all, { ops }) => all + ops, 0)).toBe(3);
    expect(new TimeBuckets().line(60)).toBeNull();
  });
});
