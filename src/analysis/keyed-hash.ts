// A keyed 64-bit hash of bytes, cheap enough for every byte of a tree: 8 bytes a step, two lanes that mix into each
// other, as in MurmurHash3, with multipliers that nobody knows before the run.
//
// A step can be undone, so bytes that differ in one step only never hash alike; others do with a chance of about one
// in 2^64.
import { randomBytes } from 'node:crypto';

/** Four numbers that make a hash. Plain data: it is sent to threads. */
export type HashKey = Int32Array;

/** A key that nobody has seen. */
export function newHashKey(): HashKey {
  const bytes = randomBytes(16);
  const key = Int32Array.from({ length: 4 }, (_, i) => bytes.readInt32LE(4 * i));
  // Multipliers must be odd, or bits are lost.
  key[0]! |= 1;
  key[1]! |= 1;
  return key;
}

/** Hashes one thing after the other; `first` and `second` are the state, and after `end` the 64 bits. */
export class KeyedHash {
  first = 0;
  second = 0;
  readonly #a: number;
  readonly #b: number;
  readonly #seedA: number;
  readonly #seedB: number;

  constructor(key: HashKey) {
    this.#a = key[0]!;
    this.#b = key[1]!;
    this.#seedA = key[2]!;
    this.#seedB = key[3]!;
  }

  /** Begins anew. What is hashed in parts must say how long they are: `length` is a part of it. */
  begin(length: number): void {
    this.first = this.#seedA ^ length;
    this.second = this.#seedB;
  }

  /** Takes two words. */
  words(first: number, second: number): void {
    let h1 = this.first ^ Math.imul(first, this.#a);
    h1 = (((h1 << 13) | (h1 >>> 19)) + this.second) | 0;
    const h2 = this.second ^ Math.imul(second, this.#b);
    this.first = h1;
    this.second = (((h2 << 17) | (h2 >>> 15)) + h1) | 0;
  }

  /** Takes the bytes `[start, end)` of a view. */
  bytes(view: DataView, start: number, end: number): void {
    const a = this.#a;
    const b = this.#b;
    let h1 = this.first;
    let h2 = this.second;
    let at = start;
    for (const whole = end - 7; at < whole; at += 8) {
      h1 ^= Math.imul(view.getInt32(at, true), a);
      h1 = (((h1 << 13) | (h1 >>> 19)) + h2) | 0;
      h2 ^= Math.imul(view.getInt32(at + 4, true), b);
      h2 = (((h2 << 17) | (h2 >>> 15)) + h1) | 0;
    }
    this.first = h1;
    this.second = h2;
    if (at < end) this.#rest(view, at, end);
  }

  #rest(view: DataView, start: number, end: number): void {
    let low = 0;
    let high = 0;
    for (let at = Math.min(end, start + 4) - 1; at >= start; at--) low = (low << 8) | view.getUint8(at);
    for (let at = end - 1; at >= start + 4; at--) high = (high << 8) | view.getUint8(at);
    this.words(low, high);
  }

  /** No more comes: mixes every bit into every other. */
  end(): void {
    const first = finished(this.first ^ Math.imul(this.second, this.#a));
    this.second = finished(this.second ^ Math.imul(first, this.#b));
    this.first = first;
  }
}

// MurmurHash3's last step.
function finished(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
