// A txn log into the index: a txn once per cluster, an op a row, a record a copy.
import { type OnProblem, problem } from '../problems.js';
import type { LogReader } from '../txnlog/read-log.js';
import type { Txn } from '../txnlog/txn.js';
import type { Database } from './database.js';
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
  let last: LastRecord | null = null;
  for (const record of reader.records()) {
    const { txn } = record;
    reportOddities(txn, reader.stream.file, record.offset, onProblem);
    insertRecord.run(txns.idOf(txn, record.entry), logId, record.offset, record.length);
    last = { offset: record.offset, checksum: record.checksum };
    if (reader.recordCount % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  return last;
}

/** Reports what is strange about a txn whose checksum is right. */
export function reportOddities(txn: Txn, file: string, offset: number, onProblem: OnProblem): void {
  const { op, trailingBytes } = txn;
  for (const part of op.op === 'multi' ? op.ops : [op]) {
    if (part.op !== 'unknown') continue;
    const { expected, found, offset: at } = part.error;
    onProblem(problem('op-unknown', { file, offset: at, expected, found, where: `txn at byte ${offset}` }));
  }
  if (trailingBytes === 0) return;
  const found = `${trailingBytes} bytes more`;
  onProblem(problem('txn-trailing-bytes', { file, offset, expected: 'the end of the txn', found }));
}
