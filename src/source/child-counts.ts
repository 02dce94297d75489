// numChildren of every znode of a snapshot, counted in one pass: 4 bytes a znode.
import type { RawText } from '../jute/raw-text.js';
import { Ancestors } from '../snapshot/ancestors.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const SLASH = 0x2f;

/**
 * Counts children as records pass in the file's order. Where a parent is not among the ancestors of the record
 * before, its children are counted by its path. A path that occurs twice counts twice.
 */
export class ChildCounts {
  #counts = new Int32Array(1024);
  readonly #byPath = new Map<string, number>();
  readonly #ancestors = new Ancestors();
  /** Of the record before and its ancestors, by level. */
  readonly #ordinals: number[] = [];

  /** Takes the next record. */
  add(record: ZnodeRecord): void {
    const { buffer, pathStart, pathEnd, ordinal } = record;
    this.#ancestors.enter(record);
    const { level, hasParent } = this.#ancestors;
    if (hasParent) this.#increment(this.#ordinals[level - 1]!);
    else if (pathEnd > pathStart) {
      const parent = buffer.toString('latin1', pathStart, buffer.lastIndexOf(SLASH, pathEnd - 1));
      this.#byPath.set(parent, (this.#byPath.get(parent) ?? 0) + 1);
    }
    this.#ordinals.length = level;
    this.#ordinals.push(ordinal);
  }

  /** Children of the znode with this ordinal and path. */
  of(ordinal: number, path: RawText): number {
    const counted = ordinal < this.#counts.length ? this.#counts[ordinal]! : 0;
    return this.#byPath.size === 0 ? counted : counted + (this.#byPath.get(path) ?? 0);
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
