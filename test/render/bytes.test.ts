import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatData, textOrEscaped } from '../../src/render/bytes.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('formatData', () => {
  it('shows valid UTF-8 as text and anything else as base64 in mode auto', () => {
    expect(formatData(utf8('é日'), 'auto')).toEqual({ data: 'é日', dataEncoding: 'utf8' });
    expect(formatData(bytes(0xff, 0), 'auto')).toEqual({ data: '/wA=', dataEncoding: 'base64' });
  });

  it('keeps a byte-order mark', () => {
    expect(formatData(bytes(0xef, 0xbb, 0xbf, 0x61), 'auto').data).toBe('\ufeffa');
  });

  it('shows the bytes as hex or base64 when asked', () => {
    expect(formatData(utf8('az'), 'hex')).toEqual({ data: '617a', dataEncoding: 'hex' });
    expect(formatData(utf8('az'), 'base64')).toEqual({ data: 'YXo=', dataEncoding: 'base64' });
  });

  it('escapes single bytes in mode text', () => {
    expect(formatData(bytes(0x61, 0xff), 'text')).toEqual({ data: 'a\\xff', dataEncoding: 'utf8' });
  });

  it('shows only length and hash when redacted', () => {
    const hash = createHash('sha256').update('secret').digest('hex');
    const shown = formatData(utf8('secret'), 'redacted');
    expect(shown).toEqual({ data: `6 bytes sha256:${hash.slice(0, 12)}`, dataEncoding: 'redacted' });
  });

  it('tells null from empty', () => {
    for (const mode of ['auto', 'text', 'hex', 'base64', 'redacted'] as const) {
      expect(formatData(null, mode)).toEqual({ data: null, dataEncoding: null });
    }
    expect(formatData(bytes(), 'auto')).toEqual({ data: '', dataEncoding: 'utf8' });
    expect(formatData(bytes(), 'text')).toEqual({ data: '', dataEncoding: 'utf8' });
  });

  it('has no fields in mode none', () => {
    expect(formatData(utf8('a'), 'none')).toEqual({});
    expect(formatData(null, 'none')).toEqual({});
  });

  it('reads only its own part of a larger buffer', () => {
    const part = utf8('abcdef').subarray(2, 4);
    expect(formatData(part, 'auto').data).toBe('cd');
    expect(formatData(part, 'hex').data).toBe('6364');
  });
});

describe('textOrEscaped', () => {
  it.each([
    ['overlong NUL', bytes(0xc0, 0x80), '\\xc0\\x80'],
    ['overlong slash in three bytes', bytes(0xe0, 0x80, 0xaf), '\\xe0\\x80\\xaf'],
    ['surrogate', bytes(0xed, 0xa0, 0x80), '\\xed\\xa0\\x80'],
    ['above U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), '\\xf4\\x90\\x80\\x80'],
    ['sequence cut short by a letter', bytes(0xe2, 0x82, 0x41), '\\xe2\\x82A'],
    ['sequence cut short by the end', bytes(0x41, 0xf0, 0x9f, 0x91), 'A\\xf0\\x9f\\x91'],
    ['sequence cut short by another', bytes(0xe2, 0xc3, 0xa9), '\\xe2é'],
    ['stray continuation between letters', bytes(0x41, 0xbf, 0x42), 'A\\xbfB'],
    ['greatest code point', bytes(0xff, 0xf4, 0x8f, 0xbf, 0xbf), '\\xff\u{10ffff}'],
  ])('shows the bytes of: %s', (_, input, shown) => {
    expect(textOrEscaped(input)).toBe(shown);
  });

  // Pieces that nearly are UTF-8 find more than random bytes do.
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 3 }).map(utf8),
    fc
      .tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map(utf8), fc.nat(4), fc.nat(255))
      .map(([valid, at, byte]) => valid.map((b, i) => (i === at ? byte : b))),
  );
  const nearlyUtf8 = fc
    .array(piece, { maxLength: 6 })
    .map((pieces) => Uint8Array.from(Buffer.concat(pieces)));

  it('takes the same bytes for invalid as a WHATWG decoder', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const runs = (text: string): string => text.replaceAll(/\ufffd+/g, '\ufffd');
    fc.assert(
      fc.property(
        nearlyUtf8.filter((b) => !b.includes(0x5c)),
        (input) => {
          const shown = textOrEscaped(input).replaceAll(/(\\x[0-9a-f]{2})+/g, '\ufffd');
          expect(runs(shown)).toBe(runs(decoder.decode(input)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('gives the bytes back when its escapes are undone and there was no backslash', () => {
    fc.assert(
      fc.property(
        nearlyUtf8.filter((b) => !b.includes(0x5c)),
        (input) => {
          const parts = textOrEscaped(input).split(/(\\x[0-9a-f]{2})/);
          const back = parts.map((part, i) =>
            i % 2 === 1 ? Buffer.from(part.slice(2), 'hex') : Buffer.from(part),
          );
          expect(Buffer.concat(back).equals(input)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
