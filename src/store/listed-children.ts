// Which children a znode of an index gained and lost between two zxids, by the ops alone: without a replay, which
// for a znode with tens of thousands of children takes seconds.
import type { RawText } from '../jute/raw-text.js';
import { parentPath } from '../tree/paths.js';
import type { Database } from './database.js';
import { type FocusRange, hasUnlistedClose, OWN_LISTING } from './focus-txns.js';
import { PathText } from './path-text.js';
import { LISTING_OPS } from './schema.js';
import { chosen } from './txn-choice.js';

/**
 * The children of a znode that were created or deleted in a range, by path id: true for those that are there at its
 * end. Null where the ops do not tell: a session was closed without a list of its ephemerals, or the znode, or one it
 * hangs from, was itself created or deleted.
 */
export function listedChildren(
  database: Database,
  path: RawText,
  { choice, after, to }: FocusRange,
): ReadonlyMap<number, boolean> | null {
  if (hasUnlistedClose(database)) return null;
  const paths = new PathText(database);
  const parent = paths.idOf(path);
  if (parent === null) return new Map();
  const own = chosen(choice);
  const range = [...own.values, after, to];
  const inRange = `${own.sql} AND t.zxid > ? AND t.zxid <= ?`;
  const listed = database
    .prepare(`SELECT 1 FROM (${OWN_LISTING}) o CROSS JOIN txn t ON t.id = o.txn_id WHERE ${inRange} LIMIT 1`)
    .pluck();
  for (let at = path; at !== ''; at = parentPath(at)) {
    if (listed.get(paths.idOf(at), ...range) !== undefined) return null;
  }
  const rows = database
    .prepare(
      `SELECT o.path_id, o.type IN ('delete', 'deleteContainer') FROM op o CROSS JOIN txn t ON t.id = o.txn_id
       WHERE o.parent_id = ? AND ${LISTING_OPS.replace('type', 'o.type')} AND o.applied = 1 AND ${inRange}
       ORDER BY t.zxid, t.id, o.n`,
    )
    .raw()
    .all(parent, ...range) as [bigint, bigint][];
  return new Map(rows.map(([id, isDelete]) => [Number(id), isDelete === 0n]));
}
