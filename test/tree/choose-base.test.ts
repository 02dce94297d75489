import { describe, expect, test } from 'vitest';
import { chooseBase, nearestServed, servedRanges } from '../../src/tree/choose-base.js';
import { continuityOf } from '../../src/tree/continuity.js';

let asked: bigint[] = [];

/** snapshot.N that ends at `end`; null for a damaged one. */
function snapshot(zxid: bigint, end: bigint | null = zxid) {
  const proof = 'digest block' as const;
  return {
    name: `snapshot.${zxid.toString(16)}`,
    zxid,
    end: () => {
      asked.push(zxid);
      return end === null ? null : { zxid: end, proof };
    },
  };
}

const range = (from: bigint, to: bigint) =>
  Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
const logs = continuityOf(range(1n, 40n));

describe('the base for a zxid', () => {
  test('is the newest snapshot that ends before it', () => {
    const choice = chooseBase([snapshot(0n), snapshot(20n), snapshot(10n)], logs, 25n);
    expect(choice).toMatchObject({ base: { zxid: 20n }, serves: true, nextSnapshot: null });
  });
  test('is not one that is still fuzzy there, but the one before', () => {
    const choice = chooseBase([snapshot(0n), snapshot(10n), snapshot(20n, 30n)], logs, 25n);
    expect(choice).toMatchObject({ base: { zxid: 10n }, serves: true, nextSnapshot: 20n });
  });
  test('is never a damaged one', () => {
    expect(chooseBase([snapshot(0n), snapshot(20n, null)], logs, 25n)).toMatchObject({ base: { zxid: 0n } });
    expect(chooseBase([snapshot(20n, null)], logs, 25n)).toBeNull();
  });
  test('is never one that is newer, which is not even read', () => {
    asked = [];
    expect(chooseBase([snapshot(30n)], logs, 25n)).toBeNull();
    expect(asked).toEqual([]);
  });
  test('is not one from which txns are missing', () => {
    const holed = continuityOf([...range(1n, 12n), ...range(15n, 40n)]);
    expect(chooseBase([snapshot(0n), snapshot(10n)], holed, 25n)).toMatchObject({
      base: { zxid: 10n },
      serves: false,
      against: 'txns between 0xc and 0xf are missing',
    });
    expect(chooseBase([snapshot(0n), snapshot(14n)], holed, 25n)).toMatchObject({
      base: { zxid: 14n },
      serves: true,
    });
    expect(chooseBase([snapshot(0n), snapshot(10n)], holed, 12n)).toMatchObject({ serves: true });
    expect(chooseBase([snapshot(0n), snapshot(10n)], holed, 13n)).toMatchObject({ serves: true });
  });
  test('that only serves with a guess is the newest, with what speaks against it', () => {
    expect(chooseBase([snapshot(0n, 30n), snapshot(20n, 30n)], logs, 25n)).toMatchObject({
      base: { zxid: 20n },
      serves: false,
      against: 'snapshot.14 holds effects of txns up to 0x1e',
    });
  });
  test('may stand in an older epoch, for what proves the change shows later', () => {
    const next = (5n << 32n) | 1n;
    const crossed = continuityOf([...range(1n, 9n), next]);
    expect(chooseBase([snapshot(0n)], crossed, next)).toMatchObject({ serves: true });
  });
});

describe('a zxid that cannot be had', () => {
  const holed = continuityOf([...range(1n, 12n), ...range(15n, 40n)]);
  const ranges = servedRanges([snapshot(2n, 4n), snapshot(20n, 22n), snapshot(38n, null)], holed);

  test('has a nearest below and above', () => {
    expect(ranges).toEqual([
      { base: 2n, from: 4n, to: 12n },
      { base: 20n, from: 22n, to: 40n },
    ]);
    expect(nearestServed(ranges, 14n)).toEqual({ below: 12n, above: 22n });
    expect(nearestServed(ranges, 3n)).toEqual({ below: null, above: 4n });
    expect(nearestServed(ranges, 99n)).toEqual({ below: 40n, above: null });
  });
});
