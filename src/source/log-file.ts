// One log of a history, opened when it is needed. What is wrong with it is reported, and the others go on.
import { statSync } from 'node:fs';
import { fileChanged } from '../container/file-changed.js';
import type { PlainStream } from '../container/plain-stream.js';
import { FormatError, InputError } from '../errors.js';
import { type OnProblem, type Problem, problem, problemOf } from '../problems.js';
import type { LogRecord } from '../txnlog/log-record.js';
import { type LogReader, openTxnLog } from '../txnlog/read-log.js';
import type { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/** A log file as records. */
export class LogFile {
  readonly path: string;
  /** True once damage was found that leaves txns out. */
  isDamaged = false;
  readonly #log: SourceLog;
  #reader: LogReader | null = null;

  constructor(path: string, log: SourceLog) {
    this.path = path;
    this.#log = log;
  }

  /** zxid of its first sound record; null where there is none or the file cannot be read. Reports nothing. */
  firstZxid(): bigint | null {
    try {
      const reader = openTxnLog(this.path);
      try {
        for (const { zxid } of reader.records()) return zxid;
        return null;
      } finally {
        reader.close();
      }
    } catch (error) {
      if (error instanceof FormatError || error instanceof InputError) return null;
      throw error;
    }
  }

  /** Opens the file; null where it cannot be read or is no log, which is reported. */
  open(): LogReader | null {
    try {
      this.#reader ??= openTxnLog(this.path, this.#report);
    } catch (error) {
      this.isDamaged = true;
      this.#log.report(problemOfOpening(this.path, error));
    }
    return this.#reader;
  }

  /** The sound records in the file's order, one object for all; to be read once. */
  *records(slow: SlowScan): Generator<LogRecord> {
    const reader = this.open();
    if (reader === null) return;
    const label = `reading ${this.#log.shown(this.path)}`;
    try {
      for (const record of reader.records()) {
        if ((reader.recordCount & 0xfff) === 0) slow.tick(label, reader);
        yield record;
      }
      if (!reader.isSound) this.isDamaged = true;
      this.#checkUnchanged(reader.stream);
    } catch (error) {
      this.isDamaged = true;
      this.#log.report(problemOfOpening(this.path, error));
    }
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  // One that grows under a running server is read as far as it went; of one that shrank, txns are missing.
  #checkUnchanged(stream: PlainStream): void {
    const change = fileChanged(stream);
    if (change === null) return;
    const now = statSync(this.path, { throwIfNoEntry: false })?.size;
    if (now !== undefined && now < stream.fileSize) this.isDamaged = true;
    this.#log.report(change);
  }

  readonly #report: OnProblem = (found: Problem) => {
    if (found.severity === 'error') this.isDamaged = true;
    this.#log.report(found);
  };
}

function problemOfOpening(file: string, error: unknown): Problem {
  if (error instanceof FormatError) return problemOf(error);
  if (!(error instanceof InputError)) throw error;
  return problem('file-unreadable', { file, offset: 0, expected: 'a txn log', found: error.reason });
}
