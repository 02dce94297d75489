// What a conversion made, of what, and what is different: manifest.json beside the snapshot.

import type { WrittenFile } from '../container/output-folder.js';
import type { ChangeSum } from './changes.js';

/** A tree that went in. Ids are hex with 0x. */
export interface ManifestSource {
  readonly source: string;
  readonly zxid: string | null;
  readonly exactness: 'exact' | 'unproven' | null;
  /** Why it is exact or not; null where no moment was looked for: a snapshot file. */
  readonly reason: string | null;
  /** `/a=/b, /=/prod`. */
  readonly map: string;
  /** Znodes read. */
  readonly znodes: number;
  readonly problems: number;
}

/** Txns that are not in the output of a repair. */
export interface LostTxns {
  /** Behind its zxid: how many can be read. */
  readonly txns: number;
  /** The first and the last of these, hex with 0x; null where none can be read. */
  readonly from: string | null;
  readonly to: string | null;
  /** True where there are records behind it that cannot be read. */
  readonly unreadable: boolean;
  /** Up to its zxid: how many were passed over, for they are missing or cannot be read. */
  readonly missing: number;
  /** Up to its zxid, of several servers: how many only a minority has, so that they were never agreed on. */
  readonly dropped: number;
}

/** A conversion. */
export interface Manifest {
  readonly tool: string;
  readonly release: string;
  /** Hex with 0x. */
  readonly zxid: string;
  readonly zxidBecause: string;
  /** What times that had to be made up are, ISO 8601; null where none was, with --verbatim. */
  readonly time: string | null;
  readonly znodes: number;
  readonly dataBytes: number;
  readonly sessions: number;
  /** Hex with 0x. */
  readonly treeDigest: string;
  readonly digestInSnapshot: boolean;
  readonly codec: string;
  readonly servers: readonly string[];
  /** Empty in a dry run. */
  readonly files: readonly WrittenFile[];
  readonly sources: readonly ManifestSource[];
  readonly changes: readonly ChangeSum[];
  /** Null where nothing is lost, and of a conversion. */
  readonly lost: LostTxns | null;
  /** What the servers must be set to. */
  readonly requires: readonly string[];
  readonly notes: readonly string[];
}
