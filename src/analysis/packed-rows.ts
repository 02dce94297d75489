// Rows of numbers in one buffer, for tables of which there may be millions: an object a row takes three times as much.

/** Rows with 64 bit fields (`I`) and doubles (`N`), all 0 at first. */
export class PackedRows<I extends string, N extends string> {
  /** Rows there are: 0 to `size` - 1. */
  size = 0;
  readonly rowBytes: number;
  readonly #at: Readonly<Record<I | N, number>>;
  #bytes: Buffer;
  #view: DataView;

  constructor(bigints: readonly I[], numbers: readonly N[]) {
    const fields: readonly (I | N)[] = [...bigints, ...numbers];
    this.#at = Object.fromEntries(fields.map((field, i) => [field, 8 * i])) as Record<I | N, number>;
    this.rowBytes = 8 * fields.length;
    this.#bytes = Buffer.alloc(64 * this.rowBytes);
    this.#view = viewOf(this.#bytes);
  }

  /** Adds a row; returns its number. */
  push(): number {
    const row = this.size++;
    if (this.size * this.rowBytes > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#bytes.length);
      this.#bytes.copy(larger);
      this.#bytes = larger;
      this.#view = viewOf(larger);
    }
    return row;
  }

  bigint(row: number, field: I): bigint {
    return this.#view.getBigInt64(row * this.rowBytes + this.#at[field]);
  }

  setBigint(row: number, field: I, value: bigint): void {
    this.#view.setBigInt64(row * this.rowBytes + this.#at[field], value);
  }

  number(row: number, field: N): number {
    return this.#view.getFloat64(row * this.rowBytes + this.#at[field]);
  }

  setNumber(row: number, field: N, value: number): void {
    this.#view.setFloat64(row * this.rowBytes + this.#at[field], value);
  }

  /** Adds to a number. */
  add(row: number, field: N, more: number): void {
    const at = row * this.rowBytes + this.#at[field];
    this.#view.setFloat64(at, this.#view.getFloat64(at) + more);
  }

  /** The bytes of a row, until the next `push`. */
  bytes(row: number): Buffer {
    return this.#bytes.subarray(row * this.rowBytes, (row + 1) * this.rowBytes);
  }

  /** Puts the bytes of a row in place of another. */
  setBytes(row: number, bytes: Buffer): void {
    bytes.copy(this.#bytes, row * this.rowBytes);
  }

  clear(): void {
    this.size = 0;
    this.#bytes.fill(0);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
