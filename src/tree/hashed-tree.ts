// The znodes of a tree by a 64 bit hash of their path: what the tree digest hangs on, in 72 bytes a znode and 6 to 12
// of index, all of it outside of JavaScript's heap.
//
//   0 4 CRC-32 of the path · 4 4 another hash of it · 8 4 CRC-32 of path and data · 12 60 StatPersisted
//
// Of a million paths two are taken for the same with a chance of one in 37 million. So what comes out of it is proven
// by digests that agree, and asks for another look where one does not.
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { TreeDigest } from './tree-digest.js';
import { statCrc } from './znode-digest.js';

const SECOND = 4;
const DATA_CRC = 8;
const STAT = 12;
const ZNODE_BYTES = 72;
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
  /** Number + 1 at the CRC modulo the length, or at the next free place behind it. */
  #index = new Int32Array(FIRST_INDEX);
  /** Places in the index that are not `EMPTY`. */
  #filled = 0;
  readonly #chunks: { readonly bytes: Buffer; readonly view: DataView }[] = [];
  #numbers = 0;
  readonly #free: number[] = [];

  /** The znode whose path has these hashes, or `NO_ZNODE`. */
  find(pathCrc: number, second: number): number {
    const index = this.#index;
    const mask = index.length - 1;
    for (let at = pathCrc & mask; index[at] !== EMPTY; at = (at + 1) & mask) {
      const number = index[at]! - 1;
      if (number >= 0 && this.#has(number, pathCrc, second)) return number;
    }
    return NO_ZNODE;
  }

  /** Adds a znode that is not there; its stat is to be set. */
  add(pathCrc: number, second: number): number {
    if (4 * (this.#filled + 1) > 3 * this.#index.length) this.#reindex();
    const number = this.#free.pop() ?? this.#numbers++;
    if (number >> CHUNK_BITS === this.#chunks.length) {
      const bytes = Buffer.alloc(ZNODE_BYTES << CHUNK_BITS);
      this.#chunks.push({ bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    }
    const view = this.viewOf(number);
    const at = this.#startOf(number);
    view.setUint32(at, pathCrc);
    view.setUint32(at + SECOND, second);
    this.#place(pathCrc, number);
    this.size++;
    return number;
  }

  /** Adds a znode of a snapshot, or takes the place of the one with its path, as servers do. */
  load(znode: ZnodeRecord, pathCrc: number, second: number, dataCrc: number): void {
    const known = this.find(pathCrc, second);
    const number = known === NO_ZNODE ? this.add(pathCrc, second) : known;
    const view = this.viewOf(number);
    const at = this.#startOf(number);
    view.setUint32(at + DATA_CRC, dataCrc);
    const { view: from, statStart } = znode;
    for (let word = 0; word < STAT_WORDS; word++) {
      view.setInt32(at + STAT + 4 * word, from.getInt32(statStart + 4 * word));
    }
  }

  delete(number: number): void {
    const pathCrc = this.viewOf(number).getUint32(this.#startOf(number));
    const index = this.#index;
    const mask = index.length - 1;
    let at = pathCrc & mask;
    while (index[at] !== number + 1) at = (at + 1) & mask;
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
    for (const place of this.#index) {
      if (place <= 0) continue;
      const view = this.viewOf(place - 1);
      const at = this.#startOf(place - 1) + OWNER;
      if (view.getInt32(at) === 0 && view.getInt32(at + 4) === 0) continue;
      const owner = view.getBigInt64(at);
      owners.set(owner, (owners.get(owner) ?? 0) + 1);
    }
    return owners;
  }

  #startOf(number: number): number {
    return (number & CHUNK_MASK) * ZNODE_BYTES;
  }

  #has(number: number, pathCrc: number, second: number): boolean {
    const view = this.viewOf(number);
    const at = this.#startOf(number);
    return view.getUint32(at) === pathCrc && view.getUint32(at + SECOND) === second;
  }

  #place(pathCrc: number, number: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let at = pathCrc & mask;
    while (index[at]! > 0) at = (at + 1) & mask;
    if (index[at] === EMPTY) this.#filled++;
    index[at] = number + 1;
  }

  /** A larger index, or one without what is gone. */
  #reindex(): void {
    const old = this.#index;
    this.#index = new Int32Array(2 * this.size > old.length ? 2 * old.length : old.length);
    this.#filled = 0;
    for (const place of old) {
      if (place > 0) this.#place(this.viewOf(place - 1).getUint32(this.#startOf(place - 1)), place - 1);
    }
  }
}

/** The other hash of a path, in `view[start, end)`: mixed words, unsigned. */
export function secondHash(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
