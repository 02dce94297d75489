// The txns of an index, put together again from their rows.
import type { Evidence } from '../records/evidence.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { Txn } from '../txnlog/txn.js';
import { tellsCommits } from './agreement.js';
import { stateOfCommitted } from './committed.js';
import { type Database, lacksData } from './database.js';
import type { IndexAcls } from './index-acls.js';
import { PathText } from './path-text.js';
import { RowsOfTxns } from './rows-of-txns.js';
import { codeOf, OP_COLUMNS, OPS, type OpRow, StoredOps } from './stored-ops.js';
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

type RecordRow = readonly [txnId: bigint, logId: bigint, offset: bigint, length: bigint];

const RECORD_COLUMNS = 'txn_id, log_id, "offset", length';

/** A log file, by its id. */
interface LogFile {
  readonly path: string;
  readonly serverId: number;
}

/** Selects txns of an index. */
export class IndexTxns {
  readonly #database: Database;
  readonly #paths: PathText;
  readonly #ops: StoredOps;
  readonly #logs: ReadonlyMap<bigint, LogFile>;
  readonly #lacksData: boolean;
  /** True where txns have states. One object serves one cluster. */
  #tells: boolean | null = null;

  constructor(database: Database, acls: IndexAcls) {
    this.#database = database;
    this.#paths = new PathText(database);
    this.#ops = new StoredOps(this.#paths, acls);
    this.#lacksData = lacksData(database);
    this.#logs = logsOf(database);
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
    const rows = function* () {
      for (const id of ids) {
        const found = row.get(...own.values, id) as TxnRow | undefined;
        if (found !== undefined) yield found;
      }
    };
    yield* this.#logged(rows(), choice);
  }

  *#logged(rows: Iterable<TxnRow>, { clusterId, serverId }: TxnChoice): Generator<LoggedTxn> {
    this.#tells ??= tellsCommits(this.#database, clusterId);
    const opRows = new RowsOfTxns<OpRow>(this.#database, OP_COLUMNS, OPS, 'n');
    const records = new RowsOfTxns<RecordRow>(this.#database, RECORD_COLUMNS, 'record', 'log_id, "offset"');
    try {
      for (const row of rows) {
        const evidence = this.#evidence(records.of(row[0]), serverId);
        if (evidence === null) continue;
        yield {
          txn: this.#txn(row, opRows.of(row[0])),
          evidence,
          ...(this.#tells ? { commit: stateOfCommitted(row[8]) } : {}),
          ...(this.#lacksData ? { lacksData: true } : {}),
        };
      }
    } finally {
      opRows.close();
      records.close();
    }
  }

  /** The first copy that was read; a server's own where one is asked for. */
  #evidence(records: readonly RecordRow[], serverId: number | null): Evidence | null {
    for (const [, logId, offset, length] of records) {
      const log = this.#logs.get(logId);
      if (log === undefined || (serverId !== null && log.serverId !== serverId)) continue;
      return { file: log.path, offset: Number(offset), length: Number(length) };
    }
    return null;
  }

  #txn(row: TxnRow, ops: readonly OpRow[]): Txn {
    const [, zxid, time, clientId, cxid, type, version, treeDigest] = row;
    return {
      header: { clientId, cxid: Number(cxid), zxid, time, type: codeOf(type, ops) },
      op: this.#ops.op(type, ops),
      digest: version === null || treeDigest === null ? null : { version: Number(version), treeDigest },
      trailingBytes: 0,
    };
  }
}

function logsOf(database: Database): Map<bigint, LogFile> {
  const rows = database.prepare('SELECT id, path, server_id FROM file').raw().all();
  return new Map(
    (rows as [bigint, string, bigint][]).map(([id, path, server]) => [
      id,
      { path, serverId: Number(server) },
    ]),
  );
}

// What one server holds is told by its evidence, which is looked up for every txn anyway.
function ofAnyServer(choice: TxnChoice): TxnCondition {
  return chosen({ ...choice, serverId: null });
}
