// Writing a file's own bytes, in order.
import { writeSync } from 'node:fs';
import { InputError } from '../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file system takes no file that large',
  EACCES: 'permission denied',
  ENOENT: 'there is no such folder',
  EROFS: 'the file system is read-only',
  EIO: 'the device reports a write error',
};

/** An InputError for what the file system threw at a write, in words of one line. */
export function outputError(file: string, cause: unknown): InputError {
  const code = (cause as NodeJS.ErrnoException)?.code ?? '';
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new InputError(file, `cannot be written: ${reason}`, { cause });
}

/** Writes all bytes to an open file. `file` is its name, for messages. @throws InputError where it takes no more. */
export function writeFully(fd: number, file: string, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
  } catch (cause) {
    throw outputError(file, cause);
  }
}
