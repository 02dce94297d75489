// One record of a txn log: i64 checksum · i32 length · entry · 0x42 'B', entry = TxnHeader · body · [TxnDigest]
// (FileTxnLog.append, Util.writeTxnBytes).
import { Cursor } from '../jute/cursor.js';
import { buffer, type Layout, layout } from '../jute/layout.js';
import type { Place } from '../jute/place.js';
import { readTxnHeader, TXN_HEADER_BYTES, type TxnHeader } from '../records/txn-header.js';
import { decodeTxn, type Txn } from './txn.js';

/** Bytes of a record before its entry. */
export const RECORD_HEAD_BYTES = 12;
/** Bytes of a record around its entry. */
export const RECORD_FRAME_BYTES = RECORD_HEAD_BYTES + 1;
/** The byte that ends a record, 'B' (FileTxnLog: EOR). */
export const END_MARK = 0x42;

/** The framing of a record. */
export interface RecordFields {
  /** Adler-32 of the entry alone, zero-extended. */
  readonly checksum: bigint;
  readonly entry: Buffer | null;
  readonly endMark: number;
}

export const recordLayout: Layout<RecordFields> = layout('txn record', (p) =>
  buffer(p.int64('checksum'), 'entry').uint8('endMark'),
);

/**
 * A record in the reader's buffer, decoded when asked. Hot: one object serves the whole log, so what is wanted of
 * it must be taken before the next one is read.
 */
export class LogRecord {
  /** Offset of the record in the plain stream, in bytes. */
  offset = 0;
  /** Bytes of the whole record, frame included. */
  length = 0;
  /** The entry's Adler-32, as it stands before the entry. */
  checksum = 0;
  /** False where the checksum is wrong; such a record is only given to who asks for it. */
  isSealed = true;
  buffer: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(this.buffer.buffer);
  /** Index in `buffer` of the entry's first byte. */
  entryStart = 0;
  entryEnd = 0;
  readonly #place: Place;
  readonly #cursor: Cursor;

  constructor(place: Place) {
    this.#place = place;
    this.#cursor = new Cursor(this.buffer, place);
  }

  get zxid(): bigint {
    return this.view.getBigInt64(this.entryStart + 12);
  }

  get header(): TxnHeader {
    return readTxnHeader(this.view, this.entryStart);
  }

  /** Header, body and digest as bytes. */
  get entry(): Buffer {
    return this.buffer.subarray(this.entryStart, this.entryEnd);
  }

  /** The decoded txn; its buffers are views, to be copied where they must outlive the record. */
  get txn(): Txn {
    const start = this.entryStart + TXN_HEADER_BYTES;
    return decodeTxn(
      this.header,
      this.#cursor.reset(this.buffer, this.view, this.#place, start, this.entryEnd),
    );
  }
}
