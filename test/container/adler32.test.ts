import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADLER_START, adler32 } from '../../src/container/adler32.js';

/** The Adler-32 that zlib writes behind a deflate stream. */
function zlibsAdler32(bytes: Uint8Array): number {
  return deflateSync(bytes, { level: 0 }).subarray(-4).readUInt32BE();
}

describe('Adler-32', () => {
  test.each([0, 1, 15, 16, 17, 3791, 3792, 3793, 3808, 7584, 7585, 100_000])(
    'of %i bytes of 0xff, which fill the sums fastest, is what zlib says',
    (length) => {
      const bytes = Buffer.alloc(length, 0xff);
      expect(adler32(bytes)).toBe(zlibsAdler32(bytes));
    },
  );

  test('of the words of RFC 1950 is the published value', () => {
    expect(adler32(Buffer.from('Wikipedia'))).toBe(0x11e60398);
    expect(adler32(Buffer.alloc(0))).toBe(ADLER_START);
  });

  test('of any bytes is what zlib says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000, size: 'max' }), (bytes) => {
        expect(adler32(bytes)).toBe(zlibsAdler32(bytes));
      }),
    );
  });

  test('is the same in pieces as in one, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.array(fc.nat(20_000), { maxLength: 5 }), (length, cuts) => {
        const bytes = Buffer.alloc(length, 'ZooKeeper\xff');
        let sum = ADLER_START;
        let from = 0;
        for (const to of [...cuts.filter((at) => at < length), length].sort((a, b) => a - b)) {
          sum = adler32(bytes, from, to, sum);
          from = to;
        }
        expect(sum).toBe(zlibsAdler32(bytes));
      }),
    );
  });
});
