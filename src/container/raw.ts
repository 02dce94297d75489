// An uncompressed file.
import type { FileBytes } from './file-bytes.js';
import type { PlainStream } from './plain-stream.js';

/** The bytes of an uncompressed file as they are. */
export class RawStream implements PlainStream {
  readonly codec = 'raw';
  readonly #bytes: FileBytes;

  constructor(bytes: FileBytes) {
    this.#bytes = bytes;
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
  get plainSize(): number {
    return this.#bytes.size;
  }

  read(target: Uint8Array): number {
    return this.#bytes.read(target);
  }

  hasChanged(): boolean {
    return this.#bytes.hasChanged();
  }

  close(): void {
    this.#bytes.close();
  }
}
