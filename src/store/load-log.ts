// A txn log into the index: a txn once per cluster, an op a row, a record a copy.
import type { OnProblem } from '../problems.js';
import type { LogReader } from '../txnlog/read-log.js';
import { txnProblems } from '../txnlog/txn-problems.js';
import type { Database } from './database.js';
import { LogRanges } from './log-ranges.js';
import type { TxnTable } from './txn-table.js';

/** What is written beside the rows. */
export interface LogTarget {
  readonly database: Database;
  readonly txns: TxnTable;
  readonly logId: number;
  readonly onProblem: OnProblem;
  /** Called now and then with the bytes read of the file. */
  readonly onProgress: (fileBytesRead: number) => void;
}

/** Where reading ended: the last sound record. */
export interface LastRecord {
  readonly offset: number;
  readonly checksum: number;
}

const PROGRESS_EVERY = 4096;

/** Reads the records into the index; the log row itself is the caller's. Null where there was no record. */
export function loadLog(reader: LogReader, target: LogTarget): LastRecord | null {
  const { database, txns, logId, onProblem, onProgress } = target;
  const insertRecord = database.prepare('INSERT INTO record VALUES (?, ?, ?, ?)');
  const ranges = new LogRanges(database, logId);
  let last: LastRecord | null = null;
  for (const record of reader.records()) {
    const { txn } = record;
    const { file } = reader.stream;
    const { offset, length } = record;
    for (const found of txnProblems({ txn, evidence: { file, offset, length } })) onProblem(found);
    insertRecord.run(txns.idOf(txn, record.entry), logId, record.offset, record.length);
    ranges.note(record.zxid);
    last = { offset: record.offset, checksum: record.checksum };
    if (reader.recordCount % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  ranges.finish();
  return last;
}
