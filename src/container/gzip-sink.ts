// gzip, one member, as FileSnap writes it (`snapshot.compression.method=gz`). minizlib's, as for reading.
import { Gzip } from 'minizlib';
import type { FileWriter, PlainSink } from './plain-sink.js';

/** Deflates at zlib's usual level, as Java does. */
export class GzipSink implements PlainSink {
  readonly #gzip = new Gzip({});
  #failure: Error | null = null;

  constructor(write: FileWriter) {
    this.#gzip.on('data', write);
    this.#gzip.on('error', (error: unknown) => {
      this.#failure ??= error as Error;
    });
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#gzip.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    if (this.#failure !== null) throw this.#failure;
  }

  end(): void {
    this.#gzip.end();
    if (this.#failure !== null) throw this.#failure;
  }
}
