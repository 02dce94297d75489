// A snapshot into the index. Hot: once per znode.
import type { OnProblem } from '../problems.js';
import { OPEN_ACL, OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { LongMap } from '../snapshot/long-map.js';
import { MissingAcls } from '../snapshot/missing-acls.js';
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import { digestOfRecord } from '../tree/znode-digest.js';
import type { AclTable } from './acl-table.js';
import type { Database } from './database.js';
import type { Locate } from './locate-path.js';
import { PATH_ID_BITS } from './schema.js';

/** What is written beside the rows. */
export interface SnapshotTarget {
  readonly database: Database;
  readonly acls: AclTable;
  readonly snapshotId: number;
  readonly locate: Locate;
  /** Leave the data out. */
  readonly withoutData: boolean;
  readonly onProblem: OnProblem;
  /** Called now and then with the bytes read of the file. */
  readonly onProgress: (fileBytesRead: number) => void;
}

/** Sums over the znodes loaded. */
export interface SnapshotSums {
  readonly znodes: number;
  readonly sessions: number;
  /** Bytes. */
  readonly dataBytes: number;
  /** Newest zxid in a stat. */
  readonly newestZxid: bigint;
  /** Sum of the znodes' digests, signed; null where it was not computed. */
  readonly treeDigest: bigint | null;
}

/** Reads sessions, ACLs and znodes into the index; the snapshot row itself is the caller's. */
export function loadSnapshot(reader: SnapshotReader, target: SnapshotTarget): SnapshotSums {
  const sessions = loadSessions(reader, target);
  const aclIds = loadAcls(reader, target);
  return { sessions, ...loadZnodes(reader, target, aclIds) };
}

function loadSessions(reader: SnapshotReader, { database, snapshotId }: SnapshotTarget): number {
  const insert = database.prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)');
  let count = 0;
  for (const { id, timeout } of reader.sessions()) {
    insert.run(snapshotId, id, BigInt(timeout), count++);
  }
  return count;
}

function loadAcls(reader: SnapshotReader, { database, acls, snapshotId }: SnapshotTarget): LongMap {
  const insert = database.prepare('INSERT INTO snapshot_acl VALUES (?, ?, ?, ?)');
  const ids = new LongMap();
  ids.set(OPEN_ACL_KEY, acls.idOf(OPEN_ACL)!);
  let ordinal = 0;
  for (const { key, acl } of reader.acls()) {
    const id = acls.idOf(acl)!;
    ids.set(key, id);
    insert.run(snapshotId, ordinal++, key, id);
  }
  return ids;
}

const PROGRESS_EVERY = 4096;

function loadZnodes(
  reader: SnapshotReader,
  target: SnapshotTarget,
  aclIds: LongMap,
): Omit<SnapshotSums, 'sessions'> {
  const { database, snapshotId, locate, withoutData, onProgress } = target;
  // Of two znodes with one path the last is what a server keeps.
  const insert = database.prepare(`INSERT OR REPLACE INTO znode VALUES (${Array(15).fill('?').join(', ')})`);
  const firstId = snapshotId * 2 ** PATH_ID_BITS;
  const missing = new MissingAcls();
  const tally = new SnapshotTally();
  for (const znode of reader.znodes()) {
    const { view, statStart: at, dataLength } = znode;
    const pathId = locate(znode);
    const aclId = aclIds.get(znode.acl);
    if (aclId === 0) missing.add(znode);
    insert.run(
      firstId + pathId,
      znode.offset,
      znode.length,
      aclId === 0 ? null : aclId,
      view.getBigInt64(at),
      view.getBigInt64(at + 8),
      view.getBigInt64(at + 52),
      view.getBigInt64(at + 16),
      view.getBigInt64(at + 24),
      view.getInt32(at + 32),
      view.getInt32(at + 36),
      view.getInt32(at + 40),
      view.getBigInt64(at + 44),
      dataLength < 0 ? null : dataLength,
      withoutData ? null : znode.data,
    );
    tally.add(znode, digestOfRecord(znode));
    if (tally.znodes % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  for (const found of missing.problems(reader.stream.file)) target.onProblem(found);
  const { znodes, bytes: dataBytes, newest: newestZxid, digest } = tally;
  return { znodes, dataBytes, newestZxid, treeDigest: digest.value };
}
