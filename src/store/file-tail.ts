// Knowing a file again without reading it.
import { FileBytes } from '../container/file-bytes.js';

const TAIL_BYTES = 64;

/**
 * The last 64 bytes of a file: the seals of a snapshot, the CRC of a gzip file, which sum up what is before them. Some
 * tools set times, so with the same size and time these still tell one snapshot from another.
 */
export function fileTail(path: string): Buffer {
  const bytes = new FileBytes(path);
  try {
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, bytes.size));
    const read = bytes.readAt(tail, bytes.size - tail.length);
    return tail.subarray(0, read);
  } finally {
    bytes.close();
  }
}
