// A znode as every command sees it, whatever it was read from.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Evidence } from '../records/evidence.js';
import type { StatPersisted } from '../records/stat-persisted.js';

/** A znode, whole and independent of the buffer it was read from. */
export interface Znode {
  /** "" for the root. */
  readonly path: RawText;
  /** Null data is null. Undefined where it was not asked for, or an index was made without data. */
  readonly data: Buffer | null | undefined;
  /** Bytes of data; 0 for null. */
  readonly dataLength: number;
  /** Null where the snapshot holds no such ACL. */
  readonly acl: readonly ACL[] | null;
  readonly stat: StatPersisted;
  /** Children there are; undefined where it was not asked for. */
  readonly numChildren: number | undefined;
  readonly evidence: Evidence;
}
