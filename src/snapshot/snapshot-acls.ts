// The ACL lists of one snapshot by their keys. Held as bytes: a million lists are ten times as much as objects, and
// znodes that are asked for point to few of them.
import type { ACL } from '../records/acl.js';
import { OPEN_ACL, OPEN_ACL_KEY } from './acl-entry.js';
import { type AclRecord, decodeAcls } from './acl-record.js';

/** Bytes that lists may take, with what one costs beside its own: room for two million usual ones. */
const MOST_BYTES = 192 * 1024 * 1024;
const COST_OF_LIST = 64;
/** Entries of decoded lists that are kept. */
const MOST_DECODED = 100_000;

/** Keys to lists. */
export class SnapshotAcls {
  /** Lists for which there was no room. */
  dropped = 0;
  readonly #starts = new Map<bigint, number>();
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  #left: number;
  #decoded = new Map<bigint, readonly ACL[]>();
  #decodedEntries = 0;

  /** Takes a table as a reader gives it; of two lists with one key the last. `mostBytes` bounds the memory. */
  constructor(table: Iterable<AclRecord>, mostBytes = MOST_BYTES) {
    this.#left = mostBytes;
    for (const { key, bytes } of table) this.#add(key, bytes);
  }

  has(key: bigint): boolean {
    return key === OPEN_ACL_KEY || this.#starts.has(key);
  }

  /** The list of a key; null where there is none. */
  get(key: bigint): readonly ACL[] | null {
    const decoded = this.#decoded.get(key);
    if (decoded !== undefined) return decoded;
    const start = this.#starts.get(key);
    if (start === undefined) return key === OPEN_ACL_KEY ? OPEN_ACL : null;
    const acl = decodeAcls(this.#bytes.subarray(start, this.#used));
    this.#decodedEntries += acl.length + 1;
    if (this.#decodedEntries > MOST_DECODED) {
      this.#decoded.clear();
      this.#decodedEntries = acl.length + 1;
    }
    this.#decoded.set(key, acl);
    return acl;
  }

  #add(key: bigint, bytes: Buffer): void {
    const known = this.#starts.get(key);
    // A list says how long it is, so that an equal beginning is an equal list.
    if (known !== undefined && isAt(this.#bytes, known, this.#used, bytes)) return;
    const cost = bytes.length + COST_OF_LIST;
    if (cost > this.#left) {
      this.dropped++;
      return;
    }
    this.#left -= cost;
    this.#reserve(bytes.length);
    this.#starts.set(key, this.#used);
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
