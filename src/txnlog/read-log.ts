// Reading a txn log from front to back (FileTxnLog.FileTxnIterator): FileHeader, records, and a tail.
//
// A record whose checksum is wrong is reported and left out. Where the framing itself is broken, the next record
// whose checksum is right is searched for. Servers do neither: they stop, or take the place for the end.
import { adler32 } from '../container/adler32.js';
import { ByteWindow, MAX_RECORD_BYTES } from '../container/byte-window.js';
import { FileBytes } from '../container/file-bytes.js';
import { plainStream } from '../container/open-plain.js';
import type { PlainStream } from '../container/plain-stream.js';
import { firstNonZero } from '../container/zeros.js';
import { FormatError } from '../errors.js';
import type { Place } from '../jute/place.js';
import { type OnProblem, type ProblemCode, problem, problemOf } from '../problems.js';
import {
  FILE_HEADER_BYTES,
  FILE_VERSION,
  type FileHeader,
  fileHeaderLayout,
  TXNLOG_MAGIC,
} from '../records/file-header.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import { findRecord, type SearchBudget, searchBudget } from './find-record.js';
import { gapProblem } from './log-gap.js';
import { END_MARK, LogRecord, RECORD_FRAME_BYTES, RECORD_HEAD_BYTES } from './log-record.js';
import type { LogTail, TailKind } from './log-tail.js';

/** A place in a log from which reading can go on: after a record that was sound. */
export interface LogPosition {
  /** Offset after the record, in bytes. */
  readonly offset: number;
  /** The record's zxid. */
  readonly zxid: bigint;
}

