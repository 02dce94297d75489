import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHex, formatTime, isDate, textWriter } from '../../src/render/value.js';

describe('formatHex', () => {
  it('writes ids without padding and in lower case', () => {
    expect(formatHex(0x50000002fn)).toBe('0x50000002f');
    expect(formatHex(0n)).toBe('0x0');
    expect(formatHex(0xabc)).toBe('0xabc');
  });

  it('takes a negative id as unsigned 64 bit', () => {
    expect(formatHex(-1n)).toBe('0xffffffffffffffff');
    expect(formatHex(-(2n ** 63n))).toBe('0x8000000000000000');
  });
});

describe('formatTime', () => {
  it('writes the same as Date wherever a Date can hold the time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        expect(formatTime(ms)).toBe(new Date(ms).toISOString());
        expect(formatTime(BigInt(ms))).toBe(new Date(ms).toISOString());
      }),
    );
  });

  it('is right on both sides of midnight, one time after the other', () => {
    const midnight = 1_669_852_800_000;
    for (const ms of [
      midnight - 1,
      midnight,
      midnight + 86_399_999,
      midnight + 86_400_000,
      midnight,
      -1,
      0,
    ]) {
      expect(formatTime(ms)).toBe(new Date(ms).toISOString());
    }
  });

  it('writes the plain number where a Date cannot hold the time', () => {
    expect(formatTime(8_640_000_000_000_001n)).toBe('8640000000000001');
    expect(formatTime(-(2n ** 63n))).toBe('-9223372036854775808');
    expect(isDate(8_640_000_000_000_000n)).toBe(true);
    expect(isDate(8_640_000_000_000_001n)).toBe(false);
    expect(isDate(Number.NaN)).toBe(false);
  });
});

it('writes numbers beyond 2^53 with all their digits', () => {
  expect(textWriter('number')(9_007_199_254_740_993n)).toBe('9007199254740993');
});
