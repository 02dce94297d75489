// A snapshot into the index. Hot: once per znode.
import type { RawText } from '../jute/raw-text.js';
import { type OnProblem, problem } from '../problems.js';
import { OPEN_ACL, OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { AclTable } from './acl-table.js';
import type { Database } from './database.js';
import { type PathTable, ROOT_ID } from './path-table.js';
import { PATH_ID_BITS } from './schema.js';
import { toSql } from './sql-text.js';

/** What is written beside the rows. */
export interface SnapshotTarget {
  readonly database: Database;
  readonly paths: PathTable;
  readonly acls: AclTable;
  readonly snapshotId: number;
  /** Leave the data out. */
  readonly withoutData: boolean;
  /** True where the path table holds only the root and has no index yet, so that each path is new. */
  readonly isFirst: boolean;
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
}

/**
 * Thrown where a first snapshot is not what servers write (a path twice, a znode without its parent): it must be
 * loaded again the careful way, with `isFirst` false.
 */
export class NotOrdinary extends Error {}

/** Reads sessions, ACLs and znodes into the index; the snapshot row itself is the caller's. */
export function loadSnapshot(reader: SnapshotReader, target: SnapshotTarget): SnapshotSums {
  const sessions = loadSessions(reader, target);
  const aclIds = loadAcls(reader, target);
  return { sessions, ...loadZnodes(reader, target, aclIds) };
}

function loadSessions(reader: SnapshotReader, { database, snapshotId }: SnapshotTarget): number {
  const insert = database.prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?)');
  let count = 0;
  for (const { id, timeout } of reader.sessions()) {
    insert.run(snapshotId, id, BigInt(timeout));
    count++;
  }
  return count;
}

function loadAcls(
  reader: SnapshotReader,
  { database, acls, snapshotId }: SnapshotTarget,
): Map<bigint, number> {
  const insert = database.prepare('INSERT INTO snapshot_acl VALUES (?, ?, ?, ?)');
  const ids = new Map<bigint, number>([[OPEN_ACL_KEY, acls.idOf(OPEN_ACL)!]]);
  let ordinal = 0;
  for (const { key, acl } of reader.acls()) {
    const id = acls.idOf(acl)!;
    ids.set(key, id);
    insert.run(snapshotId, ordinal++, key, id);
  }
  return ids;
}

// The ancestors of the znode read last: snapshots are in pre-order, so a parent is nearly always among them.
interface Ancestor {
  readonly path: string;
  readonly id: number;
}

const PROGRESS_EVERY = 4096;

function loadZnodes(reader: SnapshotReader, target: SnapshotTarget, aclIds: Map<bigint, number>) {
  const { database, snapshotId, withoutData, onProgress } = target;
  const verb = target.isFirst ? 'INSERT' : 'INSERT OR REPLACE';
  const insert = database.prepare(`${verb} INTO znode VALUES (${Array(15).fill('?').join(', ')})`);
  const locate = target.isFirst ? firstPathIds(target.paths) : pathIds(reader.stream.file, target);
  const firstId = snapshotId * 2 ** PATH_ID_BITS;
  const missing = new Map<bigint, number>();
  let dataBytes = 0;
  let newestZxid = 0n;
  let znodes = 0;
  for (const znode of reader.znodes()) {
    const { view, statStart: at, dataLength } = znode;
    const pathId = locate(znode);
    const aclId = aclIds.get(znode.acl) ?? null;
    if (aclId === null) missing.set(znode.acl, (missing.get(znode.acl) ?? 0) + 1);
    const czxid = view.getBigInt64(at);
    const mzxid = view.getBigInt64(at + 8);
    const pzxid = view.getBigInt64(at + 52);
    insert.run(
      firstId + pathId,
      znode.offset,
      znode.length,
      aclId,
      czxid,
      mzxid,
      pzxid,
      view.getBigInt64(at + 16),
      view.getBigInt64(at + 24),
      view.getInt32(at + 32),
      view.getInt32(at + 36),
      view.getInt32(at + 40),
      view.getBigInt64(at + 44),
      dataLength < 0 ? null : dataLength,
      withoutData ? null : znode.data,
    );
    if (dataLength > 0) dataBytes += dataLength;
    if (mzxid > newestZxid) newestZxid = mzxid;
    if (pzxid > newestZxid) newestZxid = pzxid;
    if (++znodes % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  for (const [key, count] of missing) {
    const found = `no such ACL; ${count} znodes point to it`;
    target.onProblem(
      problem('acl-missing', { file: reader.stream.file, offset: 0, expected: `ACL ${key}`, found }),
    );
  }
  return { znodes, dataBytes, newestZxid };
}

type Locate = (znode: ZnodeRecord) => number;

/** Path ids for the first snapshot of an index, where every path is new and the parent an ancestor. */
function firstPathIds(paths: PathTable): Locate {
  const ancestors: Ancestor[] = [];
  let sawRoot = false;
  return (znode) => {
    const { path } = znode;
    if (path === '') {
      if (sawRoot) throw new NotOrdinary();
      sawRoot = true;
      return ROOT_ID;
    }
    const slash = path.lastIndexOf('/');
    const parent = parentAmong(ancestors, path.slice(0, slash));
    if (parent === null) throw new NotOrdinary();
    const id = paths.addChild(parent, toSql(path.slice(slash + 1) as RawText));
    ancestors.push({ path, id });
    return id;
  };
}

/** Path ids where the path may be known; reports orphans and duplicates. */
function pathIds(file: string, { database, paths, snapshotId, onProblem }: SnapshotTarget): Locate {
  const ancestors: Ancestor[] = [];
  const firstId = snapshotId * 2 ** PATH_ID_BITS;
  const has = database.prepare('SELECT 1 FROM znode WHERE id = ?').pluck();
  return (znode) => {
    const { path } = znode;
    const report = (code: 'znode-orphan' | 'znode-duplicate', expected: string, found: string) =>
      onProblem(problem(code, { file, offset: znode.offset, expected, found, where: `znode ${znode.text}` }));
    const slash = path.lastIndexOf('/');
    let id = ROOT_ID;
    if (path !== '') {
      let parent = parentAmong(ancestors, path.slice(0, slash));
      if (parent === null) {
        parent = paths.idOfParent(path);
        if (has.get(firstId + parent) === undefined) report('znode-orphan', 'its parent before it', 'none');
      }
      id = paths.idOfChild(parent, path.slice(slash + 1) as RawText);
      ancestors.push({ path, id });
    }
    if (has.get(firstId + id) !== undefined) report('znode-duplicate', 'each path once', 'the path again');
    return id;
  };
}

// Pops what is not an ancestor; null where the parent is not among them.
function parentAmong(ancestors: Ancestor[], parent: string): number | null {
  if (parent === '') {
    ancestors.length = 0;
    return ROOT_ID;
  }
  for (let i = ancestors.length - 1; i >= 0; i--) {
    const { path, id } = ancestors[i]!;
    if (path === parent) {
      ancestors.length = i + 1;
      return id;
    }
    // An ancestor of the parent stays: what lies between is missing.
    if (parent.startsWith(`${path}/`)) return null;
  }
  return null;
}
