// What is compressed comes back through two decoders: ours, and hyparquet's.
import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { expect, test } from 'vitest';
import { decodeElements, readPlainLength } from '../../src/container/snappy-block.js';
import { compressBlock, maxCompressed } from '../../src/container/snappy-compress.js';

const BLOCK = 32 * 1024;

// A small alphabet repeats itself, a full one does not.
const plainBytes = fc
  .tuple(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }), fc.integer({ min: 0, max: 3000 }))
  .map(([parts, repeats]) => Buffer.concat(Array.from({ length: 1 + (repeats % 60) }, () => parts).flat()))
  .map((bytes) => bytes.subarray(0, BLOCK));

function check(plain: Buffer): number {
  const out = Buffer.alloc(3 + maxCompressed(plain.length));
  const length = compressBlock(plain, plain.length, out, 3);
  expect(length).toBeLessThanOrEqual(maxCompressed(plain.length));
  const block = out.subarray(3, 3 + length);
  const start = readPlainLength(block)!;
  expect(start.plainLength).toBe(plain.length);
  const back = new Uint8Array(plain.length);
  expect(decodeElements(block, start.next, back)).toBe(null);
  expect(Buffer.from(back).equals(plain)).toBe(true);
  const other = new Uint8Array(plain.length);
  snappyUncompress(block, other);
  expect(Buffer.from(other).equals(plain)).toBe(true);
  return length;
}

test('a block comes back', () => {
  fc.assert(
    fc.property(plainBytes, (plain) => void check(plain)),
    { numRuns: 300 },
  );
});

test('what repeats itself becomes small, what does not hardly larger', () => {
  expect(check(Buffer.alloc(BLOCK, 'zookeeper '))).toBeLessThan(2000);
  const noise = Buffer.alloc(BLOCK);
  let state = 1;
  for (let i = 0; i < BLOCK; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    noise[i] = state >>> 24;
  }
  expect(check(noise)).toBeLessThan(BLOCK + 40);
  for (const length of [0, 1, 3, 4, 59, 60, 61, 255, 256, 257, 258]) check(noise.subarray(0, length));
});
