// A file that is only in memory, for readers: half of an input's time would go into the file system.
import type { FileBytes } from '../../src/container/file-bytes.js';
import { plainStream } from '../../src/container/open-plain.js';
import type { PlainStream } from '../../src/container/plain-stream.js';

/** The stream that readers would have of a file with these bytes. */
export function streamOf(file: string, bytes: Buffer): PlainStream {
  return plainStream(new MemoryBytes(file, bytes) as unknown as FileBytes);
}

class MemoryBytes implements Omit<FileBytes, never> {
  readonly mtimeMs = 0;
  position = 0;
  readonly file: string;
  readonly #bytes: Buffer;

  constructor(file: string, bytes: Buffer) {
    this.file = file;
    this.#bytes = bytes;
  }
  get size(): number {
    return this.#bytes.length;
  }
  read(target: Uint8Array): number {
    const read = this.readAt(target, this.position);
    this.position += read;
    return read;
  }
  readAt(target: Uint8Array, position: number): number {
    return this.#bytes.copy(target, 0, position);
  }
  seek(position: number): void {
    this.position = position;
  }
  hasChanged(): boolean {
    return false;
  }
  close(): void {}
}
