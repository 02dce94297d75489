// What an index knows of the content of its snapshots and logs, counted from its rows.
import type { TailKind } from '../txnlog/log-tail.js';
import type { Database } from './database.js';
import { PATH_ID_BITS } from './schema.js';

/** What is known of a snapshot. */
export interface IndexedSnapshotFacts {
  readonly isSound: boolean;
  readonly znodes: number;
  readonly sessions: number;
  readonly dataBytes: number;
  readonly newestZxid: bigint;
  readonly digestZxid: bigint | null;
  readonly digest: bigint | null;
  readonly lastProcessedZxid: bigint | null;
  /** What only the znodes tell; null where they are not loaded. */
  readonly loaded: LoadedSnapshotFacts | null;
}

/** What the znodes of a loaded snapshot tell. */
export interface LoadedSnapshotFacts {
  /** Newest mtime, milliseconds since 1970; null without a znode. */
  readonly newestMtime: bigint | null;
  readonly persistent: number;
  readonly ephemeral: number;
  readonly container: number;
  readonly ttl: number;
  /** Entries of the ACL table. */
  readonly acls: number;
  /** It has /zookeeper/config. */
  readonly hasConfig: boolean;
}

/** What is known of a log. */
export interface IndexedLogFacts {
  readonly firstZxid: bigint | null;
  readonly lastZxid: bigint | null;
  readonly firstTime: bigint | null;
  readonly lastTime: bigint | null;
  readonly txns: number;
  readonly skipped: number;
  readonly tail: TailKind;
  readonly tailOffset: number;
  /** Txns by type, parts of multis as `multi: create`. */
  readonly ops: Readonly<Record<string, number>>;
  /** A txn has a digest. */
  readonly hasDigests: boolean;
  /** A create does not tell the parent's cversion, as before 3.4. */
  readonly hasCreateV0: boolean;
  /** A request failed with QUOTAEXCEEDED. */
  readonly hasQuotaExceeded: boolean;
}

interface SnapshotRow {
  readonly id: bigint;
  readonly is_loaded: bigint;
  readonly is_sound: bigint;
  readonly znodes: bigint;
  readonly sessions: bigint;
  readonly data_bytes: bigint;
  readonly newest_zxid: bigint;
  readonly digest_zxid: bigint | null;
  readonly digest: bigint | null;
  readonly last_processed_zxid: bigint | null;
}

interface LogRow {
  readonly id: bigint;
  readonly first_zxid: bigint | null;
  readonly last_zxid: bigint | null;
  readonly txns: bigint;
  readonly skipped: bigint;
  readonly tail: TailKind;
  readonly tail_offset: bigint;
}

/** The snapshots of an index by file id. */
export function snapshotFacts(database: Database): Map<bigint, IndexedSnapshotFacts> {
  const rows = database.prepare('SELECT * FROM snapshot').all() as SnapshotRow[];
  return new Map(
    rows.map((row) => [
      row.id,
      {
        isSound: row.is_sound === 1n,
        znodes: Number(row.znodes),
        sessions: Number(row.sessions),
        dataBytes: Number(row.data_bytes),
        newestZxid: row.newest_zxid,
        digestZxid: row.digest_zxid,
        digest: row.digest,
        lastProcessedZxid: row.last_processed_zxid,
        loaded: row.is_loaded === 1n ? loadedFacts(database, row.id) : null,
      },
    ]),
  );
}

const CONFIG = `SELECT c.id FROM path z JOIN path c ON c.parent_id = z.id
  WHERE z.parent_id = 1 AND z.name = 'zookeeper' AND c.name = 'config'`;

