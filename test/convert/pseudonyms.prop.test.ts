// What takes the place of names and data: of the same length, the same for the same, another for another.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedPermutation } from '../../src/convert/keyed-permutation.js';
import { Pseudonyms } from '../../src/convert/pseudonyms.js';
import { SipHash } from '../../src/convert/sip-hash.js';
import { bytesOf, type RawText, rawText } from '../../src/jute/raw-text.js';

const KEY = Buffer.from('a key that is only for tests');
const names = () => new Pseudonyms(KEY);
const latin = (text: string) => rawText(text);

test('SipHash is that of its authors', () => {
  const upTo = (count: number) => Buffer.from(Array.from({ length: count }, (_, i) => i));
  const hash = new SipHash(upTo(16));
  // From the paper and its reference implementation.
  for (const [count, high, low] of [
    [0, 0x726fdb47, 0xdd0e0e31],
    [15, 0xa129ca61, 0x49be45e5],
    [63, 0x958a324c, 0xeb064572],
  ] as const) {
    hash.hash(upTo(count));
    expect([hash.high, hash.low]).toEqual([high, low]);
  }
  const bytes = upTo(24);
  hash.hash(bytes);
  const whole = [hash.high, hash.low];
  const [a, b, c, d, e, f] = Array.from({ length: 6 }, (_, i) => bytes.readInt32LE(4 * i));
  hash.words(a!, b!, c!, d!, e!, f!);
  expect([hash.high, hash.low]).toEqual(whole);
});

test('a permutation is one: all lists of a kind come out, each once', () => {
  for (const radixes of [[7], [3, 4, 5], [10, 26], [2, 2, 2, 2, 2], [26, 26, 10]]) {
    const count = radixes.reduce((product, radix) => product * radix, 1);
    const permutation = new KeyedPermutation(KEY.subarray(0, 16));
    const seen = new Set<string>();
    for (let n = 0; n < count; n++) {
      let rest = n;
      const values = radixes.map((radix) => {
        const value = rest % radix;
        rest = Math.floor(rest / radix);
        return value;
      });
      const made = permutation.permute(values, radixes, '');
      expect(made.every((value, i) => value >= 0 && value < radixes[i]!)).toBe(true);
      seen.add(made.join());
    }
    expect(seen.size).toBe(count);
  }
});

test('also where there are too many for a table', () => {
  const permutation = new KeyedPermutation(KEY.subarray(0, 16));
  const radixes = [26, 26, 26, 26];
  const seen = new Set<string>();
  for (let n = 0; n < 20_000; n++) {
    const values = [n % 26, Math.floor(n / 26) % 26, Math.floor(n / 676) % 26, Math.floor(n / 17_576)];
    seen.add(permutation.permute(values, radixes, '').join());
  }
  expect(seen.size).toBe(20_000);
});

test('names keep their length and shape, and differ where the originals do', () => {
  const shapeOf = (text: string) =>
    Buffer.from(text, 'latin1')
      .toString('utf8')
      .replace(/[a-z]/g, 'a')
      .replace(/[A-Z]/g, 'A')
      .replace(/[0-9]/g, '0')
      .replace(/[^\x00-\x7f]/gu, 'x');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const [first, second] = [latin(a), latin(b)];
      const scrubbed = names().name(first);
      expect(scrubbed.length).toBe(first.length);
      expect(shapeOf(scrubbed)).toBe(shapeOf(first));
      expect(scrubbed === names().name(second)).toBe(a === b);
    }),
  );
});

test('another key makes other names', () => {
  const other = new Pseudonyms(Buffer.from('another key'));
  expect(other.name(latin('controller'))).not.toBe(names().name(latin('controller')));
});

test('the counter of a sequential znode stays, and no other number of ten digits', () => {
  expect(names().name(latin('lock-0000000042'))).toMatch(/^[a-z]{4}-0000000042$/);
  expect(names().name(latin('0000000042'))).toBe('0000000042');
  for (const number of ['5551234567', '1606000000', '0171234567']) {
    expect(names().name(latin(`n${number}`))).not.toContain(number);
  }
});

test('names that servers decode alike are alike', () => {
  // A surrogate as Java writes it, and what it is when it was read back.
  const leader = 'cl\xed\xa0\xbd' as RawText;
  const follower = 'cl\xef\xbf\xbd' as RawText;
  expect(names().name(leader)).toBe(names().name(follower));
});

test('data keeps its length, and differs where the originals do', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
      const [first, second] = [Buffer.from(a), Buffer.from(b)];
      const scrubbed = names().data(first);
      expect(scrubbed.length).toBe(first.length);
      expect(scrubbed.equals(names().data(second))).toBe(first.equals(second));
    }),
  );
  expect(names().data(Buffer.from('17')).toString()).toMatch(/^[ -~]{2}$/);
  expect(names().data(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
});

test('addresses become addresses', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const made = names().host(latin(address)).split('.').map(Number);
      expect(made.length).toBe(4);
      expect(made.every((octet) => octet >= 0 && octet < 256)).toBe(true);
      expect(made.join('.').length).toBe(address.length);
    }),
  );
  expect(names().host(latin('fe80::1ff:fe23'))).toMatch(/^[0-9a-f]{4}::[0-9a-f]{3}:[0-9a-f]{4}$/);
  expect(names().host(latin('0.0.0.0'))).toBe('0.0.0.0');
  expect(names().host(latin('zk1.prod.example.com'))).toMatch(/^[a-z]{2}\d\.[a-z]{4}\.[a-z]{7}\.[a-z]{3}$/);
});

test('of a secret only the length stays', () => {
  const made = names().secret(latin('x1nq8J5GOJVPY6zgzhtTtA9izLc='));
  expect(made).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  expect(made).not.toBe('x1nq8J5GOJVPY6zgzhtTtA9izLc=');
});

test('a name of a megabyte is no work', () => {
  const long = latin('x'.repeat(1_000_000));
  expect(bytesOf(names().name(long)).length).toBe(1_000_000);
});
