// The way from the root to the current znode, while records pass in a snapshot's order.
import type { ZnodeRecord } from './znode-record.js';

const SLASH = 0x2f;

/**
 * Follows records. Servers write a znode before its children, depth first (DataTree.serializeNode), so the parent of a
 * record is normally the record before it or an ancestor of that. What callers keep for each ancestor they keep in
 * arrays of their own, by level: 0 is the root's.
 */
export class Ancestors {
  /** Levels that the last record shares with the one before it: those from here on were left, and its own is this. */
  level = 0;
  /** False where the last record's parent is not at the level above it (and for the root). */
  hasParent = false;
  /** Of the last record and its ancestors, by level: bytes of the path. */
  readonly #lengths: number[] = [];
  #previous = Buffer.alloc(256);

  /** Makes a record the last one. */
  enter({ buffer, pathStart, pathEnd }: ZnodeRecord): void {
    const lengths = this.#lengths;
    const length = pathEnd - pathStart;
    this.hasParent = false;
    if (length === 0) lengths.length = 0;
    else {
      const parentLength = buffer.lastIndexOf(SLASH, pathEnd - 1) - pathStart;
      // Of what is left of the record before, only what both have in common is an ancestor of this one.
      const most = Math.min(parentLength, lengths.at(-1) ?? 0);
      let common = 0;
      while (common < most && this.#previous[common] === buffer[pathStart + common]) common++;
      while (lengths.length > 0 && lengths.at(-1)! > common) lengths.pop();
      this.hasParent = lengths.at(-1) === parentLength;
    }
    this.level = lengths.length;
    lengths.push(length);
    if (this.#previous.length < length) this.#previous = Buffer.alloc(2 * length);
    buffer.copy(this.#previous, 0, pathStart, pathEnd);
  }
}
