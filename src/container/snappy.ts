// snappy-java's stream format (SnappyOutputStream), as FileSnap writes it since 3.6 with
// `snapshot.compression.method=snappy`. Not the official snappy framing format.
//
//   82 'SNAPPY' 00   magic, 8 bytes
//   i32 version, i32 lowest compatible version
//   repeat to the end of the file: i32 length, one raw snappy block of that length
//
// A block that starts with the magic's first four bytes where its length should be is a new header
// (concatenated streams).
import { FormatError, TruncatedError } from '../errors.js';
import type { FileBytes } from './file-bytes.js';
import type { PlainStream } from './plain-stream.js';
import { decodeElements, readPlainLength } from './snappy-block.js';

/** The first bytes of a snappy-java stream. */
export const SNAPPY_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = 16;
// snappy-java writes blocks of 32 KiB and its block size is configurable up to 512 MiB; we stop far earlier,
// since a block is held whole. A raw block never exceeds its plain size by more than a sixth and 32 bytes.
const MAX_BLOCK_PLAIN = 64 * 1024 * 1024;
const MAX_BLOCK = MAX_BLOCK_PLAIN + MAX_BLOCK_PLAIN / 6 + 32;
// The densest snappy element is a copy of 64 bytes written in three.
const MAX_EXPANSION = 64 / 3;

/** The plain bytes of a snappy-java stream. */
export class SnappyStream implements PlainStream {
  readonly codec = 'snappy';
  readonly plainSize = null;
  readonly #bytes: FileBytes;
  readonly #lengthBytes = Buffer.alloc(4);
  #block: Uint8Array = new Uint8Array(0);
  #blockOffset = 0;
  #delivered = 0;

  /** @throws FormatError where the 16 byte header is not one. */
  constructor(bytes: FileBytes) {
    this.#bytes = bytes;
    const start = Buffer.alloc(4);
    this.#fill(start, 'stream header');
    this.#readHeader(start);
  }

  get file(): string {
    return this.#bytes.file;
  }
  get fileSize(): number {
    return this.#bytes.size;
  }
  get fileBytesRead(): number {
    return this.#bytes.position;
  }

  read(target: Uint8Array): number {
    while (this.#blockOffset === this.#block.length) {
      if (!this.#nextBlock()) return 0;
    }
    const count = Math.min(target.length, this.#block.length - this.#blockOffset);
    target.set(this.#block.subarray(this.#blockOffset, this.#blockOffset + count));
    this.#blockOffset += count;
    this.#delivered += count;
    return count;
  }

  hasChanged(): boolean {
    return this.#bytes.hasChanged();
  }

  close(): void {
    this.#bytes.close();
  }

  /** Decodes the next block; false at the end of the file. */
  #nextBlock(): boolean {
    const at = this.#bytes.position;
    const got = this.#bytes.read(this.#lengthBytes);
    if (got === 0) return false;
    if (got < 4) throw this.#cut(at, 'block length');
    if (this.#lengthBytes.equals(SNAPPY_MAGIC.subarray(0, 4))) {
      this.#readHeader(this.#lengthBytes);
      return true;
    }
    const length = this.#lengthBytes.readInt32BE(0);
    const left = this.fileSize - this.#bytes.position;
    if (length < 1 || length > MAX_BLOCK) {
      throw this.#damage(at, `a block length of 1 to ${MAX_BLOCK}`, `${length}`);
    }
    if (length > left) throw this.#cut(at, `block of ${length} bytes`);
    const raw = Buffer.allocUnsafe(length);
    this.#fill(raw, `block of ${length} bytes`);
    const start = readPlainLength(raw);
    const plainLength = start?.plainLength ?? -1;
    if (start === null || plainLength > MAX_BLOCK_PLAIN || plainLength > length * MAX_EXPANSION) {
      throw this.#damage(at, `a plain length that ${length} bytes of snappy can hold`, `${plainLength}`);
    }
    const plain = new Uint8Array(plainLength);
    const fault = decodeElements(raw, start.next, plain);
    if (fault !== null) throw this.#damage(at, 'a sound snappy block', fault);
    this.#block = plain;
    this.#blockOffset = 0;
    return true;
  }

  /** Reads the rest of a stream header whose first four bytes are `start`. */
  #readHeader(start: Buffer): void {
    const at = this.#bytes.position - start.length;
    const header = Buffer.alloc(HEADER_BYTES);
    start.copy(header);
    const rest = header.subarray(start.length);
    if (this.#bytes.read(rest) < rest.length) throw this.#cut(at, 'stream header');
    if (!header.subarray(0, 8).equals(SNAPPY_MAGIC)) {
      throw this.#damage(at, `magic ${SNAPPY_MAGIC.toString('hex')}`, header.subarray(0, 8).toString('hex'));
    }
    const version = header.readInt32BE(8);
    if (version < 1) throw this.#damage(at + 8, 'snappy-java stream version 1', `${version}`);
  }

  #fill(target: Uint8Array, what: string): void {
    const at = this.#bytes.position;
    if (this.#bytes.read(target) < target.length) throw this.#cut(at, what);
  }

  #cut(fileOffset: number, what: string): TruncatedError {
    return new TruncatedError({
      code: 'compressed-cut',
      file: this.file,
      offset: this.#delivered,
      expected: `${what} at byte ${fileOffset} of the compressed file`,
      found: `the end of the file at byte ${this.fileSize}`,
      where: 'snappy',
    });
  }

  #damage(fileOffset: number, expected: string, found: string): FormatError {
    return new FormatError({
      code: 'compressed-damaged',
      file: this.file,
      offset: this.#delivered,
      expected: `${expected} at byte ${fileOffset} of the compressed file`,
      found,
      where: 'snappy',
    });
  }
}
