// Knowing a file again without reading it.
import { FileBytes } from '../container/file-bytes.js';

const TAIL_BYTES = 64;

/**
 * The last 64 bytes of a file. A snapshot ends in seals that sum up all that is before them, a gzip file in its
 * CRC, so together with the size they change when anything does.
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
