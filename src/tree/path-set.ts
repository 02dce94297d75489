// Which paths were there before: 64 bit hashes of them, 12 to 24 bytes each.
import { murmurHash128 } from './murmur-hash.js';

const FIRST_SLOTS = 1 << 12;

/**
 * A set of byte strings known by a 64 bit hash: of a million different ones two are taken for the same with a chance
 * of one in 18 million, so what comes out of it must be looked at again before it is said.
 */
export class PathSet {
  size = 0;
  /** Two words a slot; both 0 for an empty one. */
  #words = new Uint32Array(2 * FIRST_SLOTS);

  /** Adds bytes; false where they were there already. */
  add(bytes: Uint8Array): boolean {
    if (4 * (this.size + 1) > 3 * (this.#words.length / 2)) this.#grow();
    const hash = murmurHash128(bytes);
    const isNew = put(this.#words, hash.getUint32(0, true) | 1, hash.getUint32(4, true));
    if (isNew) this.size++;
    return isNew;
  }

  /** True for bytes that were added. */
  has(bytes: Uint8Array): boolean {
    const hash = murmurHash128(bytes);
    return this.#words[find(this.#words, (hash.getUint32(0, true) | 1) >>> 0, hash.getUint32(4, true))] !== 0;
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
