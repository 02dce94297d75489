// Paths of two trees that have no match yet, by their hashes.
import { chunkOf, type DigestTable, placeOf, SKIPPED } from './digest-table.js';

/** Bits for each slot, of which at most half are taken. */
const BITS_A_SLOT = 4;

/** A table of the entries of A that have no match; those of B that find none in it are added. */
export class PathTable {
  readonly #a: DigestTable;
  readonly #b: DigestTable;
  /** Pairs: the ordinal of A plus 1, or that of B negative, 0 for a free slot; the first word of its path's hash. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** A bit for each path, by its hash: most paths that are not in the table are known by a look at it. */
  readonly #bits: Int32Array;
  readonly #bitMask: number;
  readonly #matches: Uint8Array;
  /** As they were when the table was made. */
  readonly #matched: Uint8Array;
  #isTwice = false;

  /** `matches` of A is 0 for what has no match; `left` are the ordinals of B that have none. */
  constructor(a: DigestTable, b: DigestTable, matches: Uint8Array, left: readonly number[]) {
    this.#a = a;
    this.#b = b;
    this.#matches = matches;
    this.#matched = matches.slice();
    let unmatched = 0;
    for (const match of matches) if (match === 0) unmatched++;
    let size = 1024;
    while (size < 2 * (unmatched + left.length)) size *= 2;
    this.#slots = new Int32Array(2 * size);
    this.#mask = 2 * size - 1;
    this.#bits = new Int32Array((size * BITS_A_SLOT) / 32);
    this.#bitMask = size * BITS_A_SLOT - 1;
    for (let ordinal = 0; ordinal < a.count; ordinal++) {
      const chunk = chunkOf(a.chunks, ordinal);
      const at = placeOf(ordinal);
      if (matches[ordinal] === 0 && (chunk[at + 5]! & SKIPPED) === 0) {
        this.#put(chunk[at]!, chunk[at + 1]!, ordinal + 1);
      }
    }
  }

  /** The entry of A that has the path of one of B, and no match yet; -1 for none. */
  takeA(ofB: number): number {
    const chunk = chunkOf(this.#b.chunks, ofB);
    const at = placeOf(ofB);
    if (!this.#mayHave(chunk[at]!)) return -1;
    const ordinal = this.#slots[this.#slot(chunk[at]!, chunk[at + 1]!)]! - 1;
    return ordinal >= 0 && this.#matches[ordinal] === 0 ? ordinal : -1;
  }

  /** Adds an entry of B for which there is none in A. */
  addB(ofB: number): void {
    const chunk = chunkOf(this.#b.chunks, ofB);
    const at = placeOf(ofB);
    this.#put(chunk[at]!, chunk[at + 1]!, -1 - ofB);
  }

  /** True where a path of the table is there twice, or is one of those that had a match before. */
  get hasDuplicates(): boolean {
    const { chunks, count } = this.#a;
    for (let ordinal = 0; ordinal < count && !this.#isTwice; ordinal++) {
      if (this.#matched[ordinal] === 0) continue;
      const chunk = chunkOf(chunks, ordinal);
      const at = placeOf(ordinal);
      if (!this.#mayHave(chunk[at]!)) continue;
      if (this.#slots[this.#slot(chunk[at]!, chunk[at + 1]!)] !== 0) this.#isTwice = true;
    }
    return this.#isTwice;
  }

  #put(first: number, second: number, entry: number): void {
    const slot = this.#slot(first, second);
    if (this.#slots[slot] !== 0) this.#isTwice = true;
    this.#slots[slot] = entry;
    this.#slots[slot + 1] = first;
    const bit = first & this.#bitMask;
    this.#bits[bit >>> 5]! |= 1 << bit;
  }

  /** False where no path of the table has this first word. */
  #mayHave(first: number): boolean {
    const bit = first & this.#bitMask;
    return (this.#bits[bit >>> 5]! & (1 << bit)) !== 0;
  }

  /** The slot that has a path, or the free one for it. */
  #slot(first: number, second: number): number {
    const slots = this.#slots;
    let slot = (second << 1) & this.#mask;
    for (; slots[slot] !== 0; slot = (slot + 2) & this.#mask) {
      if (slots[slot + 1] === first && this.#secondOf(slots[slot]!) === second) break;
    }
    return slot;
  }

  #secondOf(entry: number): number {
    const ordinal = entry > 0 ? entry - 1 : -1 - entry;
    const { chunks } = entry > 0 ? this.#a : this.#b;
    return chunkOf(chunks, ordinal)[placeOf(ordinal) + 1]!;
  }
}
