// A set of row ids, which are dense: a bit for each.

/** Row ids from 1 up; an eighth of a byte for each up to the highest. */
export class IdSet {
  #bits = new Uint8Array(1 << 16);

  has(id: number): boolean {
    const at = Math.floor(id / 8);
    return at < this.#bits.length && (this.#bits[at]! & (1 << (id % 8))) !== 0;
  }

  add(id: number): void {
    const at = Math.floor(id / 8);
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bits.length, at + 1));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at]! |= 1 << (id % 8);
  }
}
