// What an index knows of the history of single znodes, found without reading the rest of it.
import type { RawText } from '../jute/raw-text.js';
import { epochOf, type Zxid } from '../records/zxid.js';
import type { Database } from './database.js';
import { PathText } from './path-text.js';

/** A stretch of zxids of one epoch without a hole; both ends are in it. */
export interface IndexedRun {
  readonly from: Zxid;
  readonly to: Zxid;
}

/** A snapshot whose tree is in the index, and the zxids of the blocks behind it (null without them). */
export interface LoadedSnapshot {
  readonly id: number;
  readonly digestZxid: Zxid | null;
  readonly lastProcessedZxid: Zxid | null;
}

/** The log table's row, as far as it matters here. */
type LogRow = readonly [first: bigint, last: bigint, txns: bigint];

const SESSION_TYPES = "type IN ('createSession', 'closeSession')";

/** Finds txns by what they do something to. */
export class IndexHistory {
  readonly #database: Database;
  readonly #clusterId: number;
  readonly #serverId: number | null;

  /** With `serverId` only what this server holds. */
  constructor(database: Database, clusterId: number, serverId: number | null) {
    this.#database = database;
    this.#clusterId = clusterId;
    this.#serverId = serverId;
  }

  /** Row ids of the txns that name a path, one of its children (`depth` 1) or anything below it. */
  txnsOf(path: RawText, depth: 0 | 1 | 'all'): bigint[] {
    const id = new PathText(this.#database).idOf(path);
    if (id === null) return [];
    const below =
      'WITH RECURSIVE s(id) AS (SELECT ? UNION ALL SELECT p.id FROM path p JOIN s ON p.parent_id = s.id)';
    const ofPaths = `${below} SELECT o.txn_id FROM s CROSS JOIN op o ON o.path_id = s.id`;
    const ofPath = 'SELECT txn_id FROM op WHERE path_id = ?';
    if (depth !== 1) return this.#ids(depth === 0 ? ofPath : ofPaths, id);
    return this.#ids(`${ofPath} UNION SELECT txn_id FROM op WHERE parent_id = ?`, id, id);
  }

  /** Sessions that create an ephemeral in one of these txns. */
  ownersIn(ids: Iterable<bigint>): Set<bigint> {
    const sql = `SELECT session_id FROM txn t WHERE id = ?
      AND EXISTS (SELECT 1 FROM op WHERE txn_id = t.id AND ephemeral = 1)`;
    const owner = this.#database.prepare(sql).pluck();
    return new Set([...ids].flatMap((id) => (owner.get(id) as bigint | undefined) ?? []));
  }

  /** True where one of these txns creates a znode that servers delete when it is empty. */
  createsServerDeleted(ids: Iterable<bigint>): boolean {
    const sql = "SELECT 1 FROM op WHERE txn_id = ? AND type IN ('createContainer', 'createTTL')";
    const found = this.#database.prepare(sql).pluck();
    for (const id of ids) if (found.get(id) !== undefined) return true;
    return false;
  }

  /** Row ids of the txns that create and close these sessions. */
  txnsOfSessions(sessions: Iterable<bigint>): bigint[] {
    const ids = `SELECT id AS txn_id FROM txn WHERE session_id = ? AND ${SESSION_TYPES}`;
    return [...sessions].flatMap((session) => this.#ids(ids, session));
  }

  /** Row ids in the order of their zxids, each once. */
  inOrder(ids: readonly bigint[]): bigint[] {
    const zxid = this.#database.prepare('SELECT zxid FROM txn WHERE id = ?').pluck();
    const placed = [...new Set(ids)].map((id) => ({ id, zxid: zxid.get(id) as bigint }));
    placed.sort((a, b) => (a.zxid === b.zxid ? (a.id < b.id ? -1 : 1) : a.zxid < b.zxid ? -1 : 1));
    return placed.map(({ id }) => id);
  }

  /** Milliseconds since 1970; null where no txn has this zxid. */
  timeOf(zxid: Zxid): bigint | null {
    const sql = 'SELECT time FROM txn WHERE cluster_id = ? AND zxid = ?';
    return (this.#database.prepare(sql).pluck().get(this.#clusterId, zxid) as bigint | undefined) ?? null;
  }

  /** The blocks of snapshots whose trees are loaded, by the snapshot's id. */
  loadedSnapshots(): LoadedSnapshot[] {
    const sql =
      'SELECT id, digest_zxid, last_processed_zxid FROM snapshot WHERE is_loaded = 1 ORDER BY zxid, id';
    type Row = [bigint, bigint | null, bigint | null];
    return (this.#database.prepare(sql).raw().all() as Row[]).map(([id, digestZxid, lastProcessedZxid]) => {
      return { id: Number(id), digestZxid, lastProcessedZxid };
    });
  }

  /** Milliseconds; null where the table of a loaded snapshot does not have the session. */
  timeoutOf(snapshotId: number, session: bigint): number | null {
    const sql = 'SELECT timeout FROM session WHERE snapshot_id = ? AND session_id = ?';
    const timeout = this.#database.prepare(sql).pluck().get(snapshotId, session) as bigint | undefined;
    return timeout === undefined ? null : Number(timeout);
  }

  /** Which txns there are, in ascending order. Only logs that may have holes are looked into. */
  runs(): IndexedRun[] {
    const runs = this.#logs().flatMap((log) => this.#wholeRuns(log) ?? this.#countedRuns(log));
    runs.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    const joined: { from: Zxid; to: Zxid }[] = [];
    for (const { from, to } of runs) {
      const last = joined.at(-1);
      if (last === undefined || from > last.to + 1n || epochOf(from) !== epochOf(last.to))
        joined.push({ from, to });
      else if (to > last.to) last.to = to;
    }
    return joined;
  }

  #logs(): LogRow[] {
    const sql = `SELECT l.first_zxid, l.last_zxid, l.txns FROM log l JOIN server s ON s.id = l.server_id
      WHERE s.cluster_id = ? AND (? IS NULL OR s.id = ?) AND l.first_zxid IS NOT NULL`;
    return this.#database.prepare(sql).raw().all(this.#clusterId, this.#serverId, this.#serverId) as LogRow[];
  }

  /** The runs of a log, one an epoch, if it has as many txns as fit into them; null if not. */
  #wholeRuns([first, last, txns]: LogRow): IndexedRun[] | null {
    const below = this.#database
      .prepare('SELECT max(zxid) FROM txn WHERE cluster_id = ? AND zxid < ?')
      .pluck();
    const above = this.#database
      .prepare('SELECT min(zxid) FROM txn WHERE cluster_id = ? AND zxid > ?')
      .pluck();
    const runs: IndexedRun[] = [];
    let counted = 0n;
    for (let from = first; from <= last; ) {
      const end = (epochOf(from) + 1n) << 32n;
      const to = end > last ? last : (below.get(this.#clusterId, end) as bigint);
      runs.push({ from, to });
      counted += to - from + 1n;
      const next = to === last ? null : (above.get(this.#clusterId, to) as bigint | null);
      if (next === null) break;
      from = next;
    }
    return counted === txns ? runs : null;
  }

  // By the txns of the cluster in the log's range, of one server by those it holds.
  #countedRuns([first, last]: LogRow): IndexedRun[] {
    const held = `EXISTS (SELECT 1 FROM record r JOIN log l ON l.id = r.log_id
      WHERE r.txn_id = t.id AND l.server_id = ?)`;
    const sql = `SELECT zxid FROM txn t WHERE cluster_id = ? AND zxid BETWEEN ? AND ?
      ${this.#serverId === null ? '' : `AND ${held}`} ORDER BY zxid`;
    const values = [this.#clusterId, first, last, ...(this.#serverId === null ? [] : [this.#serverId])];
    const runs: { from: Zxid; to: Zxid }[] = [];
    for (const zxid of this.#database
      .prepare(sql)
      .pluck()
      .iterate(...values) as Iterable<bigint>) {
      const run = runs.at(-1);
      if (run !== undefined && zxid <= run.to + 1n && epochOf(zxid) === epochOf(run.to)) run.to = zxid;
      else runs.push({ from: zxid, to: zxid });
    }
    return runs;
  }

  #ids(of: string, ...values: readonly unknown[]): bigint[] {
    const sql = `SELECT DISTINCT t.id FROM (${of}) o CROSS JOIN txn t ON t.id = o.txn_id WHERE t.cluster_id = ?`;
    return this.#database
      .prepare(sql)
      .pluck()
      .all(...values, this.#clusterId) as bigint[];
  }
}
