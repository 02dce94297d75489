import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LongMap } from '../../src/snapshot/long-map.js';
import { i64 } from '../support/arbitraries.js';

test('a LongMap answers as a Map does, for any 64-bit keys', () => {
  const keys = fc.oneof(
    i64,
    fc.bigInt(-3n, 3n),
    fc.bigInt(0n, 9n).map((n) => n << 32n),
  );
  const entries = fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 2 ** 31 - 1 })), { maxLength: 3000 });
  const check = fc.property(entries, keys, (list, absent) => {
    const [map, long] = [new Map<bigint, number>(), new LongMap()];
    for (const [key, value] of list) {
      map.set(key, value);
      long.set(key, value);
    }
    for (const key of [...map.keys(), absent]) expect(long.get(key)).toBe(map.get(key) ?? 0);
  });
  fc.assert(check, { numRuns: 50 });
});

test('a LongMap holds a hundred thousand keys in a row, and those that differ above bit 32 only', () => {
  const long = new LongMap();
  for (let i = 1; i <= 100_000; i++) {
    long.set(BigInt(i), i);
    long.set(BigInt(i) << 32n, i + 1);
  }
  for (let i = 1; i <= 100_000; i++) {
    if (long.get(BigInt(i)) !== i || long.get(BigInt(i) << 32n) !== i + 1) expect.fail(`key ${i}`);
  }
  expect(long.get(100_001n)).toBe(0);
});
