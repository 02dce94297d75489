// Reading a file's own bytes, in order, never writing.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory, expected a file',
  EIO: 'the device reports a read error',
};

/** An InputError for what the file system threw, in words of one line. */
export function inputError(file: string, cause: unknown): InputError {
  const code = (cause as NodeJS.ErrnoException)?.code ?? '';
  return new InputError(file, REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause)), {
    cause,
  });
}

// Opening a named pipe waits for somebody to write to it; with O_NONBLOCK it is found to be none of ours at once.
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** An open file, read from the front (`read`) or at a place (`readAt`). */
export class FileBytes {
  readonly file: string;
  /** Bytes when it was opened. */
  readonly size: number;
  /** Modification time when it was opened, in milliseconds (with a fraction). */
  readonly mtimeMs: number;
  #fd: number;
  #position = 0;

  /** @throws InputError where there is no such file, or it may not be read, or is not a regular file. */
  constructor(file: string) {
    this.file = file;
    try {
      this.#fd = openSync(file, READ_ONLY);
    } catch (cause) {
      throw inputError(file, cause);
    }
    const stat = fstatSync(this.#fd);
    this.size = stat.size;
    this.mtimeMs = stat.mtimeMs;
    if (!stat.isFile()) {
      this.close();
      throw new InputError(
        file,
        stat.isDirectory() ? 'is a directory, expected a file' : 'is not a regular file',
      );
    }
  }

  /** Bytes read with `read` so far. */
  get position(): number {
    return this.#position;
  }

  /** Fills `target` with the next bytes as far as there are any; returns how many, 0 at the end. */
  read(target: Uint8Array): number {
    const read = this.readAt(target, this.#position);
    this.#position += read;
    return read;
  }

  /** Fills `target` with the bytes at `position`; returns how many there were. */
  readAt(target: Uint8Array, position: number): number {
    let filled = 0;
    try {
      while (filled < target.length) {
        const read = readSync(this.#fd, target, filled, target.length - filled, position + filled);
        if (read === 0) break;
        filled += read;
      }
    } catch (cause) {
      throw inputError(this.file, cause);
    }
    return filled;
  }

  /** Continues `read` at `position`. */
  seek(position: number): void {
    this.#position = position;
  }

  /** True where size or modification time are no longer those of the moment of opening. */
  hasChanged(): boolean {
    const now = fstatSync(this.#fd);
    return now.size !== this.size || now.mtimeMs !== this.mtimeMs;
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }
}
