// What takes the place of names and data in a copy that is shared: of the same length in bytes, the same for the same
// with one key, another for another.
//
// A name keeps its shape: a letter becomes a letter of its case, a digit a digit, and all else stays. So a copy reads like
// what it was made of, and no two siblings become one. Secrets keep their length alone.
import { createHash } from 'node:crypto';
import { bytesOf, decodedText, type RawText, rawTextOf } from '../jute/raw-text.js';
import { KeyedPermutation } from './keyed-permutation.js';
import { SipHash } from './sip-hash.js';

/** Characters that become one another: from, to, both included. Those of one class have the same length in UTF-8. */
const CLASSES: readonly (readonly [from: number, to: number])[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x61, 0x7a],
  [0xa0, 0x7ff],
  [0x800, 0xd7ff],
  [0xf900, 0xffef],
  [0x10000, 0x10ffff],
];

/** The ten digits of a sequential znode, up to 99,999,999: more are taken for a number that says something. */
const COUNTER = /00\d{8}$/;

/** Names that are remembered, up to a length in bytes. */
const MOST_NAMES = 50_000;
const LONG = 256;
/** Data up to this length is permuted, so that other data stays other data. */
const SHORT = 16;

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const IPV6 = /^[0-9a-fA-F]*:[0-9a-fA-F:.]*$/;
/** What an address that is bound to means to every server. */
const ANY_ADDRESS = new Set(['0.0.0.0', '::', '0:0:0:0:0:0:0:0']);

/** Pseudonyms of one key. */
export class Pseudonyms {
  readonly #permutation: KeyedPermutation;
  readonly #hash: SipHash;
  readonly #names = new Map<RawText, RawText>();

  /** `key` may have any length. */
  constructor(key: Uint8Array) {
    const bytes = (use: string) => createHash('sha256').update(`${use}:`).update(key).digest();
    this.#permutation = new KeyedPermutation(bytes('names'));
    this.#hash = new SipHash(bytes('data'));
    this.id = bytes('id').toString('hex', 0, 4);
  }

  /** Tells whether two have one key; nothing of the key. */
  readonly id: string;

  /** A name: a segment of a path, a user. The number of a sequential znode stays. */
  name(text: RawText): RawText {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const counter = COUNTER.exec(text)?.[0] ?? '';
    const name = this.#shaped(text.slice(0, text.length - counter.length) as RawText) + counter;
    if (this.#names.size >= MOST_NAMES) this.#names.clear();
    if (text.length <= LONG) this.#names.set(text, name as RawText);
    return name as RawText;
  }

  /** Several names with what stands between them: a host, a principal, a distinguished name. */
  names(text: RawText): RawText {
    return text.replace(/[^./@,=: ]+/g, (part) => this.name(part as RawText)) as RawText;
  }

  /** A host or an address, without a port. */
  host(text: RawText): RawText {
    if (ANY_ADDRESS.has(text)) return text;
    const octets = IPV4.exec(text)?.slice(1).map(Number);
    if (
      octets?.every((octet, i) => octet < 256 && String(octet).length === IPV4.exec(text)![i + 1]!.length)
    ) {
      return this.#octets(octets);
    }
    if (text.length <= 45 && IPV6.test(text)) return this.#hex(text);
    return this.names(text);
  }

  /** A secret: characters of base64, of which nothing but their number tells. What fills it up at its end stays. */
  secret(text: RawText): RawText {
    const length = text.replace(/=+$/, '').length;
    const made = Buffer.from(this.#hashed(bytesOf(text)), 'hex').toString('base64url');
    const filled = made
      .replaceAll('_', '/')
      .replaceAll('-', '+')
      .repeat(Math.ceil(length / made.length));
    return (filled.slice(0, length) + text.slice(length)) as RawText;
  }

  /** Data: short data becomes other data of its length, printable where it was; longer data a hash, repeated. */
  data(data: Buffer): Buffer {
    if (data.length === 0) return data;
    if (data.length > SHORT) return Buffer.alloc(data.length, this.#hashed(data), 'latin1');
    const isPrintable = data.every((byte) => byte >= 0x20 && byte < 0x7f);
    const [base, radix] = isPrintable ? [0x20, 95] : [0, 256];
    const values = Array.from(data, (byte) => byte - base);
    const made = this.#permutation.permute(values, Array(data.length).fill(radix), 'data');
    return Buffer.from(made.map((value) => value + base));
  }

  /** A hash as 32 characters of hex, and so no shorter than what is not permuted; 64 bits of it are independent. */
  #hashed(data: Buffer): string {
    const hash = this.#hash;
    hash.hash(data);
    const { high, low } = hash;
    hash.words(low, high, 0, 0, 0, 0);
    const hex = (word: number) => word.toString(16).padStart(8, '0');
    return hex(high) + hex(low) + hex(hash.high) + hex(hash.low);
  }

  #shaped(text: RawText): RawText {
    // As servers read it: a leader may log bytes that its followers, who decoded them, log as others.
    const chars = Array.from(decodedText(text), (char) => char.codePointAt(0)!);
    const values: number[] = [];
    const radixes: number[] = [];
    const ranges = chars.map((char) => CLASSES.find(([from, to]) => char >= from && char <= to));
    let shape = 'name';
    for (const [i, range] of ranges.entries()) {
      shape += range === undefined ? `,${chars[i]}` : ',';
      if (range === undefined) continue;
      values.push(chars[i]! - range[0]);
      radixes.push(range[1] - range[0] + 1);
    }
    const made = this.#permutation.permute(values, radixes, shape);
    let out = '';
    let next = 0;
    for (const [i, range] of ranges.entries()) {
      out += String.fromCodePoint(range === undefined ? chars[i]! : range[0] + made[next++]!);
    }
    return rawTextOf(Buffer.from(out, 'utf8'));
  }

  /** An IPv4 address whose octets have as many digits. */
  #octets(octets: readonly number[]): RawText {
    const base = octets.map((octet) => (octet < 10 ? 0 : octet < 100 ? 10 : 100));
    const radixes = base.map((from) => (from === 0 ? 10 : from === 10 ? 90 : 156));
    const values = octets.map((octet, i) => octet - base[i]!);
    const made = this.#permutation.permute(values, radixes, `address,${base.join()}`);
    return made.map((value, i) => value + base[i]!).join('.') as RawText;
  }

  #hex(text: RawText): RawText {
    const digits = text.match(/[0-9a-f]/gi) ?? [];
    const values = digits.map((digit) => Number.parseInt(digit, 16));
    const shape = `address,${text.replace(/[0-9a-f]/gi, 'x')}`;
    const made = this.#permutation.permute(values, Array(values.length).fill(16), shape);
    let next = 0;
    return text.replace(/[0-9a-f]/gi, () => made[next++]!.toString(16)) as RawText;
  }
}
