// The txns of a cluster, each once: finds or makes the row of a txn, and those of its ops.
import type { Op } from '../records/op.js';
import { opName } from '../records/op-code.js';
import type { Txn } from '../txnlog/txn.js';
import type { Database, Statement } from './database.js';
import { fingerprint } from './fingerprint.js';
import { OP_COLUMNS, OpRows, type OpTables } from './op-row.js';
import { TXN_INDEX } from './schema.js';

/** Writes the txns of one cluster. */
export class TxnTable {
  readonly #database: Database;
  readonly clusterId: number;
  readonly #rows: OpRows;
  readonly #insert: Statement;
  readonly #insertOp: Statement;
  #select: Statement | null = null;
  // A zxid above all that the cluster has is new without asking.
  #highest: bigint | null;
  #nextId: number;

  constructor(database: Database, clusterId: number, tables: OpTables) {
    this.#database = database;
    this.clusterId = clusterId;
    this.#rows = new OpRows(tables);
    this.#insert = database.prepare(`INSERT INTO txn VALUES (${Array(10).fill('?').join(', ')}, NULL)`);
    const columns = Array(2 + OP_COLUMNS).fill('?');
    this.#insertOp = database.prepare(`INSERT INTO op VALUES (${columns.join(', ')})`);
    const highest = database.prepare('SELECT max(zxid) FROM txn WHERE cluster_id = ?').pluck();
    this.#highest = highest.get(clusterId) as bigint | null;
    const last = database.prepare('SELECT coalesce(max(id), 0) FROM txn').pluck().get() as bigint;
    this.#nextId = Number(last) + 1;
  }

  /** The row id of a txn; `entry` are its bytes. */
  idOf(txn: Txn, entry: Buffer): number {
    const { zxid, time, clientId, cxid, type } = txn.header;
    const print = fingerprint(entry, txn);
    if (this.#highest !== null && zxid <= this.#highest) {
      const known = this.#find(zxid, print);
      if (known !== null) {
        this.#completeClose(known, txn.op);
        return known;
      }
    } else this.#highest = zxid;
    const id = this.#nextId++;
    const { op, digest } = txn;
    this.#insert.run(
      id,
      this.clusterId,
      zxid,
      time,
      clientId,
      cxid,
      op.op === 'unknown' ? 'unknown' : opName(type),
      digest === null ? null : digest.version,
      digest === null ? null : digest.treeDigest,
      print,
    );
    this.#insertOps(id, op);
    return id;
  }

  // The index is made when the first second copy comes: a single server without overlap never needs it here.
  #find(zxid: bigint, print: bigint): number | null {
    if (this.#select === null) {
      this.#database.exec(TXN_INDEX);
      const sql = 'SELECT id FROM txn WHERE cluster_id = ? AND zxid = ? AND fingerprint = ?';
      this.#select = this.#database.prepare(sql).pluck();
    }
    const id = this.#select.get(this.clusterId, zxid, print) as bigint | undefined;
    return id === undefined ? null : Number(id);
  }

  #insertOps(txnId: number, op: Op): void {
    if (op.op === 'multi') {
      for (const [n, part] of op.ops.entries()) this.#addOp(txnId, n, part, !op.failed, false);
      return;
    }
    this.#addOp(txnId, 0, op, op.op !== 'error', false);
    this.#insertImplied(txnId, op);
  }

  // A copy without the path list of closeSession may have come first.
  #completeClose(txnId: number, op: Op): void {
    if (op.op !== 'closeSession' || op.paths2Delete === null) return;
    const sql = 'UPDATE op SET deletes = ? WHERE txn_id = ? AND n = 0 AND deletes IS NULL';
    const { changes } = this.#database.prepare(sql).run(op.paths2Delete.length, txnId);
    if (changes > 0) this.#insertImplied(txnId, op);
  }

  #insertImplied(txnId: number, op: Op): void {
    if (op.op !== 'closeSession' || op.paths2Delete === null) return;
    for (const [i, path] of op.paths2Delete.entries()) {
      this.#addOp(txnId, i + 1, { op: 'delete', path }, true, true);
    }
  }

  #addOp(txnId: number, n: number, op: Op, isApplied: boolean, isImplied: boolean): void {
    this.#insertOp.run(txnId, n, ...this.#rows.of(op, isApplied, isImplied));
  }
}
