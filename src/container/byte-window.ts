// A sliding window over a plain stream: the bytes of one record at a time, contiguous, with the running
// Adler-32 of everything the reader has passed. Memory is the largest record plus a megabyte.
import { FormatError, TruncatedError } from '../errors.js';
import { ADLER_START, adler32 } from './adler32.js';
import type { PlainStream } from './plain-stream.js';

const CHUNK = 1024 * 1024;
const SMALLEST = 4096;

/**
 * The most bytes that are held for one record. ZooKeeper's default limit (jute.maxbuffer and its extra) is
 * 2 MiB; this leaves room for servers run with 50 times that, and bounds what a hostile length can cost.
 */
export const MAX_RECORD_BYTES = 128 * 1024 * 1024;

/** A reader's view of a stream: `buffer[position, end)` is loaded, `need` loads more. */
export class ByteWindow {
  readonly stream: PlainStream;
  buffer: Buffer;
  view: DataView;
  /** Index in `buffer` of the next byte to read; the reader moves it. */
  position = 0;
  /** Index in `buffer` after the last byte loaded. */
  end = 0;
  #base = 0;
  #sum = ADLER_START;
  #summed = 0;
  readonly #sums: boolean;
  #ended = false;
  #damage: FormatError | null = null;

  /** With `sums` false no checksum is kept; `base` is the offset at which the stream stands. */
  constructor(stream: PlainStream, sums = true, base = 0) {
    this.stream = stream;
    // A small file needs no more than it has.
    this.buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(stream.plainSize ?? CHUNK, SMALLEST)));
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
    this.#sums = sums;
    this.#base = base;
  }

  /** Offset in the plain stream of `position`, in bytes. */
  get offset(): number {
    return this.#base + this.position;
  }

  /** Offset in the plain stream of `buffer[0]`; changes only in `need`. */
  get base(): number {
    return this.#base;
  }

  /** Adler-32 of the stream's bytes before `position`. */
  checksum(): number {
    this.#sumTo(this.position);
    return this.#sum;
  }

  /**
   * Makes `count` bytes from `position` on available and returns true; false where the stream ends before.
   * May replace `buffer`, `view` and move `position`. A count above MAX_RECORD_BYTES is refused.
   * @throws FormatError for such a count, and where damaged compression ends the stream before.
   */
  need(count: number): boolean {
    if (this.end - this.position >= count) return true;
    // A raw file says how long it is, so a length that cannot be met costs neither memory nor reading.
    const { plainSize } = this.stream;
    if (plainSize !== null && this.offset + count > plainSize) return false;
    if (count > MAX_RECORD_BYTES) {
      throw new FormatError({
        code: 'record-too-large',
        file: this.stream.file,
        offset: this.offset,
        expected: `a record of at most ${MAX_RECORD_BYTES} bytes`,
        found: `${count}`,
      });
    }
    if (this.load(count) >= count) return true;
    if (this.#damage !== null) throw this.#damage;
    return false;
  }

  /**
   * Loads at least `count` bytes from `position` on, or all that are left (before damaged compression: `need`
   * tells), and returns how many are loaded. May replace `buffer`, `view` and move `position`.
   */
  load(count: number): number {
    if (this.end - this.position >= count || this.#ended) return this.end - this.position;
    this.#compact();
    // What a raw file has for sure is made room for at once.
    const { plainSize } = this.stream;
    if (plainSize !== null && this.#base + count <= plainSize) this.#growTo(Math.ceil(count / CHUNK) * CHUNK);
    while (this.end < count && !this.#ended) {
      if (this.end === this.buffer.length) this.#growTo(2 * this.end);
      const read = this.#read();
      this.end += read;
      this.#ended = read === 0;
    }
    return this.end;
  }

  /** `need` for a record that must be there. @throws TruncatedError where the stream ends first. */
  require(count: number, where: string): void {
    if (this.need(count)) return;
    throw new TruncatedError({
      code: 'truncated',
      file: this.stream.file,
      offset: this.offset,
      expected: `${count} bytes`,
      found: `${this.#left()} before the end of the file`,
      where,
    });
  }

  /** Passes over `count` bytes that need not be held; returns how many there were. */
  skip(count: number): number {
    let left = count;
    while (left > 0) {
      if (this.position === this.end && !this.need(1)) break;
      const step = Math.min(left, this.end - this.position);
      this.position += step;
      left -= step;
    }
    return count - left;
  }

  /** True where every byte of the stream has been passed. */
  atEnd(): boolean {
    return this.position === this.end && !this.need(1);
  }

  // Damage must not cost the bytes before it: it is kept until somebody needs what follows.
  #read(): number {
    try {
      return this.stream.read(this.buffer.subarray(this.end));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#damage = error;
      return 0;
    }
  }

  // Bytes from `position` to the end, once `need` has said that there are too few.
  #left(): number {
    const { plainSize } = this.stream;
    return plainSize === null || this.#ended
      ? this.end - this.position
      : Math.max(plainSize - this.offset, 0);
  }

  #compact(): void {
    if (this.position === 0) return;
    this.#sumTo(this.position);
    this.buffer.copyWithin(0, this.position, this.end);
    this.#base += this.position;
    this.end -= this.position;
    this.position = 0;
    this.#summed = 0;
  }

  // Otherwise it doubles, so that a large claim costs no more than twice what really arrives.
  #growTo(size: number): void {
    if (size <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(size);
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
    this.view = new DataView(larger.buffer, larger.byteOffset, larger.byteLength);
  }

  #sumTo(position: number): void {
    if (!this.#sums) return;
    this.#sum = adler32(this.buffer, this.#summed, position, this.#sum);
    this.#summed = position;
  }
}
