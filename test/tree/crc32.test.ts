import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/tree/crc32.js';

test('is zlib’s CRC-32 of any range, short or long, going on from any other', () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 280, maxLength: 320 }));
  fc.assert(
    fc.property(bytes, fc.nat(20), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (raw, cut, before) => {
      const buffer = Buffer.from(raw);
      const start = Math.min(cut, buffer.length);
      // Of no bytes zlib's gives 0, whatever went before.
      const expected = start === buffer.length ? before : zlibCrc32(buffer.subarray(start), before);
      expect(crc32(buffer, start, buffer.length, before)).toBe(expected);
    }),
  );
});

test('has the check value of the CRC-32 catalogue', () => {
  expect(crc32(Buffer.from('123456789'), 0, 9)).toBe(0xcbf43926);
});
