// The ACL lists of one snapshot by their keys. Held as bytes: a million lists are ten times as much as objects, and
// znodes that are asked for point to few of them.
import type { ACL } from '../records/acl.js';
import { OPEN_ACL, OPEN_ACL_KEY } from './acl-entry.js';
import { type AclRecord, decodeAcls } from './acl-record.js';
import { LongMap } from './long-map.js';
import { RecentAcls } from './recent-acls.js';

/** Bytes that lists may take, with what one costs beside its own: room for two million usual ones. */
const MOST_BYTES = 192 * 1024 * 1024;
const COST_OF_LIST = 64;

/** Keys to lists. */
export class SnapshotAcls {
  /** Lists for which there was no room. */
  dropped = 0;
  /** Where the list of a key begins in `#bytes`, plus 1. */
  readonly #places = new LongMap();
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  #left: number;
  readonly #recent = new RecentAcls<bigint>();

  /** Takes a table as a reader gives it; of two lists with one key the last. `mostBytes` bounds the memory. */
  constructor(table: Iterable<AclRecord>, mostBytes = MOST_BYTES) {
    this.#left = mostBytes;
    for (const { key, bytes } of table) this.#add(key, bytes);
  }

  has(key: bigint): boolean {
    return key === OPEN_ACL_KEY || this.#places.get(key) > 0;
  }

  /** The list of a key; null where there is none. */
  get(key: bigint): readonly ACL[] | null {
    const recent = this.#recent.get(key);
    if (recent !== undefined) return recent;
    const place = this.#places.get(key);
    if (place === 0) return key === OPEN_ACL_KEY ? OPEN_ACL : null;
    return this.#recent.keep(key, decodeAcls(this.#bytes.subarray(place - 1, this.#used)));
  }

  #add(key: bigint, bytes: Buffer): void {
    const place = this.#places.get(key);
    // A list says how long it is, so that an equal beginning is an equal list.
    if (place > 0 && isAt(this.#bytes, place - 1, this.#used, bytes)) return;
    const cost = bytes.length + COST_OF_LIST;
    if (cost > this.#left) {
      this.dropped++;
      return;
    }
    this.#left -= cost;
    this.#reserve(bytes.length);
    this.#places.set(key, this.#used + 1);
    this.#used += bytes.copy(this.#bytes, this.#used);
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#used + length));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}

function isAt(bytes: Buffer, at: number, end: number, wanted: Buffer): boolean {
  return end - at >= wanted.length && bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0;
}
