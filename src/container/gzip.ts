// gzip, as FileSnap writes it since 3.6 (`snapshot.compression.method=gz`) and as operators compress logs.
//
// Node has no public synchronous streaming gunzip. minizlib (npm's own, part of tar) has one; it replaces the
// worker thread with a shared ring that was planned, at the same speed on one core and a tenth of the code.
import { Gunzip } from 'minizlib';
import { FormatError } from '../errors.js';
import type { FileBytes } from './file-bytes.js';
import type { PlainStream } from './plain-stream.js';

// One input chunk is inflated at once, and deflate expands at most 1032 times: this bounds memory to 17 MB
// whatever a hostile file claims.
const INPUT_CHUNK = 16 * 1024;

/** The plain bytes of a gzip file of one or more members. */
export class GzipStream implements PlainStream {
  readonly codec = 'gzip';
  readonly plainSize = null;
  readonly #bytes: FileBytes;
  readonly #input = Buffer.allocUnsafe(INPUT_CHUNK);
  readonly #gunzip = new Gunzip({});
  readonly #ready: Buffer[] = [];
  #readyOffset = 0;
  #delivered = 0;
  #inflated = 0;
  #ended = false;
  #failure: Error | null = null;
  /** Offset in the file behind the byte at which zlib found the damage. */
  #damagedAt = 0;

  constructor(bytes: FileBytes) {
    this.#bytes = bytes;
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#inflated += chunk.length;
      this.#ready.push(chunk);
    });
    this.#gunzip.on('error', (error: unknown) => {
      this.#failure ??= error as Error;
    });
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
    while (this.#ready.length === 0 && !this.#ended && this.#failure === null) this.#inflate();
    const chunk = this.#ready[0];
    if (chunk === undefined) {
      if (this.#failure !== null) throw this.#damage(this.#failure);
      return 0;
    }
    const count = Math.min(target.length, chunk.length - this.#readyOffset);
    chunk.copy(target, 0, this.#readyOffset, this.#readyOffset + count);
    this.#readyOffset += count;
    if (this.#readyOffset === chunk.length) {
      this.#ready.shift();
      this.#readyOffset = 0;
    }
    this.#delivered += count;
    return count;
  }

  hasChanged(): boolean {
    return this.#bytes.hasChanged();
  }

  close(): void {
    this.#gunzip.close();
    this.#bytes.close();
  }

  #inflate(): void {
    const start = this.#bytes.position;
    const count = this.#bytes.read(this.#input);
    if (count > 0) {
      this.#gunzip.write(this.#input.subarray(0, count));
      if (this.#failure !== null) this.#salvage(start, start + count);
      return;
    }
    this.#ended = true;
    this.#gunzip.end();
  }

  // zlib gives back nothing of a chunk in which it finds damage, be it in the last byte. So the file is inflated
  // again up to that chunk, and the chunk a byte at a time: what stands before the damage is had.
  #salvage(chunkStart: number, chunkEnd: number): void {
    const gunzip = new Gunzip({});
    let known = this.#inflated;
    let isSound = true;
    gunzip.on('data', (plain: Buffer) => {
      if (plain.length > known) this.#ready.push(plain.subarray(known));
      known = Math.max(known - plain.length, 0);
    });
    gunzip.on('error', () => {
      isSound = false;
    });
    for (let at = 0; at < chunkStart; ) {
      const input = this.#input.subarray(0, Math.min(INPUT_CHUNK, chunkStart - at));
      this.#bytes.readAt(input, at);
      gunzip.write(input);
      at += input.length;
    }
    const chunk = this.#input.subarray(0, chunkEnd - chunkStart);
    this.#bytes.readAt(chunk, chunkStart);
    for (let i = 0; i < chunk.length && isSound; i++) {
      gunzip.write(chunk.subarray(i, i + 1));
      this.#damagedAt = chunkStart + i + 1;
    }
    gunzip.close();
  }

  #damage(cause: Error): FormatError {
    const isShort = (cause as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
    return new FormatError({
      code: isShort ? 'compressed-cut' : 'compressed-damaged',
      file: this.file,
      offset: this.#delivered,
      expected: isShort ? 'more gzip data' : 'sound gzip data',
      found: isShort
        ? `the end of the file after ${this.fileSize} compressed bytes`
        : `${cause.message.replace(/^zlib: /, '')} before byte ${this.#damagedAt} of the file`,
      where: 'gzip',
      cause,
    });
  }
}
