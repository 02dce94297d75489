// Going on in a log that was read before.
//
// Servers only append to a log, or cut it and append. So where its last sound record still stands, what is before it
// is taken to be unchanged without reading it: an edit in the middle of a log goes unnoticed until it is indexed anew.
import { adler32 } from '../container/adler32.js';
import { FileBytes } from '../container/file-bytes.js';
import type { DataFile } from '../datadir/data-dir.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { RECORD_FRAME_BYTES, RECORD_HEAD_BYTES } from '../txnlog/log-record.js';
import type { LogPosition } from '../txnlog/read-log.js';

/** A log's row from an earlier run. */
export interface KnownLog {
  readonly first_zxid: bigint | null;
  readonly last_zxid: bigint | null;
  readonly txns: bigint;
  readonly skipped: bigint;
  readonly tail_offset: bigint;
  readonly last_offset: bigint | null;
  readonly last_checksum: bigint | null;
}

/** Where to go on; null where the log must be read from its start. */
export function resumeAt(file: DataFile, log: KnownLog): LogPosition | null {
  const { last_offset, last_zxid, tail_offset } = log;
  if (file.codec !== 'raw' || file.content !== 'log') return null;
  if (last_offset === null || last_zxid === null || BigInt(file.size) < tail_offset) return null;
  const bytes = new FileBytes(file.path);
  try {
    const record = Buffer.alloc(Number(tail_offset - last_offset));
    if (bytes.readAt(record, Number(last_offset)) < record.length || !isRecord(record, log)) return null;
    return { offset: Number(tail_offset), zxid: last_zxid };
  } finally {
    bytes.close();
  }
}

// The same sound record as before: its checksum, which is right, and its zxid.
function isRecord(record: Buffer, { last_checksum, last_zxid }: KnownLog): boolean {
  if (record.length < RECORD_FRAME_BYTES + TXN_HEADER_BYTES) return false;
  const [start, end] = [RECORD_HEAD_BYTES, record.length - 1];
  const isSame =
    record.readBigInt64BE(0) === last_checksum && record.readBigInt64BE(start + 12) === last_zxid;
  return isSame && BigInt(adler32(record, start, end)) === last_checksum;
}
