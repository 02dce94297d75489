// What an index knows of the files it was made of.
import type { Codec } from '../container/plain-stream.js';
import type { Content } from '../datadir/identify.js';
import type { TailKind } from '../txnlog/log-tail.js';
import type { Database } from './database.js';
import { PATH_ID_BITS } from './schema.js';

/** A server's row. */
export interface IndexedPlace {
  readonly serverId: number;
  readonly snapDir: string;
  readonly logDir: string;
  readonly myid: string | null;
  readonly currentEpoch: bigint | null;
  readonly acceptedEpoch: bigint | null;
  /** Problems that belong to none of its files. */
  readonly problemsBeside: number;
}

/** A file's row, with what is known of the snapshot or log in it. */
export interface IndexedFile {
  readonly serverId: number;
  readonly file: string;
  readonly kind: 'snapshot' | 'log';
  readonly content: Content;
  readonly codec: Codec;
  /** Bytes on disk. */
  readonly size: number;
  readonly zxid: bigint;
  readonly isGone: boolean;
  readonly problems: number;
  /** Null for a log, and for what could not be opened. */
  readonly snapshot: IndexedSnapshotFacts | null;
  /** Null for a snapshot, and for what could not be opened. */
  readonly log: IndexedLogFacts | null;
}

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
  /** Newest mtime of its znodes; null where they are not loaded. */
  readonly newestMtime: bigint | null;
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
}

interface FileRow {
  readonly id: bigint;
  readonly server_id: bigint;
  readonly path: string;
  readonly kind: 'snapshot' | 'log';
  readonly content: Content;
  readonly codec: Codec;
  readonly size: bigint;
  readonly zxid: bigint;
  readonly is_gone: bigint;
  readonly problems: bigint;
}

interface SnapshotRow {
  readonly id: bigint;
  readonly is_sound: bigint;
  readonly znodes: bigint;
  readonly sessions: bigint;
  readonly data_bytes: bigint;
  readonly newest_zxid: bigint;
  readonly digest_zxid: bigint | null;
  readonly digest: bigint | null;
  readonly last_processed_zxid: bigint | null;
  readonly newest_mtime: bigint | null;
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

/** The directories of an index's servers. */
export function readPlaces(database: Database): IndexedPlace[] {
  const rows = database.prepare(
    `SELECT s.id, s.data_dir, s.log_dir, s.myid, s.current_epoch, s.accepted_epoch,
       (SELECT count(*) FROM problem p WHERE p.server_id = s.id AND p.file_id IS NULL)
     FROM server s ORDER BY s.cluster_id, s.id`,
  );
  type Row = [bigint, string, string, string | null, bigint | null, bigint | null, bigint];
  return (rows.raw().all() as Row[]).map(
    ([id, snapDir, logDir, myid, currentEpoch, acceptedEpoch, problems]) => ({
      serverId: Number(id),
      snapDir,
      logDir,
      myid,
      currentEpoch,
      acceptedEpoch,
      problemsBeside: Number(problems),
    }),
  );
}

/** The files of an index by server, snapshots first, oldest first. */
export function readFiles(database: Database): IndexedFile[] {
  const rows = database.prepare(
    `SELECT f.id, f.server_id, f.path, f.kind, f.content, f.codec, f.size, f.zxid, f.is_gone,
       (SELECT count(*) FROM problem p WHERE p.file_id = f.id) AS problems
     FROM file f ORDER BY f.server_id, f.kind DESC, f.zxid, f.name`,
  );
  const snapshots = snapshotFacts(database);
  const logs = logFacts(database);
  return (rows.all() as FileRow[]).map((row) => ({
    serverId: Number(row.server_id),
    file: row.path,
    kind: row.kind,
    content: row.content,
    codec: row.codec,
    size: Number(row.size),
    zxid: row.zxid,
    isGone: row.is_gone === 1n,
    problems: Number(row.problems),
    snapshot: snapshots.get(row.id) ?? null,
    log: logs.get(row.id) ?? null,
  }));
}

function snapshotFacts(database: Database): Map<bigint, IndexedSnapshotFacts> {
  const rows = database.prepare(
    `SELECT n.*, (SELECT max(mtime) FROM znode z
       WHERE z.id >= n.id << ${PATH_ID_BITS} AND z.id < (n.id + 1) << ${PATH_ID_BITS}) AS newest_mtime
     FROM snapshot n`,
  );
  return new Map(
    (rows.all() as SnapshotRow[]).map((row) => [
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
        newestMtime: row.newest_mtime,
      },
    ]),
  );
}

function logFacts(database: Database): Map<bigint, IndexedLogFacts> {
  const times = new Map(
    (
      database
        .prepare(
          'SELECT r.log_id, min(t.time), max(t.time) FROM record r JOIN txn t ON t.id = r.txn_id GROUP BY 1',
        )
        .raw()
        .all() as [bigint, bigint, bigint][]
    ).map(([id, first, last]) => [id, [first, last] as const]),
  );
  return new Map(
    (database.prepare('SELECT * FROM log').all() as LogRow[]).map((row) => {
      const [firstTime, lastTime] = times.get(row.id) ?? [null, null];
      const facts = {
        firstZxid: row.first_zxid,
        lastZxid: row.last_zxid,
        firstTime,
        lastTime,
        txns: Number(row.txns),
        skipped: Number(row.skipped),
        tail: row.tail,
        tailOffset: Number(row.tail_offset),
      };
      return [row.id, facts];
    }),
  );
}
