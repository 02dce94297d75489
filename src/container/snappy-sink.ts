// snappy-java's stream format, see `snappy.ts`, as SnappyOutputStream writes it: blocks of 32 KiB, each by itself.
import type { FileWriter, PlainSink } from './plain-sink.js';
import { SNAPPY_MAGIC } from './snappy.js';
import { compressBlock, maxCompressed } from './snappy-compress.js';

const BLOCK_BYTES = 32 * 1024;

export class SnappySink implements PlainSink {
  readonly #write: FileWriter;
  readonly #block = Buffer.alloc(BLOCK_BYTES);
  readonly #out = Buffer.alloc(4 + maxCompressed(BLOCK_BYTES));
  #held = 0;

  constructor(write: FileWriter) {
    this.#write = write;
    const versions = Buffer.alloc(8);
    versions.writeInt32BE(1, 0);
    versions.writeInt32BE(1, 4);
    write(Buffer.concat([SNAPPY_MAGIC, versions]));
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, BLOCK_BYTES - this.#held);
      this.#block.set(bytes.subarray(at, at + count), this.#held);
      this.#held += count;
      at += count;
      if (this.#held === BLOCK_BYTES) this.#flush();
    }
  }

  end(): void {
    if (this.#held > 0) this.#flush();
  }

  #flush(): void {
    const length = compressBlock(this.#block, this.#held, this.#out, 4);
    this.#out.writeInt32BE(length, 0);
    this.#write(this.#out.subarray(0, 4 + length));
    this.#held = 0;
  }
}
