// The tree that a replay begins with.
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import type { TrailerBlocks } from '../snapshot/seal.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

/** One reading of a base, in this order; a SnapshotReader is one. */
export interface BaseReading {
  sessions(): Iterable<Session>;
  acls(): Iterable<AclRecord>;
  /** Parents first. One object may serve for all. */
  znodes(): Iterable<ZnodeRecord>;
  /** What stands behind the znodes; null before they were read, and where it is cut. */
  readonly trailer: TrailerBlocks | null;
  /** True where all was read and the checksums are right; only meaningful once the znodes were read. */
  readonly isSound: boolean;
  close(): void;
}

/** What a replay needs of a base: these paths, what these sessions own, and what is at or below these paths. */
export interface BaseNeed {
  readonly paths: Iterable<RawText>;
  readonly owners: ReadonlySet<bigint>;
  readonly below: readonly RawText[];
}

/** What one pass over all znodes of a base tells. */
export interface BaseSums {
  readonly znodes: number;
  /** Highest zxid in a stat; 0 in a new tree. */
  readonly newest: Zxid;
  /** Sum of the znodes' digests, signed. Null where it is not known, and then no digest can be compared. */
  readonly treeDigest: bigint | null;
}

/** A snapshot, however it is stored. It is read once or twice. */
export interface BaseTree {
  /** As it is called in reasons: `snapshot.5000`. */
  readonly name: string;
  /** The zxid in its name: replay begins with the txn after it. */
  readonly zxid: Zxid;
  /** Where they are known beforehand; then `open` may pass on what is needed alone, each znode once. */
  readonly sums?: BaseSums;
  /** Without `need` all znodes are needed. */
  open(need?: BaseNeed): BaseReading;
}

/** A snapshot file as a base. `zxid` is the one in its name. */
export function snapshotBase(file: string, zxid: Zxid, name: string = file, onProblem?: OnProblem): BaseTree {
  return { name, zxid, open: () => openSnapshot(file, onProblem) };
}
