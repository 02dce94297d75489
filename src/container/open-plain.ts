// From a file name to plain bytes.
import { FileBytes } from './file-bytes.js';
import { GzipStream } from './gzip.js';
import type { PlainStream } from './plain-stream.js';
import { RawStream } from './raw.js';
import { SNAPPY_MAGIC, SnappyStream } from './snappy.js';

/**
 * Opens a file and undoes its compression, which the first bytes tell: a name can lie, and servers of 3.6 and
 * later go by the name (`SnapStream.getStreamMode`); datadir reports where the two disagree.
 * @throws InputError where the file cannot be opened; FormatError where a compressed header is damaged.
 */
export function openPlain(file: string): PlainStream {
  return plainStream(new FileBytes(file));
}

/** The same over a file that is already open; closing the stream closes the file. */
export function plainStream(bytes: FileBytes): PlainStream {
  try {
    const start = Buffer.alloc(SNAPPY_MAGIC.length);
    const got = bytes.readAt(start, 0);
    if (got >= 2 && start[0] === 0x1f && start[1] === 0x8b) return new GzipStream(bytes);
    if (got === start.length && start.equals(SNAPPY_MAGIC)) return new SnappyStream(bytes);
    return new RawStream(bytes);
  } catch (error) {
    bytes.close();
    throw error;
  }
}
