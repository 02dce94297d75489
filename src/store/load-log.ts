// A txn log into the index: a txn once per cluster, an op a row, a record a copy.
import { type OnProblem, problem } from '../problems.js';
import type { Op } from '../records/op.js';
import { type OpName, opName } from '../records/op-code.js';
import type { LogReader } from '../txnlog/read-log.js';
import type { Txn } from '../txnlog/txn.js';
import type { AclTable } from './acl-table.js';
import type { Database, Statement } from './database.js';
import { fingerprint } from './fingerprint.js';
import { type PathTable, ROOT_ID } from './path-table.js';

/** What is written beside the rows. */
export interface LogTarget {
  readonly database: Database;
  readonly paths: PathTable;
  readonly acls: AclTable;
  readonly clusterId: number;
  readonly logId: number;
  /** Leave the data out. */
  readonly withoutData: boolean;
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
  const { database, logId, onProblem, onProgress } = target;
  const insertRecord = database.prepare('INSERT INTO record VALUES (?, ?, ?, ?)');
  const txns = new TxnTable(target);
  let last: LastRecord | null = null;
  for (const record of reader.records()) {
    const { txn } = record;
    reportOddities(txn, reader.stream.file, record.offset, onProblem);
    insertRecord.run(logId, record.offset, record.length, txns.idOf(txn, record.entry));
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

/** Finds or makes the row of a txn, and those of its ops. */
class TxnTable {
  readonly #target: LogTarget;
  readonly #select: Statement;
  readonly #insert: Statement;
  readonly #insertOp: Statement;
  readonly #countOps: Statement;
  // A zxid above all that the cluster has is new without asking.
  #highest: bigint | null;
  #nextId: number;

  constructor(target: LogTarget) {
    const { database, clusterId } = target;
    this.#target = target;
    this.#select = database
      .prepare('SELECT id FROM txn WHERE cluster_id = ? AND zxid = ? AND fingerprint = ?')
      .pluck();
    this.#insert = database.prepare(`INSERT INTO txn VALUES (${Array(10).fill('?').join(', ')})`);
    this.#insertOp = database.prepare(`INSERT INTO op VALUES (${Array(17).fill('?').join(', ')})`);
    this.#countOps = database.prepare('SELECT count(*) FROM op WHERE txn_id = ?').pluck();
    const highest = database.prepare('SELECT max(zxid) FROM txn WHERE cluster_id = ?').pluck();
    this.#highest = highest.get(clusterId) as bigint | null;
    const last = database.prepare('SELECT coalesce(max(id), 0) FROM txn').pluck().get() as bigint;
    this.#nextId = Number(last) + 1;
  }

  idOf(txn: Txn, entry: Buffer): number {
    const { zxid, time, clientId, cxid, type } = txn.header;
    const { clusterId } = this.#target;
    const print = fingerprint(entry, txn);
    if (this.#highest !== null && zxid <= this.#highest) {
      const known = this.#select.get(clusterId, zxid, print) as bigint | undefined;
      if (known !== undefined) {
        this.#completeClose(Number(known), txn.op);
        return Number(known);
      }
    } else this.#highest = zxid;
    const id = this.#nextId++;
    const { digest } = txn;
    const name: OpName | 'unknown' = txn.op.op === 'unknown' ? 'unknown' : (opName(type) ?? 'unknown');
    this.#insert.run(
      id,
      clusterId,
      zxid,
      time,
      clientId,
      cxid,
      name,
      digest === null ? null : digest.version,
      digest === null ? null : digest.treeDigest,
      print,
    );
    this.#insertOps(id, txn.op);
    return id;
  }

  #insertOps(txnId: number, op: Op): void {
    if (op.op === 'multi') {
      op.ops.forEach((part, n) => {
        this.#addOp(txnId, n, part, !op.failed);
      });
    } else this.#addOp(txnId, 0, op, op.op !== 'error');
    this.#insertImplied(txnId, op);
  }

  // A copy without the path list of closeSession may have come first.
  #completeClose(txnId: number, op: Op): void {
    if (op.op !== 'closeSession' || op.paths2Delete === null || op.paths2Delete.length === 0) return;
    if (this.#countOps.get(txnId) === 1n) this.#insertImplied(txnId, op);
  }

  #insertImplied(txnId: number, op: Op): void {
    if (op.op !== 'closeSession') return;
    op.paths2Delete?.forEach((path, i) => {
      this.#addOp(txnId, i + 1, { op: 'delete', path }, true, true);
    });
  }

  #addOp(txnId: number, n: number, op: Op, applied: boolean, implied = false): void {
    const { paths, acls, withoutData } = this.#target;
    const path = 'path' in op ? op.path : null;
    const pathId = path === null ? null : paths.idOf(path);
    const data = 'data' in op ? op.data : op.op === 'unknown' ? op.body : null;
    this.#insertOp.run(
      txnId,
      n,
      op.op,
      pathId,
      path === null || pathId === ROOT_ID ? null : paths.idOfParent(path),
      applied ? 1 : 0,
      implied ? 1 : 0,
      'version' in op ? op.version : null,
      op.op === 'error' ? op.err : null,
      'acl' in op ? acls.idOf(op.acl) : null,
      'ephemeral' in op ? Number(op.ephemeral) : null,
      'parentCVersion' in op ? op.parentCVersion : null,
      'ttl' in op ? op.ttl : null,
      'timeOut' in op ? op.timeOut : null,
      op.op === 'unknown' ? op.code : null,
      data === null ? null : data.length,
      withoutData ? null : data,
    );
  }
}
