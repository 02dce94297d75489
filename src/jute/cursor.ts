// Reading jute by hand, for the loops in which a layout is too slow (STYLE.md 2.4).
//
// Every read is checked against the end of the record, every length against the bytes left before it is used.
import { FormatError, TruncatedError } from '../errors.js';
import type { Layout } from './layout.js';
import { MAX_ELEMENTS, MAX_STRING_BYTES } from './limits.js';
import type { Place } from './place.js';
import type { RawText } from './raw-text.js';

/** A position in a buffer, moved by each read. */
export class Cursor {
  #buffer: Buffer;
  #view: DataView;
  #place: Place;
  /** Elements of vectors that may still be read. */
  #elementsLeft = MAX_ELEMENTS;
  position: number;
  end: number;

  /** Reads `buffer[start, end)`. */
  constructor(buffer: Buffer, place: Place, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    this.#place = place;
    this.position = start;
    this.end = end;
  }

  /** Goes on with another record, so that one cursor serves a whole file. */
  reset(buffer: Buffer, view: DataView, place: Place, start: number, end: number): this {
    this.#buffer = buffer;
    this.#view = view;
    this.#place = place;
    this.#elementsLeft = MAX_ELEMENTS;
    this.position = start;
    this.end = end;
    return this;
  }

  /** Offset in the plain stream. */
  get offset(): number {
    return this.#place.base + this.position;
  }

  /** Bytes left. */
  get left(): number {
    return this.end - this.position;
  }

  byte(): number {
    this.#claim(1);
    return this.#buffer[this.position++]!;
  }

  /** A jute boolean: any byte but 0 is true. */
  bool(): boolean {
    return this.byte() !== 0;
  }

  i32(): number {
    this.#claim(4);
    const value = this.#view.getInt32(this.position);
    this.position += 4;
    return value;
  }

  i64(): bigint {
    this.#claim(8);
    const value = this.#view.getBigInt64(this.position);
    this.position += 8;
    return value;
  }

  /** A jute ustring; null for length -1. */
  ustring(): RawText | null {
    const length = this.#length();
    if (length < 0) return null;
    if (length > MAX_STRING_BYTES)
      throw this.#tooLarge(`a text of at most ${MAX_STRING_BYTES} bytes`, length);
    const start = this.position;
    this.position += length;
    return this.#buffer.toString('latin1', start, this.position) as RawText;
  }

  /** A jute buffer as a view of the bytes read from (copy what must outlive them); null for length -1. */
  buffer(): Buffer | null {
    const length = this.#length();
    if (length < 0) return null;
    const start = this.position;
    this.position += length;
    return this.#buffer.subarray(start, this.position);
  }

  /**
   * A jute vector; null for count -1, empty for any other count below 1, as in jute's reader. `element` is given the
   * element before, which it may return for one that is equal; each takes `least` bytes or more.
   */
  vector<T>(element: (cursor: Cursor, before: T | undefined) => T, least: number): T[] | null {
    const count = this.i32();
    if (count === -1) return null;
    const elements: T[] = [];
    if (count <= 0) return elements;
    this.#claim(count * least);
    if (count > this.#elementsLeft) {
      throw this.#tooLarge(`a record with at most ${MAX_ELEMENTS} elements in its vectors`, count);
    }
    this.#elementsLeft -= count;
    let before: T | undefined;
    for (let i = 0; i < count; i++) {
      before = element(this, before);
      elements.push(before);
    }
    return elements;
  }

  /**
   * Reads the records inside a jute buffer (an empty one for length -1) with this cursor, which ends at the
   * buffer's end meanwhile and stands behind it afterwards, also where `read` throws or leaves bytes unread.
   */
  within<T>(read: (cursor: this) => T): T {
    const stop = this.position + 4 + Math.max(this.#length(), 0);
    const { end } = this;
    this.end = stop;
    try {
      return read(this);
    } finally {
      this.end = end;
      this.position = stop;
    }
  }

  /** The bytes left, as a view. */
  rest(): Buffer {
    const start = this.position;
    this.position = this.end;
    return this.#buffer.subarray(start, this.end);
  }

  /** The int at the position, which stays. */
  peekI32(): number {
    this.#claim(4);
    return this.#view.getInt32(this.position);
  }

  /** A record that has no hot reader, by its layout. */
  record<T>(layout: Layout<T>): T {
    const { value, next } = layout.decode(this.#buffer, this.#place, this.position, this.end);
    this.position = next;
    return value;
  }

  // The length of a buffer or ustring, checked against what is left.
  #length(): number {
    this.#claim(4);
    const length = this.#view.getInt32(this.position);
    if (length < -1) throw this.error('length-unreasonable', 'a length of -1 (null), 0 or more', `${length}`);
    if (length > this.end - this.position - 4) throw this.#cut(length, 4);
    this.position += 4;
    return length;
  }

  #claim(count: number): void {
    if (this.end - this.position < count) throw this.#cut(count, 0);
  }

  /** A FormatError at the position. */
  error(code: string, expected: string, found: string): FormatError {
    return new FormatError({ code, file: this.#place.file, offset: this.offset, expected, found });
  }

  // Of a length or count that was just read.
  #tooLarge(expected: string, found: number): FormatError {
    this.position -= 4;
    return this.error('record-too-large', expected, `${found}`);
  }

  #cut(count: number, after: number): TruncatedError {
    return new TruncatedError({
      code: 'truncated',
      file: this.#place.file,
      offset: this.offset,
      expected: `${count} bytes`,
      found: `${this.end - this.position - after} before the end of the record`,
    });
  }
}
