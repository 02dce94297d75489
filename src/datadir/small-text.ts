// The small text files beside the data: zoo.cfg, myid, currentEpoch, acceptedEpoch. Whatever bears such a name may be
// a pipe, a device or gigabytes of something else.
import { FileBytes } from '../container/file-bytes.js';
import { InputError } from '../errors.js';

/**
 * The text of a file; null where it has more than `most` bytes, of which no more are read.
 * @throws InputError where it cannot be read or is no regular file.
 */
export function smallText(file: string, most: number): string | null {
  const bytes = new FileBytes(file);
  try {
    if (bytes.size > most) return null;
    const target = Buffer.alloc(bytes.size);
    return target.toString('utf8', 0, bytes.read(target));
  } finally {
    bytes.close();
  }
}

/**
 * The first line of a file as BufferedReader.readLine gives it to a server, spaces included. Undefined for a file
 * without a line, null where there is no such file.
 */
export function firstLineOf(file: string): string | null | undefined {
  try {
    const text = smallText(file, 4096);
    if (text === null) return '(a large file)';
    return text === '' ? undefined : text.split(/\r\n|\r|\n/)[0]!;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** A number as Long.parseLong reads it: a sign and digits, and nothing around them; null for anything else. */
export function parseLong(text: string | undefined): bigint | null {
  if (text === undefined || !/^[+-]?\d{1,40}$/.test(text)) return null;
  const value = BigInt(text.replace('+', ''));
  return value === BigInt.asIntN(64, value) ? value : null;
}
