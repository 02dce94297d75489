// Numbers by 64-bit keys, where a Map of bigints would take three times the memory.
import { randomBytes } from 'node:crypto';

// Keys come from files: nobody shall know which of them fall on one slot.
const SEED = randomBytes(4).readInt32BE();

/** Slots are doubled when more than this part of them is taken. */
const FULL = 0.6;

/** A map from any 64-bit number to a positive integer below 2^31; about 20 bytes an entry. */
export class LongMap {
  #high = new Int32Array(1024);
  #low = new Int32Array(1024);
  /** 0 for a free slot. */
  #values = new Int32Array(1024);
  #size = 0;

  /** The number of a key; 0 where there is none. */
  get(key: bigint): number {
    return this.#values[this.#slot(Number(BigInt.asIntN(32, key >> 32n)), Number(BigInt.asIntN(32, key)))]!;
  }

  /** Sets the number of a key. */
  set(key: bigint, value: number): void {
    if (this.#size > this.#values.length * FULL) this.#grow();
    this.#put(Number(BigInt.asIntN(32, key >> 32n)), Number(BigInt.asIntN(32, key)), value);
  }

  #put(high: number, low: number, value: number): void {
    const slot = this.#slot(high, low);
    if (this.#values[slot] === 0) this.#size++;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#values[slot] = value;
  }

  /** The slot of a key, or the free one for it. */
  #slot(high: number, low: number): number {
    const values = this.#values;
    const mask = values.length - 1;
    let slot = mixed(mixed(high ^ SEED) ^ low) & mask;
    for (; values[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#high[slot] === high && this.#low[slot] === low) break;
    }
    return slot;
  }

  #grow(): void {
    const [high, low, values] = [this.#high, this.#low, this.#values];
    const size = 2 * values.length;
    this.#high = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#values = new Int32Array(size);
    this.#size = 0;
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) this.#put(high[i]!, low[i]!, values[i]!);
  }
}

// MurmurHash3's last step.
function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
