// The znodes of a tree by a 64 bit hash of their path (`path-hash.ts`): what the tree digest hangs on, in 68 bytes a
// znode and 11 to 21 of index, all of it outside of JavaScript's heap.
//
//   0 4 CRC-32 of the path · 4 4 CRC-32 of path and data · 8 60 StatPersisted
//
// Two paths may be taken for one. So what comes out of it is proven by digests that agree, and asks for another look
// where one does not.
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { ZnodeHashes } from './path-hash.js';
import { TreeDigest } from './tree-digest.js';
import { statCrc } from './znode-digest.js';

const DATA_CRC = 4;
const STAT = 8;
const ZNODE_BYTES = 68;
const STAT_WORDS = 15;
const OWNER = STAT + 44;

const CHUNK_BITS = 14;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
const FIRST_INDEX = 1 << 12;
/** In the index: nothing was here, something was. */
const EMPTY = 0;
const GONE = -1;

/** No such znode. */
export const NO_ZNODE = -1;

/** Znodes by number, and their digest. Numbers of deleted ones are given again. */
export class HashedTree {
  size = 0;
  readonly digest = new TreeDigest();
  /**
   * Two words a place: number + 1, and the second hash, which saves a look at the znode. The place is that of the
   * first hash modulo their number, or the next free one behind it. At most three in four are taken.
   */
  #index = new Int32Array(2 * FIRST_INDEX);
  /** Places in the index that are not `EMPTY`. */
  #filled = 0;
  readonly #chunks: { readonly bytes: Buffer; readonly view: DataView }[] = [];
  #numbers = 0;
  readonly #free: number[] = [];

  /** The znode whose path has these hashes, or `NO_ZNODE`. */
  find(pathCrc: number, second: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    const wanted = second | 0;
    for (let at = (2 * pathCrc) & mask; index[at] !== EMPTY; at = (at + 2) & mask) {
      if (index[at + 1] !== wanted) continue;
      const number = index[at]! - 1;
      if (number >= 0 && this.viewOf(number).getUint32(this.#startOf(number)) === pathCrc) return number;
    }
    return NO_ZNODE;
  }

  /** Adds a znode that is not there; its stat is to be set. */
  add(pathCrc: number, second: number): number {
    const { length } = this.#index;
    if (8 * (this.#filled + 1) > 3 * length) this.#reindex(4 * this.size > length ? 2 * length : length);
    const number = this.#free.pop() ?? this.#numbers++;
    if (number >> CHUNK_BITS === this.#chunks.length) {
      const bytes = Buffer.alloc(ZNODE_BYTES << CHUNK_BITS);
      this.#chunks.push({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    }
    this.viewOf(number).setUint32(this.#startOf(number), pathCrc);
    if (place(this.#index, pathCrc, number + 1, second)) this.#filled++;
    this.size++;
    return number;
  }

  /** Makes room for so many znodes. */
  reserve(znodes: number): void {
    while (3 * this.#index.length < 8 * znodes) this.#reindex(2 * this.#index.length);
  }

  /** Adds a znode of a snapshot; false where it takes the place of one with its path, as in servers. */
  load(znode: ZnodeRecord, { pathCrc, second, dataCrc }: ZnodeHashes): boolean {
    const known = this.find(pathCrc, second);
    const number = known === NO_ZNODE ? this.add(pathCrc, second) : known;
    const view = this.viewOf(number);
    const at = this.#startOf(number);
    view.setUint32(at + DATA_CRC, dataCrc);
    const { view: from, statStart } = znode;
    for (let word = 0; word < STAT_WORDS; word++) {
      view.setInt32(at + STAT + 4 * word, from.getInt32(statStart + 4 * word));
    }
    return known === NO_ZNODE;
  }

  delete(number: number): void {
    const pathCrc = this.viewOf(number).getUint32(this.#startOf(number));
    const index = this.#index;
    const mask = index.length - 1;
    let at = (2 * pathCrc) & mask;
    while (index[at] !== number + 1) at = (at + 2) & mask;
    index[at] = GONE;
    this.#free.push(number);
    this.size--;
  }

  /** The view that holds a znode. */
  viewOf(number: number): DataView {
    return this.#chunks[number >> CHUNK_BITS]!.view;
  }

  /** Where its stat stands in the view. */
  statOf(number: number): number {
    return this.#startOf(number) + STAT;
  }

  /** Takes the CRC-32 of path and data. */
  setDataCrc(number: number, crc: number): void {
    this.viewOf(number).setUint32(this.#startOf(number) + DATA_CRC, crc);
  }

  /** The znode's digest as it is now. */
  digestOf(number: number): number {
    const { bytes, view } = this.#chunks[number >> CHUNK_BITS]!;
    const at = this.#startOf(number);
    return statCrc(bytes, at + STAT, view.getUint32(at + DATA_CRC));
  }

  /** How many znodes each ephemeralOwner but 0 has. */
  owners(): Map<bigint, number> {
    const owners = new Map<bigint, number>();
    const free = new Set(this.#free);
    for (let number = 0; number < this.#numbers; number++) {
      const view = this.viewOf(number);
      const at = this.#startOf(number) + OWNER;
      if ((view.getInt32(at) === 0 && view.getInt32(at + 4) === 0) || free.has(number)) continue;
      const owner = view.getBigInt64(at);
      owners.set(owner, (owners.get(owner) ?? 0) + 1);
    }
    return owners;
  }

  #startOf(number: number): number {
    return (number & CHUNK_MASK) * ZNODE_BYTES;
  }

  /** A larger index, or one without what is gone. */
  #reindex(length: number): void {
    const old = this.#index;
    const index = new Int32Array(length);
    for (let at = 0; at < old.length; at += 2) {
      const entry = old[at]!;
      if (entry <= 0) continue;
      const number = entry - 1;
      place(index, this.viewOf(number).getUint32(this.#startOf(number)), entry, old[at + 1]!);
    }
    this.#index = index;
    this.#filled = this.size;
  }
}

/** Puts an entry into an index; true where it took a place that was `EMPTY`. */
function place(index: Int32Array, pathCrc: number, entry: number, second: number): boolean {
  const mask = index.length - 1;
  let at = (2 * pathCrc) & mask;
  while (index[at]! > 0) at = (at + 2) & mask;
  const wasEmpty = index[at] === EMPTY;
  index[at] = entry;
  index[at + 1] = second;
  return wasEmpty;
}
