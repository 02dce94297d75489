// A permutation that only a key tells: lists of small numbers to lists of the same kind, no two to the same one.
//
// A Feistel network over the two halves of the list, each taken as one number, as format-preserving encryption has it
// (NIST SP 800-38G): each round adds to one half what SipHash makes of the key and the other half. Long lists are done in
// parts, from the front and then from the back, each part in a way that those before it decide, so that every number
// of the list changes all. Where there are few lists, a shuffled table of all of them.
import { SipHash } from './sip-hash.js';

const ROUNDS = 8;
/** Up to so many lists are shuffled as a table. */
const MOST_IN_TABLE = 65_536;
/** Bits of half a part: with one number more it is still one that a double holds. Of small numbers it may be more. */
const HALF_BITS = 30;
const HALF_BITS_OF_SMALL = 42;
const SMALL = 64;

/** Permutations with one key, of 16 bytes. */
export class KeyedPermutation {
  readonly #hash: SipHash;
  readonly #tables = new Map<string, Uint32Array>();

  constructor(key: Buffer) {
    this.#hash = new SipHash(key);
  }

  /**
   * The list that takes the place of `values`, of which each is from 0 to its radix - 1. Lists with another `tweak` are
   * permuted in another way. No radix is above 2^21.
   */
  permute(values: readonly number[], radixes: readonly number[], tweak: string): number[] {
    const count = radixes.reduce((product, radix) => product * radix, 1);
    if (count <= 1) return [...values];
    const made = [...values];
    if (count <= MOST_IN_TABLE) {
      const number = this.#table(count, radixes)[numberOf(values, radixes, 0, values.length)]!;
      put(number, made, radixes, 0, made.length);
      return made;
    }
    this.#hash.hash(Buffer.from(`${tweak} ${radixes.join()}`));
    const parts = partsOf(radixes);
    const { high, low } = this.#hash;
    this.#pass(made, radixes, parts, high, low);
    if (parts.length > 1) this.#pass(made, radixes, parts.reverse(), low, high);
    return made;
  }

  #pass(
    values: number[],
    radixes: readonly number[],
    parts: readonly Part[],
    high: number,
    low: number,
  ): void {
    let [tweakHigh, tweakLow] = [high, low];
    for (const { from, middle, to } of parts) {
      const countA = countOf(radixes, from, middle);
      const countB = countOf(radixes, middle, to);
      let a = numberOf(values, radixes, from, middle);
      let b = numberOf(values, radixes, middle, to);
      this.#mix(tweakHigh, tweakLow, a, b, 0);
      const [nextHigh, nextLow] = [this.#hash.high, this.#hash.low];
      for (let round = 1; round <= ROUNDS; round += 2) {
        a = (a + this.#mix(tweakHigh, tweakLow, b, 0, round)) % countA;
        b = (b + this.#mix(tweakHigh, tweakLow, a, 0, round + 1)) % countB;
      }
      put(a, values, radixes, from, middle);
      put(b, values, radixes, middle, to);
      [tweakHigh, tweakLow] = [nextHigh, nextLow];
    }
  }

  /** A number below 2^52 of others. */
  #mix(tweakHigh: number, tweakLow: number, a: number, b: number, round: number): number {
    const highs = Math.floor(a / 2 ** 32) | (round << 24);
    this.#hash.words(tweakLow, tweakHigh, a | 0, highs, b | 0, Math.floor(b / 2 ** 32));
    return (this.#hash.high % 2 ** 20) * 2 ** 32 + this.#hash.low;
  }

  /** All numbers below `count`, shuffled (Fisher and Yates). */
  #table(count: number, radixes: readonly number[]): Uint32Array {
    const name = radixes.join();
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = Uint32Array.from({ length: count }, (_, i) => i);
      this.#hash.hash(Buffer.from(`table ${name}`));
      const { high, low } = this.#hash;
      for (let i = count - 1; i > 0; i--) {
        const j = this.#mix(high, low, i, 0, 0) % (i + 1);
        [table[i], table[j]] = [table[j]!, table[i]!];
      }
      this.#tables.set(name, table);
    }
    return table;
  }
}

interface Part {
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

/** Divides a list into parts of about the same number of bits, each of two halves. */
function partsOf(radixes: readonly number[]): Part[] {
  let bits = 0;
  let largest = 0;
  for (const radix of radixes) {
    bits += Math.log2(radix);
    if (radix > largest) largest = radix;
  }
  const halfBits = largest <= SMALL ? HALF_BITS_OF_SMALL : HALF_BITS;
  const most = bits / Math.ceil(bits / (2 * halfBits)) / 2;
  const parts: Part[] = [];
  for (let from = 0; from < radixes.length; ) {
    const middle = endOf(radixes, from, most);
    const to = endOf(radixes, middle, most);
    parts.push({ from, middle, to });
    from = to;
  }
  return parts;
}

function endOf(radixes: readonly number[], from: number, most: number): number {
  let to = from;
  for (let bits = 0; to < radixes.length && bits < most - 0.01; to++) {
    bits += Math.log2(radixes[to]!);
  }
  return to;
}

function countOf(radixes: readonly number[], from: number, to: number): number {
  let count = 1;
  for (let i = from; i < to; i++) count *= radixes[i]!;
  return count;
}

function numberOf(values: readonly number[], radixes: readonly number[], from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * radixes[i]! + values[i]!;
  return number;
}

function put(number: number, values: number[], radixes: readonly number[], from: number, to: number): void {
  let rest = number;
  for (let i = to - 1; i >= from; i--) {
    values[i] = rest % radixes[i]!;
    rest = Math.floor(rest / radixes[i]!);
  }
}
