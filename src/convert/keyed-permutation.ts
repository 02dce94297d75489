// A permutation that only a key tells: lists of small numbers to lists of the same kind, no two to the same one.
//
// A Feistel network over the two halves of the list, each taken as one number, as format-preserving encryption has it
// (NIST SP 800-38G, FF1): each round adds to one half what SHAKE-256 makes of the key and the other half. Where there are
// few lists, a shuffled table of all of them. Of unlike lists (other radixes, another tweak) nothing can be told from
// each other.
import { createHash } from 'node:crypto';

const ROUNDS = 8;
/** Up to so many lists are shuffled as a table. */
const MOST_IN_TABLE = 65_536;
/** Bytes of hash beyond those that a number has, so that each remainder is as likely as the others. */
const SPARE_BYTES = 16;

/** Bytes that nobody makes without the key: SHAKE-256 of it and the parts, each with its length. */
export function keyedBytes(key: Buffer, parts: readonly (string | Uint8Array)[], length: number): Buffer {
  const hash = createHash('shake256', { outputLength: length }).update(key);
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest();
}

/** Permutations with one key. */
export class KeyedPermutation {
  readonly #key: Buffer;
  readonly #tables = new Map<string, Uint32Array>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * The list that takes the place of `values`, of which each is from 0 to its radix - 1. Lists with another `tweak` are
   * permuted in another way.
   */
  permute(values: readonly number[], radixes: readonly number[], tweak: string): number[] {
    const count = radixes.reduce((product, radix) => product * radix, 1);
    if (count <= 1) return [...values];
    if (count <= MOST_IN_TABLE) {
      const number = Number(numberOf(values, radixes));
      return valuesOf(BigInt(this.#table(count, radixes)[number]!), radixes);
    }
    const middle = radixes.length >> 1;
    const [radixesA, radixesB] = [radixes.slice(0, middle), radixes.slice(middle)];
    const [countA, countB] = [countOf(radixesA), countOf(radixesB)];
    let a = numberOf(values.slice(0, middle), radixesA);
    let b = numberOf(values.slice(middle), radixesB);
    for (let round = 0; round < ROUNDS; round += 2) {
      a = (a + this.#mixed(tweak, round, b, countA)) % countA;
      b = (b + this.#mixed(tweak, round + 1, a, countB)) % countB;
    }
    return [...valuesOf(a, radixesA), ...valuesOf(b, radixesB)];
  }

  #mixed(tweak: string, round: number, other: bigint, count: bigint): bigint {
    const length = Math.ceil(count.toString(16).length / 2) + SPARE_BYTES;
    const bytes = keyedBytes(this.#key, ['round', tweak, `${round}`, other.toString(16)], length);
    return BigInt(`0x${bytes.toString('hex')}`) % count;
  }

  /** All numbers below `count`, shuffled (Fisher and Yates). */
  #table(count: number, radixes: readonly number[]): Uint32Array {
    const name = radixes.join();
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = Uint32Array.from({ length: count }, (_, i) => i);
      const random = keyedBytes(this.#key, ['table', name], 8 * count);
      for (let i = count - 1; i > 0; i--) {
        const j = Number(random.readBigUInt64LE(8 * i) % BigInt(i + 1));
        [table[i], table[j]] = [table[j]!, table[i]!];
      }
      this.#tables.set(name, table);
    }
    return table;
  }
}

function countOf(radixes: readonly number[]): bigint {
  return radixes.reduce((product, radix) => product * BigInt(radix), 1n);
}

function numberOf(values: readonly number[], radixes: readonly number[]): bigint {
  return values.reduce((number, value, i) => number * BigInt(radixes[i]!) + BigInt(value), 0n);
}

function valuesOf(number: bigint, radixes: readonly number[]): number[] {
  const values: number[] = [];
  let rest = number;
  for (const radix of radixes.toReversed()) {
    values.push(Number(rest % BigInt(radix)));
    rest /= BigInt(radix);
  }
  return values.reverse();
}
