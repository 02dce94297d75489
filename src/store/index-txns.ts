// The txns of an index, put together again from their rows.

import { FormatError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Op } from '../records/op.js';
import { OP_CODES, type OpName } from '../records/op-code.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { Txn } from '../txnlog/txn.js';
import { tellsCommits } from './agreement.js';
import { stateOfCommitted } from './committed.js';
import { type Database, lacksData, type Statement } from './database.js';
import type { IndexAcls } from './index-acls.js';
import { PathText } from './path-text.js';
import { chosen, ofStates, type TxnChoice, type TxnCondition, type TxnFilter } from './txn-choice.js';

type TxnRow = readonly [
  id: bigint,
  zxid: bigint,
  time: bigint,
  session: bigint,
  cxid: bigint,
  type: string,
  digestVersion: bigint | null,
  digest: bigint | null,
  committed: bigint | null,
];

const TXN_COLUMNS =
  't.id, t.zxid, t.time, t.session_id, t.cxid, t.type, t.digest_version, t.digest, t.committed';

interface OpRow {
  readonly type: string;
  readonly path_id: bigint | null;
  readonly applied: bigint;
  readonly implied: bigint;
  readonly version: bigint | null;
  readonly error: bigint | null;
  readonly acl_id: bigint | null;
  readonly ephemeral: bigint | null;
  readonly parent_cversion: bigint | null;
  readonly ttl: bigint | null;
  readonly timeout: bigint | null;
  readonly deletes: bigint | null;
  readonly code: bigint | null;
  readonly data_length: bigint | null;
  readonly data: Buffer | null;
}

/** Selects txns of an index. */
export class IndexTxns {
  readonly #database: Database;
  readonly #acls: IndexAcls;
  readonly #paths: PathText;
  readonly #ops: Statement;
  readonly #evidence: Statement;
  readonly #lacksData: boolean;
  /** True where txns have states. One object serves one cluster. */
  #tells: boolean | null = null;

  constructor(database: Database, acls: IndexAcls) {
    this.#database = database;
    this.#acls = acls;
    this.#paths = new PathText(database);
    this.#lacksData = lacksData(database);
    this.#ops = database.prepare('SELECT * FROM op WHERE txn_id = ? ORDER BY n');
    // The first copy that was read; a server's own where one is asked for.
    this.#evidence = database
      .prepare(
        `SELECT f.path, r."offset", r.length FROM record r JOIN file f ON f.id = r.log_id
         WHERE r.txn_id = ? AND (? IS NULL OR f.server_id = ?) ORDER BY r.log_id LIMIT 1`,
      )
      .raw();
  }