/** Opens a txn log; its name does not matter. With `from`, reading goes on there (uncompressed logs only). */
export function openTxnLog(file: string, onProblem: OnProblem = () => {}, from?: LogPosition): LogReader {
  const bytes = new FileBytes(file);
  const stream = plainStream(bytes);
  try {
    const reader = new LogReader(stream, onProblem, from);
    if (from !== undefined) bytes.seek(from.offset);
    return reader;
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** A txn log as a stream of records. */
export class LogReader {
  readonly stream: PlainStream;
  readonly header: FileHeader;
  /** Sound records read so far. */
  recordCount = 0;
  /** zxid of the first sound record, null before there is one. */
  firstZxid: bigint | null = null;
  /** Highest zxid of a sound record. */
  lastZxid: bigint | null = null;
  /** Records left out, or stretches skipped, because of damage. */
  skipped = 0;
  /** Null until the records have been read to their end. */
  tail: LogTail | null = null;
  /** Give records whose checksum alone is wrong, too, marked as such; they are reported and count as skipped (default false). */
  givesUnsealed = false;
  #window: ByteWindow;
  /** `skipped` at the last record. */
  #skippedBefore = 0;
  readonly #place: Place;
  readonly #onProblem: OnProblem;
  readonly #record: LogRecord;
  readonly #searchBudget: SearchBudget;

  /**
   * @throws FormatError where the stream does not begin like a log: code `file-empty` for no bytes,
   * `log-header-cut` for a cut header, `file-foreign` for another magic.
   */
  constructor(stream: PlainStream, onProblem: OnProblem = () => {}, from?: LogPosition) {
    this.stream = stream;
    this.#onProblem = onProblem;
    this.#window = new ByteWindow(stream, false);
    const place = () => this.#window.base;
    this.#place = {
      file: stream.file,
      get base() {
        return place();
      },
    };
    this.#record = new LogRecord(this.#place);
    this.#searchBudget = searchBudget(stream.fileSize);
    this.header = this.#readHeader();
    if (from === undefined) return;
    this.#window = new ByteWindow(stream, false, from.offset);
    this.lastZxid = from.zxid;
  }

  /** True where nothing was left out and the tail is not corrupt; only meaningful once the records are read. */
  get isSound(): boolean {
    return this.skipped === 0 && this.tail !== null && this.tail.kind !== 'corrupt';
  }

  /** Bytes of the file (compressed where it is) read so far. */
  get fileBytesRead(): number {
    return this.stream.fileBytesRead;
  }

  /**
   * The sound records in the file's order. One object is used for all: take what is needed of it before asking
   * for the next. At the end `tail` is set.
   */
  *records(): Generator<LogRecord> {
    const record = this.#record;
    while (this.tail === null) {
      if (this.#next()) {
        if (record.isSealed) this.#note(record);
        yield record;
      }
    }
  }

  close(): void {
    this.stream.close();
  }

  #readHeader(): FileHeader {
    const window = this.#window;
    if (window.atEnd()) throw this.#error('file-empty', 'a txn log', 'no bytes');
    if (!window.need(FILE_HEADER_BYTES)) {
      throw this.#error(
        'log-header-cut',
        `${FILE_HEADER_BYTES} bytes of header`,
        `${window.load(FILE_HEADER_BYTES)} bytes`,
      );
    }
    const { value } = fileHeaderLayout.decode(window.buffer, this.#place, window.position);
    if (value.magic !== TXNLOG_MAGIC) {
      const found = (value.magic >>> 0).toString(16).padStart(8, '0');
      throw this.#error('file-foreign', 'magic 5a4b4c47 (ZKLG)', found);
    }
    window.position += FILE_HEADER_BYTES;
    if (value.version !== FILE_VERSION) {
      this.#report('file-format-version', 4, `version ${FILE_VERSION}`, String(value.version));
    }
    return value;
  }

  /** Reads the next record into `#record`; false where there was none to read or `tail` is set. */
  #next(): boolean {
    const window = this.#window;
    const { offset } = window;
    try {
      return this.#readRecord();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // Damaged compression: nothing behind it can be had.
      this.#onProblem(problemOf(error));
      window.position = window.end;
      this.tail = { kind: 'corrupt', offset, bytes: window.offset - offset };
      return false;
    }
  }

  #readRecord(): boolean {
    const window = this.#window;
    if (window.end - window.position < RECORD_HEAD_BYTES && !window.need(RECORD_HEAD_BYTES)) {
      return this.#endOfFile();
    }
    const { view, position } = window;
    const length = view.getInt32(position + 8);
    if (length === 0) {
      // Padding has no checksum either; a record that has one was torn here, or its length is damaged.
      return view.getBigInt64(position) === 0n
        ? this.#endOfPadding()
        : this.#resync('log-torn', 8, 'the length of a txn', '0');
    }
    const whole = length + RECORD_FRAME_BYTES;
    if (length < TXN_HEADER_BYTES || whole > MAX_RECORD_BYTES) {
      const most = MAX_RECORD_BYTES - RECORD_FRAME_BYTES;
      return this.#resync('log-length', 8, `a length of ${TXN_HEADER_BYTES} to ${most}`, String(length));
    }
    if (window.end - window.position < whole && !window.need(whole)) {
      return this.#resync('log-torn', 0, `a record of ${whole} bytes`, 'the end of the file before it');
    }
    const start = window.position;
    const entryStart = start + RECORD_HEAD_BYTES;
    const entryEnd = entryStart + length;
    const endMark = window.buffer[entryEnd]!;
    if (endMark !== END_MARK) {
      return this.#resync(
        'log-end-mark',
        RECORD_HEAD_BYTES + length,
        `end mark 0x42`,
        `0x${endMark.toString(16)}`,
      );
    }
    const checksum = window.view.getUint32(start + 4);
    const sum = adler32(window.buffer, entryStart, entryEnd);
    const isSealed = sum === checksum && window.view.getInt32(start) === 0;
    if (!isSealed) {
      const found = window.view.getBigInt64(start);
      this.#report('log-checksum', window.offset, `Adler-32 ${formatHex(BigInt(sum))}`, formatHex(found));
      this.skipped++;
      if (!this.givesUnsealed) {
        window.position = start + whole;
        return false;
      }
    }
    const record = this.#record;
    record.isSealed = isSealed;
    record.offset = window.base + start;
    record.length = whole;
    record.checksum = checksum;
    record.buffer = window.buffer;
    record.view = window.view;
    record.entryStart = entryStart;
    record.entryEnd = entryEnd;
    window.position = start + whole;
    return true;
  }

  #note(record: LogRecord): void {
    const { zxid } = record;
    this.recordCount++;
    this.firstZxid ??= zxid;
    if (this.lastZxid !== null && zxid <= this.lastZxid) {
      const expected = `a zxid above ${formatZxid(this.lastZxid)}`;
      this.#report('log-zxid-order', record.offset, expected, formatZxid(zxid));
      return;
    }
    // What was left out because of damage has been reported as that.
    const gap =
      this.skipped === this.#skippedBefore
        ? gapProblem(this.lastZxid, zxid, { file: this.stream.file, offset: record.offset })
        : null;
    if (gap !== null) this.#onProblem(gap);
    this.#skippedBefore = this.skipped;
    this.lastZxid = zxid;
  }

  // Fewer bytes than a record's head are left.
  #endOfFile(): false {
    const window = this.#window;
    const left = window.load(RECORD_HEAD_BYTES);
    if (left === 0) this.#end('clean');
    else if (firstNonZero(window.buffer, window.position, window.end) === window.end) this.#end('padded');
    else this.#endTorn(`a record`, `${left} bytes before the end of the file`);
    return false;
  }

  // Length 0: servers end the file here. What follows should be zeros.
  #endOfPadding(): false {
    const window = this.#window;
    const { offset } = window;
    while (!window.atEnd()) {
      window.position = firstNonZero(window.buffer, window.position, window.end);
      if (window.position === window.end) continue;
      this.#report('log-after-padding', window.offset, 'zeros to the end of the file', 'other bytes');
      break;
    }
    this.#end('padded', offset);
    return false;
  }

  #endTorn(expected: string, found: string): void {
    this.#report('log-torn', this.#window.offset, expected, found);
    this.#end('torn');
  }

  /**
   * The framing is broken at the position: searches for the next sound record and goes on there. Without one the
   * log ends, torn where a server would take it for the end of the file, else corrupt.
   */
  #resync(
    code: 'log-length' | 'log-torn' | 'log-end-mark',
    at: number,
    expected: string,
    found: string,
  ): boolean {
    const window = this.#window;
    const { offset } = window;
    if (!findRecord(window, this.#searchBudget)) {
      if (code === 'log-length') {
        this.#report('log-length', offset + at, expected, found);
        this.#end('corrupt', offset);
      } else {
        this.#report('log-torn', offset + at, expected, found);
        this.#end('torn', offset);
      }
      return false;
    }
    this.skipped++;
    this.#report(code === 'log-torn' ? 'log-length' : code, offset + at, expected, found);
    this.#report('log-gap-skipped', offset, 'a sound record', `the next one at byte ${window.offset}`);
    return false;
  }

  #end(kind: TailKind, offset = this.#window.offset): void {
    this.#window.skip(Number.MAX_SAFE_INTEGER);
    this.tail = { kind, offset, bytes: this.#window.offset - offset };
  }

  #error(code: ProblemCode, expected: string, found: string): FormatError {
    return new FormatError({ code, file: this.stream.file, offset: this.#window.offset, expected, found });
  }

  #report(code: ProblemCode, offset: number, expected: string, found: string): void {
    this.#onProblem(problem(code, { file: this.stream.file, offset, expected, found }));
  }
}
