// Writing jute by hand, the inverse of `cursor.ts`. Layouts say what a record is; a property test holds what is
// written here against them.
import type { RawText } from './raw-text.js';

/** Takes full buffers; what it is given is used again when it returns. */
export type Drain = (bytes: Buffer) => void;

/**
 * Appends jute values. With a drain the memory is bounded: what does not fit any more goes there. Without one the
 * buffer grows, and `bytes` is all that was written.
 */
export class JuteWriter {
  #buffer: Buffer;
  #view: DataView;
  #length = 0;
  #drained = 0;
  readonly #drain: Drain | null;

  /** `size` is that of the buffer at first, in bytes. */
  constructor(size = 1024, drain: Drain | null = null) {
    this.#buffer = Buffer.allocUnsafeSlow(size);
    this.#view = viewOf(this.#buffer);
    this.#drain = drain;
  }

  /** Bytes written so far, those that went to the drain included. */
  get offset(): number {
    return this.#drained + this.#length;
  }

  /** A view of what is held. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Forgets what is held, so that the writer can be used again. */
  clear(): this {
    this.#length = 0;
    return this;
  }

  /** Gives what is held to the drain. */
  flush(): void {
    if (this.#drain === null || this.#length === 0) return;
    this.#drain(this.bytes);
    this.#drained += this.#length;
    this.#length = 0;
  }

  /** An unsigned byte. */
  byte(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
    return this;
  }

  /** A jute boolean, 1 or 0. */
  bool(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  i32(value: number): this {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
    return this;
  }

  i64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
    return this;
  }

  /** A jute ustring; length -1 for null. */
  ustring(text: RawText | null): this {
    if (text === null) return this.i32(-1);
    this.i32(text.length).#reserve(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
    return this;
  }

  /** A jute buffer; length -1 for null. */
  buffer(bytes: Uint8Array | null): this {
    return bytes === null ? this.i32(-1) : this.i32(bytes.length).raw(bytes);
  }

  /** A jute vector; count -1 for null. */
  vector<T>(elements: readonly T[] | null, write: (writer: this, element: T) => void): this {
    if (elements === null) return this.i32(-1);
    this.i32(elements.length);
    for (const element of elements) write(this, element);
    return this;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    if (this.#drain !== null && bytes.length > this.#buffer.length) {
      this.flush();
      this.#drain(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      this.#drained += bytes.length;
      return this;
    }
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    this.flush();
    if (this.#length + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + count));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}
