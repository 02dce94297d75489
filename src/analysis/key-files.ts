// Rows by key in temporary files, divided by a hash of the key, so that each file can be gone through by itself.
//
// In a file: i32 length of the key · key, a byte a character · row, `rowBytes` long.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RawText } from '../jute/raw-text.js';
import { makeTempFolder, type TempFolder } from '../source/temp-folder.js';

/** Bytes that are held back for each file, and read at once. */
const CHUNK = 64 * 1024;

/** Files of rows in a private folder, gone however the process ends. */
export class KeyFiles {
  /** Numbered 0 to `count` - 1; all rows of one key are in one file. */
  readonly count = 64;
  readonly #rowBytes: number;
  readonly #folder: TempFolder = makeTempFolder();
  readonly #files: number[] = [];
  readonly #buffers: Buffer[] = [];
  readonly #filled: number[] = [];

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
    for (let part = 0; part < this.count; part++) {
      this.#files.push(openSync(join(this.#folder.path, String(part)), 'wx+', 0o600));
      this.#buffers.push(Buffer.allocUnsafe(CHUNK));
      this.#filled.push(0);
    }
  }

  write(key: RawText, row: Buffer): void {
    const part = hash(key) % this.count;
    const bytes = 4 + key.length + row.length;
    if (this.#filled[part]! + bytes > CHUNK) this.#flush(part);
    let buffer = this.#buffers[part]!;
    // A key can be longer than what is held back.
    if (bytes > buffer.length) buffer = this.#buffers[part] = Buffer.allocUnsafe(bytes);
    let at = buffer.writeInt32LE(key.length, this.#filled[part]!);
    at += buffer.write(key, at, 'latin1');
    this.#filled[part] = at + row.copy(buffer, at);
  }

  /** The rows of a file in the order they were written; each row's buffer lives until the next. */
  *read(part: number): Generator<{ readonly key: RawText; readonly row: Buffer }> {
    this.#flush(part);
    let buffer = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    for (let position = 0, read = -1; read !== 0; ) {
      read = readSync(this.#files[part]!, buffer, filled, buffer.length - filled, position);
      position += read;
      filled += read;
      let at = 0;
      let wanted = 4;
      while (filled - at >= 4) {
        const length = buffer.readInt32LE(at);
        wanted = 4 + length + this.#rowBytes;
        if (filled - at < wanted) break;
        const key = buffer.toString('latin1', at + 4, at + 4 + length) as RawText;
        yield { key, row: buffer.subarray(at + 4 + length, at + wanted) };
        at += wanted;
      }
      const rest = buffer.subarray(at, filled);
      if (wanted > buffer.length) buffer = Buffer.concat([rest], 2 * wanted);
      else rest.copy(buffer);
      filled = rest.length;
    }
  }

  /** Closes and removes all files. */
  remove(): void {
    for (const file of this.#files) closeSync(file);
    this.#folder.remove();
  }

  #flush(part: number): void {
    const buffer = this.#buffers[part]!;
    const filled = this.#filled[part]!;
    for (let at = 0; at < filled; ) at += writeSync(this.#files[part]!, buffer, at, filled - at);
    this.#filled[part] = 0;
  }
}

/** FNV-1a. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
