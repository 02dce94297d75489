// What an index knows of the files it was made of.
import type { Codec } from '../container/plain-stream.js';
import type { Content } from '../datadir/identify.js';
import type { Database } from './database.js';
import { type IndexedLogFacts, type IndexedSnapshotFacts, logFacts, snapshotFacts } from './indexed-facts.js';

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
  /** Among them is a wrong checksum. */
  readonly hasWrongChecksum: boolean;
  /** Null for a log, and for what could not be opened. */
  readonly snapshot: IndexedSnapshotFacts | null;
  /** Null for a snapshot, and for what could not be opened. */
  readonly log: IndexedLogFacts | null;
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
  readonly wrong: bigint;
}

/** The directories of an index's servers. */
export function readPlaces(database: Database): IndexedPlace[] {
  const rows = database.prepare(
    `SELECT s.id, s.data_dir, s.log_dir, s.myid, s.current_epoch, s.accepted_epoch,
       (SELECT count(*) FROM problem p WHERE p.server_id = s.id AND p.file_id IS NULL
         AND NOT EXISTS (SELECT 1 FROM file f WHERE f.server_id = s.id AND f.path = p.path))
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

/** Which zxids a log has. */
export interface IndexedLog {
  readonly serverId: number;
  readonly file: string;
  readonly firstZxid: bigint | null;
  readonly lastZxid: bigint | null;
}

/** The logs of an index that could be opened. */
export function readLogs(database: Database): IndexedLog[] {
  const rows = database.prepare(
    'SELECT l.server_id, f.path, l.first_zxid, l.last_zxid FROM log l JOIN file f ON f.id = l.id ORDER BY l.id',
  );
  type Row = [bigint, string, bigint | null, bigint | null];
  return (rows.raw().all() as Row[]).map(([serverId, file, firstZxid, lastZxid]) => {
    return { serverId: Number(serverId), file, firstZxid, lastZxid };
  });
}

/** The files of an index by server, snapshots first, oldest first; for times it reads all znodes and txns. */
export function readFiles(database: Database): IndexedFile[] {
  const rows = database.prepare(
    `SELECT f.id, f.server_id, f.path, f.kind, f.content, f.codec, f.size, f.zxid, f.is_gone,
       (SELECT count(*) FROM problem p WHERE p.server_id = f.server_id
         AND (p.file_id = f.id OR (p.file_id IS NULL AND p.path = f.path))) AS problems,
       EXISTS (SELECT 1 FROM problem p WHERE p.file_id = f.id AND p.code IN ('log-checksum', 'snapshot-checksum', 'snapshot-trailer-checksum')) AS wrong
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
    hasWrongChecksum: row.wrong === 1n,
    snapshot: snapshots.get(row.id) ?? null,
    log: logs.get(row.id) ?? null,
  }));
}
