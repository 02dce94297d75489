// What an index knows of the history of single znodes, found without reading the rest of it.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import type { ZxidRun } from '../tree/continuity.js';
import { chosenRuns } from './chosen-runs.js';
import type { Database } from './database.js';
import { PathText } from './path-text.js';
import { chosen, type TxnChoice, type TxnCondition } from './txn-choice.js';

/** A snapshot whose tree is in the index, and the zxids of the blocks behind it (null without them). */
export interface LoadedSnapshot {
  readonly id: number;
  readonly digestZxid: Zxid | null;
  readonly lastProcessedZxid: Zxid | null;
}

const SESSION_TYPES = "type IN ('createSession', 'closeSession')";

/** Finds txns by what they do something to. */
export class IndexHistory {
  readonly #database: Database;
  readonly #choice: TxnChoice;
  /** The chosen txns, whoever holds them: what one server holds is told where they are read. */
  readonly #condition: TxnCondition;

  constructor(database: Database, choice: TxnChoice) {
    this.#database = database;
    this.#choice = choice;
    this.#condition = chosen({ ...choice, serverId: null });
  }

  /** Row ids of the txns that name a path, one of its children (`depth` 1) or anything below it. */
  txnsOf(path: RawText, depth: 0 | 1 | 'all'): bigint[] {
    const id = new PathText(this.#database).idOf(path);
    if (id === null) return [];
    // Ids ascend on the way down; a damaged index must not lead in circles.
    const below =
      'WITH RECURSIVE s(id) AS (SELECT ? UNION ALL SELECT p.id FROM path p JOIN s ON p.parent_id = s.id AND p.id > s.id)';
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
    const { sql, values } = this.#condition;
    const time = this.#database.prepare(`SELECT t.time FROM txn t WHERE ${sql} AND t.zxid = ?`).pluck();
    return (time.get(...values, zxid) as bigint | undefined) ?? null;
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

  /** Which txns there are, in ascending order. */
  runs(): readonly ZxidRun[] {
    return chosenRuns(this.#database, this.#choice);
  }

  #ids(of: string, ...values: readonly unknown[]): bigint[] {
    const own = this.#condition;
    const sql = `SELECT DISTINCT t.id FROM (${of}) o CROSS JOIN txn t ON t.id = o.txn_id WHERE ${own.sql}`;
    return this.#database
      .prepare(sql)
      .pluck()
      .all(...values, ...own.values) as bigint[];
  }
}
