// Which paths the txns of an index touched between two zxids, and how many znodes more there are since: by the ops alone.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import { isAtOrBelow, treePath } from '../tree/paths.js';
import { QUOTAS } from '../tree/quota-paths.js';
import type { Database } from './database.js';
import { type FocusRange, hasUnlistedClose } from './focus-txns.js';
import { PathText } from './path-text.js';
import { LISTING_OPS, PATH_ID_BITS } from './schema.js';
import { chosen, type TxnChoice } from './txn-choice.js';

/** Ops in a range; more are as quick to replay all together. */
const MOST_OPS = 5000;
const SERVERS_OWN = '/zookeeper' as RawText;

/**
 * The paths at which the chosen txns behind `after` and up to `to` can have changed something, parents of what was created
 * or deleted included. Null where they are many, and where the ops do not tell: a session was closed without a list of its
 * ephemerals, or there are quotas, whose statistics servers change by txns at other paths.
 */
export function touchedBetween(
  database: Database,
  choice: TxnChoice,
  after: Zxid,
  to: Zxid,
): Set<RawText> | null {
  if (hasUnlistedClose(database) || hasQuotas(database)) return null;
  const { sql, values } = chosen({ ...choice, serverId: null });
  const rows = database
    .prepare(
      `SELECT o.path_id, CASE WHEN ${LISTING_OPS.replace('type', 'o.type')} THEN o.parent_id END
       FROM txn t CROSS JOIN op o ON o.txn_id = t.id
       WHERE ${sql} AND t.zxid > ? AND t.zxid <= ? AND o.path_id IS NOT NULL LIMIT ${MOST_OPS + 1}`,
    )
    .raw()
    .all(...values, after, to) as [bigint, bigint | null][];
  if (rows.length > MOST_OPS) return null;
  const ids = new Set(rows.flat().flatMap((id) => (id === null || id === 0n ? [] : Number(id))));
  const texts = new PathText(database);
  const paths = new Set([...ids].map((id) => treePath(texts.of(id))));
  return [...paths].some((path) => isAtOrBelow(path, SERVERS_OWN)) ? null : paths;
}

function hasQuotas(database: Database): boolean {
  const id = new PathText(database).idOf(QUOTAS);
  return (
    id !== null && database.prepare('SELECT 1 FROM path WHERE parent_id = ? LIMIT 1').get(id) !== undefined
  );
}

/** How many znodes at and below a path a range of txns brought in, less those that went. */
export function grownIn(
  database: Database,
  { choice, snapshotId, after, to }: FocusRange,
  under: RawText,
): number {
  const { sql, values } = chosen(choice);
  const rows = database
    .prepare(
      `SELECT o.path_id, o.type IN ('delete', 'deleteContainer') FROM txn t CROSS JOIN op o ON o.txn_id = t.id
       WHERE ${sql} AND t.zxid > ? AND t.zxid <= ? AND ${LISTING_OPS.replace('type', 'o.type')} AND o.applied = 1
       ORDER BY t.zxid, t.id, o.n`,
    )
    .raw()
    .safeIntegers(false)
    .iterate(...values, after, to) as Iterable<[id: number, isDelete: number]>;
  const isThere = new Map<number, boolean>();
  for (const [id, isDelete] of rows) isThere.set(id, isDelete === 0);
  const before = database.prepare('SELECT 1 FROM znode WHERE id = ?');
  const first = (snapshotId ?? 0) * 2 ** PATH_ID_BITS;
  const texts = new PathText(database);
  let grown = 0;
  for (const [id, is] of isThere) {
    if (under !== '' && !isAtOrBelow(treePath(texts.of(id)), under)) continue;
    const was = before.get(first + id) !== undefined;
    if (is !== was) grown += is ? 1 : -1;
  }
  return grown;
}
