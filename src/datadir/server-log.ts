// A log as servers read it (FileTxnLog.FileTxnIterator): always raw, record after record, up to the first that is
// not whole. The reader in txnlog/ goes on where it can; this one stops where they do.
import { adler32 } from '../container/adler32.js';
import { ByteWindow } from '../container/byte-window.js';
import { FileBytes } from '../container/file-bytes.js';
import { RawStream } from '../container/raw.js';
import { firstNonZero } from '../container/zeros.js';
import type { Place } from '../jute/place.js';
import { FILE_HEADER_BYTES, TXNLOG_MAGIC } from '../records/file-header.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { END_MARK, LogRecord, RECORD_FRAME_BYTES, RECORD_HEAD_BYTES } from '../txnlog/log-record.js';

/**
 * How the header was found: `empty` and `cut` end in an EOFException, `foreign` in "invalid magic number"; all three
 * stop a server that opens the file.
 */
export type LogHeader = 'whole' | 'empty' | 'cut' | 'foreign';

/**
 * Where all servers stop reading a log. At the first five they go on with the next file: `clean` (with a record),
 * `padded` (length 0), `torn` (the file ends within a record), `mark` (a record lacks its end mark), `short` (an
 * entry ends before its fields do). At the others they stop altogether: `length` (negative), `null` (length -1),
 * `checksum`, `op` (no release reads it).
 */
export type LogEndKind =
  | 'clean'
  | 'padded'
  | 'torn'
  | 'mark'
  | 'short'
  | 'length'
  | 'null'
  | 'checksum'
  | 'op';

export interface LogEnd {
  readonly kind: LogEndKind;
  /** Offset of the record (or of what stands in its place), in bytes. */
  readonly offset: number;
  /** What should have been there, and what was; of `checksum` Adler-32 in hex, of others numbers. */
  readonly expected: string;
  readonly found: string;
  /** zxid in the entry where one can be read; null otherwise. */
  readonly zxid: bigint | null;
}

/** The length that stands at a place: servers with a lower limit stop there, whatever else is wrong. */
export interface ClaimedLength {
  readonly offset: number;
  readonly length: number;
}

/** A log as a server reads it. */
export class ServerLog {
  readonly file: string;
  readonly fileSize: number;
  readonly header: LogHeader;
  /** The magic found; 0 where the header is cut. */
  readonly magic: number = 0;
  /** Null until the records were read to their end. */
  end: LogEnd | null = null;
  /** The length of what stands at `end`; null where it has none above 0. */
  claimed: ClaimedLength | null = null;
  readonly #window: ByteWindow;
  readonly #stream: RawStream;
  readonly #record: LogRecord;

  /** @throws InputError where the file cannot be read. */
  constructor(file: string) {
    this.file = file;
    this.#stream = new RawStream(new FileBytes(file));
    this.fileSize = this.#stream.fileSize;
    const window = new ByteWindow(this.#stream, false);
    this.#window = window;
    const place: Place = {
      file,
      get base() {
        return window.base;
      },
    };
    this.#record = new LogRecord(place);
    if (!window.need(FILE_HEADER_BYTES)) {
      this.header = window.atEnd() ? 'empty' : 'cut';
      return;
    }
    this.magic = window.view.getInt32(window.position);
    this.header = this.magic === TXNLOG_MAGIC ? 'whole' : 'foreign';
    window.position += FILE_HEADER_BYTES;
  }

  /** The records up to `end`; one object serves for all. */
  *records(): Generator<LogRecord> {
    while (this.header === 'whole' && this.#next()) yield this.#record;
  }

  /** True where bytes other than zeros follow what stands at the end. Reads the file to its own. */
  hasBytesBehind(): boolean {
    const window = this.#window;
    while (!window.atEnd()) {
      window.position = firstNonZero(window.buffer, window.position, window.end);
      if (window.position < window.end) return true;
    }
    return false;
  }

  close(): void {
    this.#stream.close();
  }

  #next(): boolean {
    const window = this.#window;
    const { offset } = window;
    if (!window.need(RECORD_HEAD_BYTES)) {
      const left = window.load(RECORD_HEAD_BYTES);
      return left === 0
        ? this.#end('clean', offset, '', '')
        : this.#end('torn', offset, 'a record', `${left} bytes before the end of the file`);
    }
    const length = window.view.getInt32(window.position + 8);
    const expected = 'the length of a txn';
    if (length <= 0) {
      window.position += RECORD_HEAD_BYTES;
      if (length === 0) return this.#end('padded', offset, expected, '0');
      return this.#end(length === -1 ? 'null' : 'length', offset, expected, `${length}`);
    }
    const whole = length + RECORD_FRAME_BYTES;
    if (window.need(whole)) return this.#take(offset, whole);
    this.claimed = { offset, length };
    return this.#end('torn', offset, `a record of ${whole} bytes`, 'the end of the file before it');
  }

  // Sets the record to the next `whole` bytes, which are there.
  #take(offset: number, whole: number): boolean {
    const window = this.#window;
    const { buffer, view, position } = window;
    const record = this.#record;
    record.offset = offset;
    record.length = whole;
    record.buffer = buffer;
    record.view = view;
    record.entryStart = position + RECORD_HEAD_BYTES;
    record.entryEnd = position + whole - 1;
    record.checksum = adler32(buffer, record.entryStart, record.entryEnd);
    window.position = position + whole;
    const length = whole - RECORD_FRAME_BYTES;
    const hasMark = buffer[record.entryEnd] === END_MARK;
    const isRight = view.getBigInt64(position) === BigInt(record.checksum);
    if (hasMark && isRight && length >= TXN_HEADER_BYTES) return true;
    this.claimed = { offset, length };
    const zxid = length < TXN_HEADER_BYTES ? null : record.zxid;
    if (!hasMark) {
      return this.#end('mark', offset, "'B' (0x42) at the end", hex(buffer[record.entryEnd]!), zxid);
    }
    if (!isRight) {
      const stored = `0x${BigInt.asUintN(64, view.getBigInt64(position)).toString(16)}`;
      return this.#end('checksum', offset, `Adler-32 ${hex(record.checksum)}`, stored, zxid);
    }
    return this.#end('short', offset, `an entry of ${TXN_HEADER_BYTES} bytes or more`, `${length}`);
  }

  #end(kind: LogEndKind, offset: number, expected: string, found: string, zxid: bigint | null = null): false {
    this.end = { kind, offset, expected, found, zxid };
    return false;
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
