// Which paths were there before: 64 bit hashes of them (`path-hash.ts`), 12 to 24 bytes each.
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { ZnodeHashes } from './path-hash.js';

/** Takes znodes, and knows their paths by hashes: what it takes for known may be another. */
export interface KnownPaths {
  /** Takes a znode; false where its path was there already. */
  take(znode: ZnodeRecord, hashes: ZnodeHashes): boolean;
  has(pathCrc: number, second: number): boolean;
}

const FIRST_SLOTS = 1 << 12;

/**
 * A set of paths by their two hashes: of a million different ones two are taken for the same with a chance of one in
 * 18 million, so what comes out of it must be looked at again before it is said.
 */
export class PathSet implements KnownPaths {
  size = 0;
  /** Two words a slot; both 0 for an empty one. */
  #words = new Uint32Array(2 * FIRST_SLOTS);

  take(_: ZnodeRecord, { pathCrc, second }: ZnodeHashes): boolean {
    return this.add(pathCrc, second);
  }

  /** Adds a path; false where it was there already. */
  add(pathCrc: number, second: number): boolean {
    if (4 * (this.size + 1) > 3 * (this.#words.length / 2)) this.#grow();
    const isNew = put(this.#words, pathCrc | 1, second);
    if (isNew) this.size++;
    return isNew;
  }

  /** True for a path that was added. */
  has(pathCrc: number, second: number): boolean {
    return this.#words[find(this.#words, (pathCrc | 1) >>> 0, second)] !== 0;
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) if (old[at] !== 0) put(this.#words, old[at]!, old[at + 1]!);
  }
}

function put(words: Uint32Array, first: number, second: number): boolean {
  const at = find(words, first >>> 0, second);
  if (words[at] !== 0) return false;
  words[at] = first;
  words[at + 1] = second;
  return true;
}

/** Where a hash stands, or where it would. */
function find(words: Uint32Array, first: number, second: number): number {
  const mask = words.length - 1;
  let at = (2 * second) & mask & ~1;
  while (words[at] !== 0 && (words[at] !== first || words[at + 1] !== second)) at = (at + 2) & mask;
  return at;
}
