// A snapshot with all that is in it, in its order: from a file, or from where it was stored.
import type { FileHeader } from '../records/file-header.js';
import type { AclEntry } from './acl-entry.js';
import type { TrailerBlocks } from './seal.js';
import type { Session } from './session.js';
import type { ZnodeRecord } from './znode-record.js';

/** What a snapshot can be written anew from; each part is read once, in this order. */
export interface WholeSnapshot {
  /** As it is called in messages. */
  readonly name: string;
  /** The zxid in its name. */
  readonly zxid: bigint;
  readonly header: FileHeader;
  sessions(): Iterable<Session>;
  acls(): Iterable<AclEntry>;
  /** One object may serve for all. */
  znodes(): Iterable<ZnodeRecord>;
  /** Once the znodes were read: what stands behind them, or why it cannot be written anew. */
  end(): TrailerBlocks | string;
  /** The Adler-32 that the first seal must have; null where it was checked already. */
  readonly checksum: number | null;
  close(): void;
}
