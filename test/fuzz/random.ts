// Numbers that a seed decides: the same seed and input number make the same input everywhere.

/** A stream of pseudo-random numbers (sfc32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `seed` is any text. */
  constructor(seed: string) {
    this.#a = hash(seed, 0x9e3779b9);
    this.#b = hash(seed, 0x243f6a88);
    this.#c = hash(seed, 0xb7e15162);
    for (let i = 0; i < 12; i++) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** 0 to `below` - 1. */
  int(below: number): number {
    return this.u32() % Math.max(below, 1);
  }

  /** `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.int(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(values.length)]!;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) bytes[i] = this.u32();
    return bytes;
  }

  /** An int, mostly one at which something changes. */
  i32(): number {
    return this.chance(0.2) ? this.u32() | 0 : this.pick(INTS);
  }

  /** A long, mostly one at which something changes. */
  i64(): bigint {
    if (this.chance(0.2)) return BigInt.asIntN(64, (BigInt(this.u32()) << 32n) | BigInt(this.u32()));
    return this.pick(LONGS);
  }
}

const INTS = [0, 1, -1, -2, 2, 5, 127, 255, 65536, 0x5a4b534e, 2 ** 31 - 1, -(2 ** 31)] as const;
const LONGS = [
  ...[
    0n,
    1n,
    -1n,
    -2n,
    5n,
    0xffff_ffffn,
    1n << 32n,
    (1n << 32n) - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ],
  // Around what a Date can hold, and owners: a container, TTLs, a reserved feature, 3.5.3's TTL.
  ...[8_640_000_000_000_000n, 8_640_000_000_000_001n, -8_640_000_000_000_001n, -62_167_219_200_001n],
  ...[0xff00_0000_0000_0001n, 0xff00_00ff_ffff_ffffn, 0xff00_0100_0000_0001n, 0x8000_0000_0000_0005n],
  ...[0x0000_0005_ffff_ffffn, 0x7fff_ffff_ffff_fffen, 0x7fff_ffff_0000_0000n],
].map((value) => BigInt.asIntN(64, value));

/** FNV-1a over UTF-16 units, mixed. */
function hash(text: string, start: number): number {
  let h = start;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  return (h ^ (h >>> 15)) | 0;
}
