// The small text files beside the data: zoo.cfg, myid, currentEpoch, acceptedEpoch. Whatever bears such a name may be
// a pipe, a device or gigabytes of something else.
import { FileBytes } from '../container/file-bytes.js';

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
