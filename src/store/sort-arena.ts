// Keys and records in one block of memory, sorted where they stand.
import type { SortRow } from './sort.js';

/** Most trees are small, and memory that is only asked for costs time, too. */
const FEW_BYTES = 256 * 1024;

/** Rows as they were added: `bytes` holds key and record of each, one after the other. */
export class SortArena {
  #bytes: Buffer;
  #count = 0;
  #used = 0;
  // By row: where its key begins, where its record begins, and where that ends.
  #keys = new Uint32Array(1024);
  #records = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  /** Row numbers, in order once sorted. */
  #order = new Uint32Array(0);

  readonly #size: number;

  /** Room for rows of `size` bytes together; taken only where a few rows are not all. */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(size, FEW_BYTES));
  }

  get count(): number {
    return this.#count;
  }

  /** Copies a row; false where there is no room. A row larger than the whole arena makes it larger. */
  add({ key, record }: SortRow): boolean {
    const size = key.length + record.length;
    if (this.#used + size > this.#bytes.length && !this.#enlarge(this.#used + size)) return false;
    if (this.#count === this.#keys.length) this.#grow();
    const at = this.#used;
    this.#keys[this.#count] = at;
    this.#records[this.#count] = at + key.copy(this.#bytes, at);
    this.#used = this.#ends[this.#count] = at + key.length + record.copy(this.#bytes, at + key.length);
    this.#count++;
    return true;
  }

  /** Makes room for so many bytes, of which one row may be all; false where that is too much. */
  #enlarge(bytes: number): boolean {
    if (this.#count > 0 && bytes > this.#size) return false;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#size));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
    return true;
  }

  /** Sorts the rows by their keys. */
  sort(): void {
    this.#order = Uint32Array.from({ length: this.#count }, (_, i) => i);
    this.#sort(0, this.#count, 0);
  }

  /** The key of the n-th row in order, a view. */
  key(n: number): Buffer {
    const row = this.#order[n]!;
    return this.#bytes.subarray(this.#keys[row], this.#records[row]);
  }

  /** The record of the n-th row in order, a view. */
  record(n: number): Buffer {
    const row = this.#order[n]!;
    return this.#bytes.subarray(this.#records[row], this.#ends[row]);
  }

  clear(): void {
    this.#count = this.#used = 0;
  }

  /** Gives the memory back. */
  release(): void {
    this.clear();
    this.#bytes = Buffer.alloc(0);
  }

  // Multikey quicksort (Bentley and Sedgewick): three parts by one byte, the equal one then by the next byte. Paths
  // have long common beginnings, which this compares once and not in every comparison.
  #sort(from: number, to: number, depth: number): void {
    const order = this.#order;
    let [start, end, at] = [from, to, depth];
    while (end - start > 1) {
      const pivot = this.#byte(order[(start + end) >>> 1]!, at);
      let [low, i, high] = [start, start, end];
      while (i < high) {
        const row = order[i]!;
        const byte = this.#byte(row, at);
        if (byte < pivot) {
          order[i++] = order[low]!;
          order[low++] = row;
        } else if (byte > pivot) {
          order[i] = order[--high]!;
          order[high] = row;
        } else i++;
      }
      if (pivot < 0) {
        // Keys that end here are equal.
        start = high;
        continue;
      }
      const equal = high - low;
      const largest = Math.max(low - start, equal, end - high);
      // The largest part goes on in the loop, so that no keys whatever make the calls nest deeper than log2(rows).
      if (largest === equal) {
        this.#sort(start, low, at);
        this.#sort(high, end, at);
        [start, end, at] = [low, high, at + 1];
      } else {
        this.#sort(low, high, at + 1);
        const isLow = largest === low - start;
        if (isLow) this.#sort(high, end, at);
        else this.#sort(start, low, at);
        [start, end] = isLow ? [start, low] : [high, end];
      }
    }
  }

  /** A byte of a row's key, -1 behind its end. */
  #byte(row: number, at: number): number {
    const place = this.#keys[row]! + at;
    return place < this.#records[row]! ? this.#bytes[place]! : -1;
  }

  #grow(): void {
    const larger = (array: Uint32Array<ArrayBuffer>) => {
      const copy = new Uint32Array(2 * array.length);
      copy.set(array);
      return copy;
    };
    this.#keys = larger(this.#keys);
    this.#records = larger(this.#records);
    this.#ends = larger(this.#ends);
  }
}
