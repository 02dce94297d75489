// The txns of an index that matter to one znode: of a million, the few that made it what it is. They are found by index.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import { parentPath } from '../tree/paths.js';
import type { Database } from './database.js';
import { PathText } from './path-text.js';
import { LISTING_OPS, PATH_ID_BITS, UNLISTED_CLOSE } from './schema.js';
import { chosen, type TxnChoice } from './txn-choice.js';

/** `znode`: all of it, how many children it has included. `names`: its children's names. `children`: all of them. */
export type Focus = 'znode' | 'names' | 'children';

/** More txns than these are as quick to replay all together. */
const MOST_TXNS = 100_000;

const OWN = 'SELECT txn_id FROM op WHERE path_id = ?';
/** The ops that create or delete a znode; binds its path id. */
export const OWN_LISTING = `SELECT txn_id FROM op WHERE path_id = ? AND ${LISTING_OPS}`;
const LISTING = `SELECT txn_id FROM op WHERE parent_id = ? AND ${LISTING_OPS}`;
const CHILDREN = 'SELECT txn_id FROM op WHERE parent_id = ?';
const BELOW_CHILDREN = `SELECT o.txn_id FROM path c CROSS JOIN op o ON o.parent_id = c.id AND ${LISTING_OPS.replace('type', 'o.type')}
  WHERE c.parent_id = ? AND c.id > c.parent_id`;

const OF_FOCUS: Readonly<Record<Focus, readonly string[]>> = {
  znode: [OWN, LISTING],
  names: [OWN_LISTING, LISTING],
  children: [OWN_LISTING, CHILDREN, BELOW_CHILDREN],
};

/** Which txns: those behind `after` and up to `to`, which is included. */
export interface FocusRange {
  readonly choice: TxnChoice;
  /** Row id of the snapshot that the replay begins with; null for a new tree. */
  readonly snapshotId: number | null;
  readonly after: Zxid;
  readonly to: Zxid;
}

/**
 * Row ids, by zxid, of the txns without which what is asked of a znode would come out otherwise: those that do something
 * to it, those that create or delete what it hangs from, and those that close a session whose ephemeral it is, or one
 * of its children. Null where they are too many for it to be worth while.
 */
export function focusTxns(
  database: Database,
  path: RawText,
  focus: Focus,
  range: FocusRange,
): bigint[] | null {
  // What is below its children can be an ephemeral, too, of which a closeSession without a list tells nothing.
  if (focus === 'children' && hasUnlistedClose(database)) return null;
  const id = new PathText(database).idOf(path);
  if (id === null) return [];
  const found = new FoundTxns(database, range);
  for (const sql of OF_FOCUS[focus]) found.add(sql, id);
  const paths = new PathText(database);
  for (let at = path; at !== ''; ) {
    at = parentPath(at);
    found.add(OWN_LISTING, paths.idOf(at) ?? 0);
  }
  found.addSessions(id);
  return found.inOrder();
}

/** True where a session was closed without a list of its ephemerals: before 3.6, or with closeSessionTxn.enabled=false. */
export function hasUnlistedClose(database: Database): boolean {
  const sql = `SELECT 1 FROM op INDEXED BY op_unlisted_close WHERE ${UNLISTED_CLOSE} LIMIT 1`;
  return database.prepare(sql).get() !== undefined;
}

class FoundTxns {
  readonly #database: Database;
  readonly #range: FocusRange;
  readonly #ids = new Map<bigint, Zxid>();
  readonly #own: { readonly sql: string; readonly values: readonly (number | bigint)[] };

  constructor(database: Database, range: FocusRange) {
    this.#database = database;
    this.#range = range;
    const { sql, values } = chosen({ ...range.choice, serverId: null });
    this.#own = { sql: `${sql} AND t.zxid > ? AND t.zxid <= ?`, values: [...values, range.after, range.to] };
  }

  add(of: string, ...values: readonly (number | bigint)[]): void {
    if (this.#ids.size > MOST_TXNS) return;
    const sql = `SELECT t.id, t.zxid FROM (${of}) o CROSS JOIN txn t ON t.id = o.txn_id WHERE ${this.#own.sql} LIMIT ${MOST_TXNS + 1}`;
    const rows = this.#database
      .prepare(sql)
      .raw()
      .iterate(...values, ...this.#own.values) as Iterable<[bigint, bigint]>;
    for (const [id, zxid] of rows) this.#ids.set(id, zxid);
  }

  /** The closing of sessions that have, in the base or by one of these txns, an ephemeral here. */
  addSessions(pathId: number): void {
    const sessions = new Set<bigint>();
    const { snapshotId } = this.#range;
    if (snapshotId !== null) {
      const first = snapshotId * 2 ** PATH_ID_BITS;
      const own = 'SELECT ephemeral_owner FROM znode WHERE id = ? AND ephemeral_owner <> 0';
      for (const owner of this.#database
        .prepare(own)
        .pluck()
        .all(first + pathId) as bigint[])
        sessions.add(owner);
      const ofChildren = `SELECT DISTINCT z.ephemeral_owner FROM path c CROSS JOIN znode z ON z.id = ? + c.id
        WHERE c.parent_id = ? AND z.ephemeral_owner <> 0`;
      for (const owner of this.#database.prepare(ofChildren).pluck().all(first, pathId) as bigint[])
        sessions.add(owner);
    }
    const creator = this.#database
      .prepare(
        'SELECT t.session_id FROM txn t WHERE t.id = ? AND EXISTS (SELECT 1 FROM op WHERE txn_id = t.id AND ephemeral = 1)',
      )
      .pluck();
    for (const id of [...this.#ids.keys()]) {
      const session = creator.get(id) as bigint | undefined;
      if (session !== undefined) sessions.add(session);
    }
    const closes =
      "SELECT id AS txn_id FROM txn WHERE session_id = ? AND type IN ('createSession', 'closeSession')";
    for (const session of sessions) this.add(closes, session);
  }

  inOrder(): bigint[] | null {
    if (this.#ids.size > MOST_TXNS) return null;
    const sorted = [...this.#ids].sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : a < b ? -1 : 1));
    return sorted.map(([id]) => id);
  }
}
