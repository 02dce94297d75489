// Log files as lines of ndjson, half a megabyte at a time.
import { type OpQuery, opTest } from '../analysis/log-query.js';
import { partsOf } from '../analysis/op-row.js';
import type { DataMode } from '../render/bytes.js';
import { LogFile } from '../source/log-file.js';
import { SlowScan } from '../source/slow-scan.js';
import { SourceLog } from '../source/source-log.js';
import type { SourceOptions } from '../source/source-options.js';
import type { TxnRange } from '../source/sources.js';
import { isWithin } from '../source/txn-range.js';
import type { LogRecord } from '../txnlog/log-record.js';
import { txnProblems } from '../txnlog/txn-problems.js';
import { OpBytes } from './rows/op-bytes.js';
import { OpLines } from './rows/op-line.js';

/** Which lines of a file. Plain data: it is sent to threads. */
export interface LineQuery {
  readonly ops: OpQuery;
  readonly range: TxnRange;
  readonly data: DataMode;
}

/** A log file, and what it is called in lines. */
export interface NamedFile {
  readonly path: string;
  readonly shown: string;
  /** zxid of its first txn. */
  readonly first: bigint;
}

/** Some lines, and the zxids of the records read for them (also of those that no line came of). */
export interface Piece {
  readonly text: Uint8Array;
  readonly low: bigint;
  readonly high: bigint;
  readonly isAscending: boolean;
  /** More lines of the last record of the piece before. */
  readonly goesOn: boolean;
  /** Records read for them. */
  readonly records: number;
}

/** Bytes in a piece. */
const PIECE = 512 * 1024;
/** Room for the lines of one more txn. */
const MARGIN = 64 * 1024;

/**
 * Makes pieces of a file; returns whether damage left txns out. With `keep` the bytes of a piece are nobody else's,
 * otherwise they live until the next one is asked for.
 */
export function* pieces(
  file: NamedFile,
  query: LineQuery,
  options: SourceOptions,
  keep: boolean,
): Generator<Piece, boolean> {
  const log = new SourceLog(options, () => file.shown);
  // Without the advice to make an index: reading all of a file is what was asked for.
  const scan = new SlowScan(new SourceLog({ ...options, onNote: () => {} }));
  const records = new LogFile(file.path, log);
  const test = opTest(query.ops);
  const lines = new OpLines(query.data);
  const isSimple = test === null && (query.data === 'auto' || query.data === 'none');
  const fast = isSimple ? new OpBytes(file.shown, query.data === 'auto') : null;
  const text = new LineBuffer();
  let low: bigint | null = null;
  let high = 0n;
  let isAscending = true;
  let goesOn = false;
  let count = 0;
  try {
    for (const record of records.records(scan)) {
      const { zxid } = record;
      if (low === null) low = zxid;
      else if (zxid <= high) isAscending = false;
      if (zxid < low) low = zxid;
      if (zxid > high) high = zxid;
      count++;
      if (!isWithin(query.range, record)) continue;
      if (fast === null || !text.addRecord(record, fast)) {
        const { txn } = record;
        const logged = { txn, evidence: { file: file.shown, offset: record.offset, length: record.length } };
        for (const problem of txnProblems(logged)) log.report(problem);
        for (const part of partsOf(txn)) {
          if (test === null || test(txn.header, part)) text.add(lines.line(logged, part));
          // A multi can have a million lines; what is left of it is a piece by itself.
          if (text.length < PIECE) continue;
          yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
          count = 0;
          low = zxid;
          isAscending = true;
          goesOn = true;
        }
      }
      if (text.length < PIECE && !goesOn) continue;
      yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
      low = null;
      isAscending = true;
      goesOn = false;
      count = 0;
    }
    if (low !== null) yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
    return records.isDamaged;
  } finally {
    records.close();
  }
}

/**
 * Lines as bytes. Each is encoded at once: half a megabyte of strings kept alive costs more time in the garbage
 * collector than all else (170 of 700 ms for 100,000 txns).
 */
class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(PIECE + MARGIN);
  length = 0;

  add(line: string): void {
    this.#reserve(line.length < PIECE ? line.length * 3 : Buffer.byteLength(line));
    this.length += this.#bytes.write(line, this.length);
  }

  /** Adds the lines of a record; false where they are not to be had that way. */
  addRecord(record: LogRecord, fast: OpBytes): boolean {
    this.#reserve(fast.room(record));
    const end = fast.write(record, this.#bytes, this.length);
    if (end >= 0) this.length = end;
    return end >= 0;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(this.length + bytes + PIECE);
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }

  /** The bytes so far; without `keep` they are written over by the next ones. */
  take(keep: boolean): Uint8Array {
    const taken = this.#bytes.subarray(0, this.length);
    // A new buffer costs more than filling it: the system clears its pages first.
    if (keep) this.#bytes = Buffer.allocUnsafeSlow(PIECE + MARGIN);
    this.length = 0;
    return taken;
  }
}