  /** The chosen txns by zxid. */
  *select(choice: TxnChoice, filter: TxnFilter): Generator<LoggedTxn> {
    const { fromZxid = -(2n ** 63n), toZxid = 2n ** 63n - 1n, since = null, until = null, path } = filter;
    const own = ofAnyServer(choice);
    const ofState = filter.commit === undefined ? '' : `AND ${ofStates(filter.commit)}`;
    // -1 is no path: one that the index does not have.
    const pathId = path === undefined ? null : (this.#paths.idOf(path) ?? -1);
    const ofPath = pathId === null ? '' : 'AND t.id IN (SELECT txn_id FROM op WHERE path_id = ?)';
    const rows = this.#database
      .prepare(
        `SELECT ${TXN_COLUMNS} FROM txn t
         WHERE ${own.sql} AND t.zxid BETWEEN ? AND ? AND (? IS NULL OR t.time >= ?) AND (? IS NULL OR t.time < ?)
         ${ofState} ${ofPath} ORDER BY t.zxid, t.id`,
      )
      .raw()
      .iterate(
        ...own.values,
        fromZxid,
        toZxid,
        since,
        since,
        until,
        until,
        ...(pathId === null ? [] : [pathId]),
      ) as Iterable<TxnRow>;
    yield* this.#logged(rows, choice);
  }

  /** The chosen ones of the txns with these row ids, in their order. */
  *byId(ids: Iterable<bigint>, choice: TxnChoice): Generator<LoggedTxn> {
    const own = ofAnyServer(choice);
    const row = this.#database
      .prepare(`SELECT ${TXN_COLUMNS} FROM txn t WHERE ${own.sql} AND t.id = ?`)
      .raw();
    for (const id of ids) {
      const found = row.get(...own.values, id) as TxnRow | undefined;
      if (found !== undefined) yield* this.#logged([found], choice);
    }
  }

  *#logged(rows: Iterable<TxnRow>, { clusterId, serverId }: TxnChoice): Generator<LoggedTxn> {
    this.#tells ??= tellsCommits(this.#database, clusterId);
    for (const row of rows) {
      const copy = this.#evidence.get(row[0], serverId, serverId) as [string, bigint, bigint] | undefined;
      if (copy === undefined) continue;
      const [file, offset, length] = copy;
      const evidence = { file, offset: Number(offset), length: Number(length) };
      yield {
        txn: this.#txn(row),
        evidence,
        ...(this.#tells ? { commit: stateOfCommitted(row[8]) } : {}),
        ...(this.#lacksData ? { lacksData: true } : {}),
      };
    }
  }

  #txn(row: TxnRow): Txn {
    const [id, zxid, time, clientId, cxid, type, version, treeDigest] = row;
    const ops = this.#ops.all(id) as OpRow[];
    return {
      header: { clientId, cxid: Number(cxid), zxid, time, type: codeOf(type, ops) },
      op: this.#op(type, ops),
      digest: version === null || treeDigest === null ? null : { version: Number(version), treeDigest },
      trailingBytes: 0,
    };
  }

  #op(type: string, ops: readonly OpRow[]): Op {
    if (type === 'multi') {
      const parts = ops.map((op) => this.#single(op));
      return { op: 'multi', ops: parts, failed: parts.some((part) => part.op === 'error') };
    }
    if (type !== 'closeSession') return this.#single(ops[0]!);
    const listed = ops.filter((op) => op.implied === 1n);
    const hasList = ops[0]!.deletes !== null;
    return { op: 'closeSession', paths2Delete: hasList ? listed.map((op) => this.#path(op)) : null };
  }

  #single(row: OpRow): Op {
    const op = row.type as Op['op'];
    switch (op) {
      case 'create':
      case 'create2':
        return { op, ...this.#created(row), ephemeral: row.ephemeral === 1n };
      case 'createContainer':
        return { op, ...this.#created(row) };
      case 'createTTL':
        return { op, ...this.#created(row), ttl: row.ttl! };
      case 'delete':
      case 'deleteContainer':
        return { op, path: this.#path(row) };
      case 'setData':
      case 'reconfig':
        return { op, path: this.#path(row), data: data(row), version: Number(row.version) };
      case 'setACL':
        return { op, path: this.#path(row), acl: this.#acl(row), version: Number(row.version) };
      case 'check':
        return { op, path: this.#path(row), version: Number(row.version) };
      case 'error':
        return { op, err: row.error === null ? null : Number(row.error) };
      case 'createSession':
        return { op, timeOut: Number(row.timeout) };
      default:
        return unknownOp(row);
    }
  }

  #created(row: OpRow) {
    return {
      path: this.#path(row),
      data: data(row),
      acl: this.#acl(row),
      parentCVersion: Number(row.parent_cversion),
    };
  }

  #path({ path_id }: OpRow): RawText | null {
    return path_id === null ? null : this.#paths.of(Number(path_id));
  }

  #acl({ acl_id }: OpRow): readonly ACL[] | null {
    return acl_id === null ? null : this.#acls.get(Number(acl_id));
  }
}

// What one server holds is told by its evidence, which is looked up for every txn anyway.
function ofAnyServer(choice: TxnChoice): TxnCondition {
  return chosen({ ...choice, serverId: null });
}

let zeros = Buffer.alloc(0);

/** The data of an op; where it was left out of the index, as many zero bytes. */
function data({ data_length, data }: OpRow): Buffer | null {
  if (data_length === null || data !== null) return data;
  const length = Number(data_length);
  if (zeros.length < length) zeros = Buffer.alloc(length);
  return zeros.subarray(0, length);
}

function codeOf(type: string, ops: readonly OpRow[]): number {
  return type === 'unknown' ? Number(ops[0]?.code) : OP_CODES[type as OpName];
}

function unknownOp(row: OpRow): Op {
  const code = Number(row.code);
  const expected = 'an op code that ZooKeeper logs';
  const error = new FormatError({ code: 'op-unknown', file: '', offset: 0, expected, found: String(code) });
  return { op: 'unknown', code, body: row.data ?? Buffer.alloc(0), error };
}