// The kinds as in kindOf.
function loadedFacts(database: Database, id: bigint): LoadedSnapshotFacts {
  const [first, next] = [id << BigInt(PATH_ID_BITS), (id + 1n) << BigInt(PATH_ID_BITS)];
  const [count, newestMtime, persistent, container, ttl] = database
    .prepare(
      `SELECT count(*), max(mtime), coalesce(sum(ephemeral_owner = 0), 0),
         coalesce(sum(ephemeral_owner = -9223372036854775808), 0), coalesce(sum(ephemeral_owner >> 40 = -65536), 0)
       FROM znode WHERE id >= ? AND id < ?`,
    )
    .raw()
    .get(first, next) as [bigint, bigint | null, bigint, bigint, bigint];
  const acls = database.prepare('SELECT count(*) FROM snapshot_acl WHERE snapshot_id = ?').pluck().get(id);
  const config = database.prepare(`SELECT 1 FROM znode WHERE id = ? + (${CONFIG})`).get(first);
  return {
    newestMtime,
    persistent: Number(persistent),
    ephemeral: Number(count - persistent - container - ttl),
    container: Number(container),
    ttl: Number(ttl),
    acls: Number(acls),
    hasConfig: config !== undefined,
  };
}

/** The logs of an index by file id. */
export function logFacts(database: Database): Map<bigint, IndexedLogFacts> {
  const sums = sumsOfLogs(database);
  const rows = database.prepare('SELECT * FROM log').all() as LogRow[];
  return new Map(
    rows.map((row) => {
      const { ops, ...found } = sums.get(row.id) ?? new LogSums();
      const facts = {
        firstZxid: row.first_zxid,
        lastZxid: row.last_zxid,
        txns: Number(row.txns),
        skipped: Number(row.skipped),
        tail: row.tail,
        tailOffset: Number(row.tail_offset),
        ops: Object.fromEntries([...ops].sort(([a], [b]) => (a < b ? -1 : 1))),
      };
      return [row.id, { ...facts, ...found }];
    }),
  );
}

class LogSums {
  readonly ops = new Map<string, number>();
  firstTime: bigint | null = null;
  lastTime: bigint | null = null;
  hasDigests = false;
  hasCreateV0 = false;
  hasQuotaExceeded = false;
}

function sumsOfLogs(database: Database): Map<bigint, LogSums> {
  const all = new Map<bigint, LogSums>();
  const of = (id: bigint): LogSums => {
    const sums = all.get(id) ?? new LogSums();
    all.set(id, sums);
    return sums;
  };
  const rows = (sql: string) => database.prepare(sql).raw().all();
  const types = `SELECT r.log_id, t.type, count(*), min(t.time), max(t.time), count(t.digest_version)
    FROM record r JOIN txn t ON t.id = r.txn_id GROUP BY 1, 2`;
  for (const row of rows(types) as [bigint, string, bigint, bigint, bigint, bigint][]) {
    const [id, type, count, first, last, digests] = row;
    const sums = of(id);
    sums.ops.set(type, Number(count));
    if (sums.firstTime === null || first < sums.firstTime) sums.firstTime = first;
    if (sums.lastTime === null || last > sums.lastTime) sums.lastTime = last;
    sums.hasDigests ||= digests > 0n;
  }
  const parts = `SELECT r.log_id, o.type, count(*) FROM txn t JOIN op o ON o.txn_id = t.id
    JOIN record r ON r.txn_id = t.id WHERE t.type = 'multi' GROUP BY 1, 2`;
  for (const [id, type, count] of rows(parts) as [bigint, string, bigint][]) {
    of(id).ops.set(`multi: ${type}`, Number(count));
  }
  const telling = `SELECT DISTINCT r.log_id, coalesce(o.error = -125, 0) FROM op o JOIN record r ON r.txn_id = o.txn_id
    WHERE o.error = -125 OR (o.type = 'create' AND o.parent_cversion = -1)`;
  for (const [id, isQuota] of rows(telling) as [bigint, bigint][]) {
    if (isQuota === 1n) of(id).hasQuotaExceeded = true;
    else of(id).hasCreateV0 = true;
  }
  return all;
}
