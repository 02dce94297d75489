import { expect, test } from 'vitest';
import { murmurHash128 } from '../../src/tree/murmur-hash.js';

const hash = (bytes: Uint8Array, seed = 0) => Buffer.from(murmurHash128(bytes, seed).buffer.slice(0));

// SMHasher's own check: the hashes of 0, 0 1, 0 1 2, ... with seeds 256, 255, 254, ..., hashed again. Its table
// gives this number for MurmurHash3_x86_128.
test('gives the verification value that SMHasher has for MurmurHash3 x86 128', () => {
  const hashes = Array.from({ length: 256 }, (_, i) =>
    hash(
      Uint8Array.from({ length: i }, (_, j) => j),
      256 - i,
    ),
  );
  expect(hash(Buffer.concat(hashes)).readUInt32LE(0)).toBe(0xb3ece62a);
});

test('of no bytes is 0', () => {
  expect(hash(new Uint8Array()).every((byte) => byte === 0)).toBe(true);
});
