// The tree that a replay begins with.
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import { readSnapshot } from '../snapshot/read-snapshot.js';
import type { SnapshotTrailer } from '../snapshot/seal.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

/** One reading of a base, in this order; a SnapshotReader is one. */
export interface BaseReading {
  sessions(): Iterable<Session>;
  acls(): Iterable<AclRecord>;
  /** Parents first. One object may serve for all. */
  znodes(): Iterable<ZnodeRecord>;
  /** What stands behind the znodes; null before they were read, and where it is cut. */
  readonly trailer: SnapshotTrailer | null;
  /** True where all was read and the checksums are right; only meaningful once the znodes were read. */
  readonly isSound: boolean;
  close(): void;
}

/** A snapshot, however it is stored. It is read once or twice. */
export interface BaseTree {
  /** As it is called in reasons: `snapshot.5000`. */
  readonly name: string;
  /** The zxid in its name: replay begins with the txn after it. */
  readonly zxid: Zxid;
  open(): BaseReading;
}

/** A snapshot file as a base. `zxid` is the one in its name. */
export function snapshotBase(file: string, zxid: Zxid, name: string = file, onProblem?: OnProblem): BaseTree {
  return { name, zxid, open: () => readSnapshot(file, onProblem) };
}
