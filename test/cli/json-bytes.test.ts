// Bytes of JSON against what JavaScript's own text functions make of the same values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FixedText, JsonBytes, SLACK_BYTES } from '../../src/cli/rows/json-bytes.js';

/** What is written at `at` of a buffer of just the room there must be. */
function written(room: number, write: (out: JsonBytes) => unknown, at = 3): string {
  const to = Buffer.alloc(at + room + SLACK_BYTES, '#');
  const out = new JsonBytes();
  out.use(to, at);
  write(out);
  expect(to.toString('latin1', 0, at)).toBe('#'.repeat(at));
  return to.toString('latin1', at, out.at);
}

describe('bytes of JSON', () => {
  it('are those of any whole number', () => {
    const edges = [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 31)];
    for (const value of edges) expect(written(17, (out) => out.number(value))).toBe(String(value));
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(written(17, (out) => out.number(value))).toBe(String(value));
      }),
    );
  });
  it('are those of milliseconds', () => {
    for (let ms = 0; ms < 1000; ms++) {
      expect(written(3, (out) => out.thousandths(ms))).toBe(String(ms).padStart(3, '0'));
    }
  });
  it('are those of hours and minutes', () => {
    for (let value = 0; value < 100; value++) {
      expect(written(2, (out) => out.twoDigits(value))).toBe(String(value).padStart(2, '0'));
    }
  });
  it('are the hex of any 64 bits', () => {
    const hex = (value: bigint) =>
      written(16, (out) => out.hex(Number(value >> 32n), Number(value & 0xffff_ffffn)));
    for (let shift = 0n; shift < 64n; shift++) {
      for (const value of [1n << shift, (1n << shift) - 1n]) expect(hex(value)).toBe(value.toString(16));
    }
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => {
        expect(hex(value)).toBe(value.toString(16));
      }),
    );
  });
  it('are a text that is given once', () => {
    for (let length = 0; length < 12; length++) {
      const text = 'abcdefghijkl'.slice(0, length);
      expect(written(length, (out) => out.fixed(new FixedText(text)))).toBe(text);
    }
  });
  it('are the inside of a JSON string, or refused', () => {
    const ascii = (bytes: Uint8Array, start = 0) => {
      let isWritten = false;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const text = written(2 * bytes.length, (out) => {
        isWritten = out.ascii(view, start, bytes.length - start);
      });
      return isWritten ? text : null;
    };
    const expected = (bytes: Uint8Array) => {
      if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) return null;
      return JSON.stringify(Buffer.from(bytes).toString('latin1')).slice(1, -1);
    };
    // Every byte at every place of four, among plain ones and beside another special one.
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 0; at < 9; at++) {
        for (const beside of ['a', '"', '\\', ' ', '~']) {
          const bytes = Buffer.from(beside.repeat(9));
          bytes[at] = byte;
          expect(ascii(bytes)).toBe(expected(bytes));
        }
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(3), (bytes, mask) => {
        const mostlyPlain = bytes.map((byte, i) => (i % 4 <= mask ? 0x20 + (byte % 95) : byte));
        expect(ascii(mostlyPlain)).toBe(expected(mostlyPlain));
      }),
    );
    expect(ascii(Buffer.from('xx"y'), 2)).toBe('\\"y');
  });
  it('can be written once more', () => {
    const out = new JsonBytes();
    const to = Buffer.alloc(20);
    out.use(to, 0);
    out.fixed(new FixedText('{"a":1}'));
    out.quote();
    out.again(1, 5);
    expect(to.toString('latin1', 0, out.at)).toBe('{"a":1}""a":');
  });
});
