// The end of an uncompressed log, without reading what is before it: a server that was looked at for its newest txn
// and its tail need not have its gigabytes read.
import { ByteWindow } from '../container/byte-window.js';
import { FileBytes } from '../container/file-bytes.js';
import { plainStream } from '../container/open-plain.js';
import { firstNonZero } from '../container/zeros.js';
import { FILE_HEADER_BYTES } from '../records/file-header.js';
import type { TxnHeader } from '../records/txn-header.js';
import { findRecord } from './find-record.js';
import type { LogTail } from './log-tail.js';
import { type LogPosition, openTxnLog } from './read-log.js';

/** How a log ends. */
export interface LogEnd {
  /** Of the last sound txn; null without one. */
  readonly last: TxnHeader | null;
  readonly tail: LogTail;
}

/** Bytes before the last one that is not 0, among which a record is looked for that begins there. */
const REACH = 1024 * 1024;
const BLOCK = 256 * 1024;

/**
 * Reads the last txn of an uncompressed log and what follows it. Where the log ends torn or damaged, it is read as
 * a whole, for what looked like a record near its end may have been data.
 * @throws FormatError, InputError where it does not begin like a log.
 */
export function readLogEnd(file: string): LogEnd {
  const start = recordNearEnd(file);
  if (start !== null) {
    const { end, isSound } = readFrom(file, start);
    if (isSound && (end.tail.kind === 'clean' || end.tail.kind === 'padded')) return end;
  }
  return readFrom(file, undefined).end;
}

function readFrom(
  file: string,
  from: LogPosition | undefined,
): { readonly end: LogEnd; readonly isSound: boolean } {
  const reader = openTxnLog(file, () => {}, from);
  try {
    let last: TxnHeader | null = null;
    for (const record of reader.records()) if (last === null || record.zxid > last.zxid) last = record.header;
    return { end: { last, tail: reader.tail! }, isSound: reader.isSound };
  } finally {
    reader.close();
  }
}

/** Where a sound record begins that is among the last; null where none is found near the end. */
function recordNearEnd(file: string): LogPosition | null {
  const bytes = new FileBytes(file);
  const stream = plainStream(bytes);
  try {
    const start = endOfContent(bytes) - REACH;
    if (start <= FILE_HEADER_BYTES) return null;
    bytes.seek(start);
    const window = new ByteWindow(stream, false, start);
    return findRecord(window, { bytes: 4 * REACH }) ? { offset: window.offset, zxid: -1n } : null;
  } finally {
    stream.close();
  }
}

/** Offset after the last byte that is not 0. */
function endOfContent(bytes: FileBytes): number {
  const block = Buffer.alloc(BLOCK);
  for (let end = bytes.size; end > 0; end -= BLOCK) {
    const start = Math.max(end - BLOCK, 0);
    const length = bytes.readAt(block.subarray(0, end - start), start);
    let at = length;
    if (firstNonZero(block, 0, length) === length) continue;
    while (block[at - 1] === 0) at--;
    return start + at;
  }
  return 0;
}
