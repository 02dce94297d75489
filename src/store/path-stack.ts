// The znode read last and its ancestors: snapshots are in pre-order, so a parent is nearly always among them.

/** Ids of a path and its ancestors, found by comparing bytes: strings would cost a tenth of loading. */
export class PathStack {
  // The path on top; those below are its beginnings.
  #bytes = new Uint8Array(1024);
  readonly #lengths: number[] = [];
  readonly #ids: number[] = [];

  /** The id of the path `buffer[start, end)`, which is then on top; 0 where it is not here, and the stack empty. */
  find(buffer: Buffer, start: number, end: number): number {
    const lengths = this.#lengths;
    const length = end - start;
    let top = lengths.length - 1;
    while (top >= 0 && lengths[top]! > length) top--;
    if (top >= 0 && lengths[top] === length && this.#begins(buffer, start, length)) {
      lengths.length = top + 1;
      return this.#ids[top]!;
    }
    lengths.length = 0;
    return 0;
  }

  /** Puts the path `buffer[start, end)` on top of its parent, or on the empty stack. */
  push(buffer: Buffer, start: number, end: number, id: number): void {
    const length = end - start;
    if (length > this.#bytes.length) this.#grow(length);
    const depth = this.#lengths.length;
    const bytes = this.#bytes;
    for (let i = depth === 0 ? 0 : this.#lengths[depth - 1]!; i < length; i++) bytes[i] = buffer[start + i]!;
    this.#lengths.push(length);
    this.#ids[depth] = id;
  }

  #begins(buffer: Buffer, start: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let i = length - 1; i >= 0; i--) if (bytes[i] !== buffer[start + i]) return false;
    return true;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(2 * length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
