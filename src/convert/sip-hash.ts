// SipHash-2-4 (Aumasson and Bernstein): 64 bits of any bytes that nobody can tell from chance without the key of 16 bytes.
// Short inputs take a fraction of a microsecond, of which a call of node:crypto alone takes several.
//
// The four 64 bit words of the state are held in halves.

/** A keyed hash; after each call `high` and `low` are the 64 bits, unsigned. */
export class SipHash {
  high = 0;
  low = 0;
  readonly #key: readonly [low0: number, high0: number, low1: number, high1: number];
  #v0l = 0;
  #v0h = 0;
  #v1l = 0;
  #v1h = 0;
  #v2l = 0;
  #v2h = 0;
  #v3l = 0;
  #v3h = 0;

  constructor(key: Buffer) {
    this.#key = [key.readInt32LE(0), key.readInt32LE(4), key.readInt32LE(8), key.readInt32LE(12)];
  }

  /** Hashes bytes. */
  hash(bytes: Buffer): void {
    this.#begin();
    const { length } = bytes;
    const whole = length - (length % 8);
    for (let at = 0; at < whole; at += 8) this.#word(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
    let low = 0;
    let high = length << 24;
    for (let i = length - 1; i >= whole; i--) {
      if (i - whole < 4) low |= bytes[i]! << (8 * (i - whole));
      else high |= bytes[i]! << (8 * (i - whole - 4));
    }
    this.#word(low, high);
    this.#end();
  }

  /** Hashes three words, each in halves, as 24 bytes. */
  words(low0: number, high0: number, low1: number, high1: number, low2: number, high2: number): void {
    this.#begin();
    this.#word(low0, high0);
    this.#word(low1, high1);
    this.#word(low2, high2);
    this.#word(0, 24 << 24);
    this.#end();
  }

  #begin(): void {
    const [k0l, k0h, k1l, k1h] = this.#key;
    this.#v0l = k0l ^ 0x70736575;
    this.#v0h = k0h ^ 0x736f6d65;
    this.#v1l = k1l ^ 0x6e646f6d;
    this.#v1h = k1h ^ 0x646f7261;
    this.#v2l = k0l ^ 0x6e657261;
    this.#v2h = k0h ^ 0x6c796765;
    this.#v3l = k1l ^ 0x79746573;
    this.#v3h = k1h ^ 0x74656462;
  }

  #word(low: number, high: number): void {
    this.#v3l ^= low;
    this.#v3h ^= high;
    this.#rounds(2);
    this.#v0l ^= low;
    this.#v0h ^= high;
  }

  #end(): void {
    this.#v2l ^= 0xff;
    this.#rounds(4);
    this.low = (this.#v0l ^ this.#v1l ^ this.#v2l ^ this.#v3l) >>> 0;
    this.high = (this.#v0h ^ this.#v1h ^ this.#v2h ^ this.#v3h) >>> 0;
  }

  #rounds(count: number): void {
    let v0l = this.#v0l;
    let v0h = this.#v0h;
    let v1l = this.#v1l;
    let v1h = this.#v1h;
    let v2l = this.#v2l;
    let v2h = this.#v2h;
    let v3l = this.#v3l;
    let v3h = this.#v3h;
    for (let round = 0; round < count; round++) {
      let sum = (v0l >>> 0) + (v1l >>> 0);
      v0h = (v0h + v1h + (sum > 0xffff_ffff ? 1 : 0)) | 0;
      v0l = sum | 0;
      let turned = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = turned ^ v0l;
      turned = v0l;
      v0l = v0h;
      v0h = turned;
      sum = (v2l >>> 0) + (v3l >>> 0);
      v2h = (v2h + v3h + (sum > 0xffff_ffff ? 1 : 0)) | 0;
      v2l = sum | 0;
      turned = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = turned ^ v2l;
      sum = (v0l >>> 0) + (v3l >>> 0);
      v0h = (v0h + v3h + (sum > 0xffff_ffff ? 1 : 0)) | 0;
      v0l = sum | 0;
      turned = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = turned ^ v0l;
      sum = (v2l >>> 0) + (v1l >>> 0);
      v2h = (v2h + v1h + (sum > 0xffff_ffff ? 1 : 0)) | 0;
      v2l = sum | 0;
      turned = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = turned ^ v2l;
      turned = v2l;
      v2l = v2h;
      v2h = turned;
    }
    this.#v0l = v0l;
    this.#v0h = v0h;
    this.#v1l = v1l;
    this.#v1h = v1h;
    this.#v2l = v2l;
    this.#v2h = v2h;
    this.#v3l = v3l;
    this.#v3h = v3h;
  }
}
