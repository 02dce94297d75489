// The tree digest (AdHash): the sum of the znodes' digests modulo 2^64.

/** Digest of the tree of a new server: its root and /zookeeper. */
export const EMPTY_TREE_DIGEST = 1371985504n;

const LIMIT = 2 ** 32;

/** A tree digest that follows its tree. Hot: two halves, for a sum of bigints costs ten times as much. */
export class TreeDigest {
  #high = 0;
  #low = 0;
  readonly #view = new DataView(new ArrayBuffer(8));

  /** Adds a znode's digest, an unsigned 32 bit number. */
  add(znode: number): void {
    this.#low += znode;
    if (this.#low < LIMIT) return;
    this.#low -= LIMIT;
    this.#high = (this.#high + 1) >>> 0;
  }

  subtract(znode: number): void {
    this.#low -= znode;
    if (this.#low >= 0) return;
    this.#low += LIMIT;
    this.#high = (this.#high - 1) >>> 0;
  }

  /** Begins with a sum that is known; `value` is signed. */
  set(value: bigint): void {
    this.#view.setBigInt64(0, value);
    this.#high = this.#view.getUint32(0);
    this.#low = this.#view.getUint32(4);
  }

  /** Signed, as TxnDigest and the digest block of a snapshot hold it. */
  get value(): bigint {
    this.#view.setUint32(0, this.#high);
    this.#view.setUint32(4, this.#low);
    return this.#view.getBigInt64(0);
  }
}
