// numChildren of every znode of a snapshot, counted in one pass: 4 bytes a znode.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const SLASH = 0x2f;

/**
 * Counts children as records pass in the file's order. Servers write parents before their children, depth first,
 * so a parent is normally among the ancestors of the record before; otherwise its children are counted by its path.
 * A path that occurs twice counts twice.
 */
export class ChildCounts {
  #counts = new Int32Array(1024);
  readonly #byPath = new Map<string, number>();
  // The record before, and of it and its ancestors: length of the path, and ordinal.
  #previous = Buffer.alloc(256);
  readonly #lengths: number[] = [];
  readonly #ordinals: number[] = [];

  /** Takes the next record. */
  add(record: ZnodeRecord): void {
    const { buffer, pathStart, pathEnd, ordinal } = record;
    const length = pathEnd - pathStart;
    if (length > 0) this.#countIn(record, buffer.lastIndexOf(SLASH, pathEnd - 1) - pathStart);
    else this.#lengths.length = this.#ordinals.length = 0;
    this.#lengths.push(length);
    this.#ordinals.push(ordinal);
    if (this.#previous.length < length) this.#previous = Buffer.alloc(2 * length);
    buffer.copy(this.#previous, 0, pathStart, pathEnd);
  }

  /** Children of the znode with this ordinal and path. */
  of(ordinal: number, path: RawText): number {
    const counted = ordinal < this.#counts.length ? this.#counts[ordinal]! : 0;
    return this.#byPath.size === 0 ? counted : counted + (this.#byPath.get(path) ?? 0);
  }

  #countIn({ buffer, pathStart }: ZnodeRecord, parentLength: number): void {
    const lengths = this.#lengths;
    // Of what is left of the record before, only what both have in common is an ancestor of this one.
    const most = Math.min(parentLength, lengths.at(-1) ?? 0);
    let common = 0;
    while (common < most && this.#previous[common] === buffer[pathStart + common]) common++;
    while (lengths.length > 0 && lengths.at(-1)! > common) {
      lengths.pop();
      this.#ordinals.pop();
    }
    if (lengths.at(-1) === parentLength) this.#increment(this.#ordinals.at(-1)!);
    else {
      const parent = buffer.toString('latin1', pathStart, pathStart + parentLength);
      this.#byPath.set(parent, (this.#byPath.get(parent) ?? 0) + 1);
    }
  }

  #increment(ordinal: number): void {
    if (ordinal >= this.#counts.length) {
      const larger = new Int32Array(Math.max(2 * this.#counts.length, ordinal + 1));
      larger.set(this.#counts);
      this.#counts = larger;
    }
    this.#counts[ordinal]!++;
  }
}
