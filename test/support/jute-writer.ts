// Jute's binary encoding, written from FORMAT.md 2 and apart from src: what tests read back with zoolog's readers.

/** Text for a ustring: a string is encoded as Java's writer does, bytes are taken as they are. */
export type Text = string | Uint8Array;

/** Appends jute values; every method returns the writer. */
export class JuteWriter {
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  raw(bytes: Uint8Array): this {
    this.#parts.push(Buffer.from(bytes));
    this.#length += bytes.length;
    return this;
  }

  byte(value: number): this {
    return this.raw(Buffer.from([value & 0xff]));
  }

  bool(value: boolean): this {
    return this.byte(value ? 1 : 0);
  }

  i32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return this.raw(bytes);
  }

  i64(value: bigint): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt.asIntN(64, value));
    return this.raw(bytes);
  }

  /** A buffer; length -1 for null. */
  buffer(value: Uint8Array | null): this {
    return value === null ? this.i32(-1) : this.i32(value.length).raw(value);
  }

  /** A ustring; length -1 for null. */
  ustring(text: Text | null): this {
    return this.buffer(text === null ? null : textBytes(text));
  }

  /** A vector; count -1 for null. */
  vector<T>(elements: readonly T[] | null, write: (writer: this, element: T) => unknown): this {
    if (elements === null) return this.i32(-1);
    this.i32(elements.length);
    for (const element of elements) write(this, element);
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** What `write` appends to a new writer. */
export function jute(write: (writer: JuteWriter) => unknown): Buffer {
  const writer = new JuteWriter();
  write(writer);
  return writer.bytes();
}

export function textBytes(text: Text): Buffer {
  return typeof text === 'string' ? cesu8(text) : Buffer.from(text);
}

/**
 * Text as BinaryOutputArchive.stringToByteBuffer writes it: each UTF-16 code unit by itself, so that U+1F600
 * becomes two surrogates of three bytes.
 */
export function cesu8(text: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Buffer.from(bytes);
}

/** Adler-32 as RFC 1950 defines it, a byte at a time. */
export function plainAdler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
