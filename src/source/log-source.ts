// The history in one log file, or in all logs of a directory.
import { basename } from 'node:path';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { parseFileName } from '../datadir/file-name.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { noteLogDir } from './log-dir-note.js';
import { LogFile } from './log-file.js';
import { type MergedRecord, mergeLogs } from './merge-logs.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';
import type { TxnRange, TxnSource } from './sources.js';
import { isWithin } from './txn-range.js';

/** A TxnSource over log files. */
export class LogSource implements TxnSource {
  readonly name: string;
  isComplete = true;
  readonly #files: readonly string[];
  readonly #log: SourceLog;
  readonly #release: () => void;

  constructor(name: string, files: readonly string[], log: SourceLog, release: () => void = () => {}) {
    this.name = name;
    this.#files = files;
    this.#log = log;
    this.#release = release;
  }

  get problems(): readonly Problem[] {
    return this.#log.problems;
  }

  *txns(range: TxnRange = {}): Generator<LoggedTxn> {
    for (const { file, record } of this.records(range.toZxid)) {
      if (!isWithin(range, record)) continue;
      const { offset, length, txn } = record;
      yield { txn, evidence: { file: this.#log.shown(file), offset, length } };
    }
  }

  /** The records in the order of their zxids, from files that begin up to `toZxid`; each valid until the next. */
  *records(toZxid: Zxid | null = null): Generator<MergedRecord> {
    const logs = this.#files.map((file) => new LogFile(file, this.#log));
    try {
      yield* mergeLogs(logs, toZxid, new SlowScan(this.#log), this.#log);
    } finally {
      for (const log of logs) {
        this.isComplete &&= !log.isDamaged;
        log.close();
      }
    }
  }

  close(): void {
    this.#release();
  }
}

/** The history in a directory's logs. Files that are named as logs and are none are reported. */
export function openDirectoryTxns(
  dir: DataDir,
  name: string,
  log: SourceLog,
  release: () => void,
): LogSource {
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, name, log);
  const { logs, areAll } = readableLogs(dir);
  const files = logs.map((file) => file.path);
  const source = new LogSource(name, files, log, release);
  source.isComplete = areAll;
  return source;
}

/** The files of a directory that begin as logs, and whether these are all that are named as logs. */
export function readableLogs(dir: DataDir): { readonly logs: readonly DataFile[]; readonly areAll: boolean } {
  const logs = dir.logs.filter((file) => file.content === 'log');
  const isUnreadable = dir.problems.some(
    ({ code, file }) => code === 'file-unreadable' && parseFileName(basename(file))?.kind === 'log',
  );
  return { logs, areAll: logs.length === dir.logs.length && !isUnreadable };
}
