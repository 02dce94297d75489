// What a file is by its content.

import { openPlain } from '../container/open-plain.js';
import type { Codec, PlainStream } from '../container/plain-stream.js';
import { firstNonZero } from '../container/zeros.js';
import { FormatError } from '../errors.js';
import { SNAP_MAGIC, TXNLOG_MAGIC } from '../records/file-header.js';

/** `version-1` is the format of ZooKeeper before 3.0, `unknown` anything else that is not ours. */
export type Content = 'snapshot' | 'log' | 'version-1' | 'empty' | 'unknown';

export interface Identity {
  readonly codec: Codec;
  readonly content: Content;
}

/** Looks at the first bytes of a file. @throws InputError where it cannot be read. */
export function identify(file: string): Identity {
  let stream: PlainStream;
  try {
    stream = openPlain(file);
  } catch (error) {
    // A file that begins like a snappy stream and is damaged in its header.
    if (error instanceof FormatError) return { codec: 'snappy', content: 'unknown' };
    throw error;
  }
  try {
    const start = Buffer.alloc(4096);
    const length = readUpTo(stream, start);
    // Compression that is damaged from the start on gives no bytes either.
    const content = length === 0 && stream.fileSize > 0 ? 'unknown' : contentOf(start.subarray(0, length));
    return { codec: stream.codec, content };
  } finally {
    stream.close();
  }
}

function readUpTo(stream: PlainStream, target: Buffer): number {
  let length = 0;
  try {
    while (length < target.length) {
      const read = stream.read(target.subarray(length));
      if (read === 0) break;
      length += read;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return length;
}

function contentOf(start: Buffer): Content {
  if (start.length === 0) return 'empty';
  if (start.length < 4) return 'unknown';
  const magic = start.readInt32BE(0);
  if (magic === SNAP_MAGIC) return 'snapshot';
  if (magic === TXNLOG_MAGIC) return 'log';
  return isVersion1(start) ? 'version-1' : 'unknown';
}

// Before 3.0 a log began with its first record, i32 length · header · 'B', and a snapshot with its session count
// and sessions (server id << 56 | ms << 16, timeout).
function isVersion1(start: Buffer): boolean {
  // Nothing but zeros is what a lost block leaves.
  if (firstNonZero(start, 0, start.length) === start.length) return false;
  const length = start.readInt32BE(0);
  if (length >= 28 && length + 5 <= start.length && start[4 + length] === 0x42) return true;
  if (length === 0) return start.length >= 12 && start.readInt32BE(4) === 0 && start.readInt32BE(8) === 0;
  if (length < 0 || start.length < 4 + 12) return false;
  const [server, timeout] = [start[4]!, start.readInt32BE(12)];
  return length < 100_000 && server < 255 && timeout >= 100 && timeout <= 3_600_000;
}
