// What commands read: a tree as a stream of znodes, a history as a stream of txns. One interface over snapshot
// files, directories and indexes, so that a question is written once.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { LoadedTree } from '../store/loaded-pairs.js';
import type { CommitState, LoggedTxn } from '../txnlog/logged-txn.js';
import type { ReplayedTree } from './replayed-tree.js';

/** What a stream of znodes shall hold. */
export interface ZnodeOptions {
  /**
   * `canonical`: pre-order with siblings by their raw name bytes (default). `file`: as the snapshot has them,
   * which needs no sorting; a path that occurs twice comes twice, and nobody looks for orphans.
   */
  readonly order?: 'canonical' | 'file';
  /** Only this znode and what is below it; default: the whole tree. */
  readonly under?: RawText;
  /** With data (default true). */
  readonly data?: boolean;
  /** With numChildren (default false; costs a pass over a snapshot file). */
  readonly numChildren?: boolean;
  /**
   * In canonical order: only the znodes with a 1 at their place; that is their place in a `snapshotFile`, or their path's
   * id in the index of a `loaded` one. Nobody looks for duplicates and orphans then.
   */
  readonly places?: Uint8Array | undefined;
  /** In canonical order: only the znodes at these paths, beside those of `places`, likewise. */
  readonly paths?: ReadonlySet<RawText> | undefined;
}

/** A moment that a tree was asked for at. */
export interface Moment {
  /** The tree is the one after this zxid and before any higher one. */
  readonly zxid: bigint;
  /** `exact`: the tree is what servers had. `unproven`: it may be. */
  readonly exactness: 'exact' | 'unproven';
  /** Why, as a sentence without a full stop. */
  readonly reason: string;
  /** Where the newest tree was asked for and txns behind a hole are not in it: that, as such a sentence. */
  readonly behindHole?: string;
}

/** A tree. */
export interface ZnodeSource {
  /** As it was named, with what was chosen of it: `backup/zk1 snapshot.5000`. */
  readonly name: string;
  /**
   * zxid in the name of the snapshot the tree was read from, null for a snapshot file without one. Of a tree at a
   * moment the newest zxid in it.
   */
  readonly zxid: bigint | null;
  /** Where a moment was asked for. */
  readonly moment?: Moment;
  /** Txns that the logs beside it hold after `zxid` and that are not applied; null where that is not known. */
  readonly laterTxns: number | null;
  /** The snapshot file of which this is the tree as it stands; absent where txns were applied, and of an index. */
  readonly snapshotFile?: string;
  /** The loaded snapshot of an index of which this is the tree as it stands; absent where txns were applied. */
  readonly loaded?: LoadedTree;
  /** What txns made it of; absent where that is not known. */
  readonly replayed?: ReplayedTree;
  /** True where what is above a znode may be missing: an export of a part of a tree. */
  readonly isPartial?: true;
  /** Of an export: the numbers of the lines that a path is on, from 1. */
  linesOf?(path: RawText): readonly number[];
  /** What was wrong, found so far. */
  readonly problems: readonly Problem[];
  /**
   * False once damage was found that keeps a part of the tree from being read, or from being trusted (a wrong
   * checksum). Only after a whole pass does true say that there is none.
   */
  readonly isComplete: boolean;
  znodes(options?: ZnodeOptions): Iterable<Znode>;
  /** The znode at a path ("" is the root), with numChildren; null where there is none. */
  get(path: RawText): Znode | null;
  /** The children of a znode by raw name bytes, with numChildren. */
  children(path: RawText): Iterable<Znode>;
  /** The paths of its children, in the same order: for an index at a moment much less work. */
  childPaths(path: RawText): Iterable<RawText>;
  /** Sessions alive at `zxid`, by id. */
  sessions(): Iterable<Session>;
  close(): void;
}

/** Which txns; every condition given must hold. */
export interface TxnRange {
  /** Inclusive. */
  readonly fromZxid?: bigint;
  /** Inclusive. */
  readonly toZxid?: bigint;
  /** Header time, milliseconds since 1970, inclusive. */
  readonly since?: bigint;
  /** Header time, milliseconds since 1970, exclusive. */
  readonly until?: bigint;
  /** Only txns that do something at this path are wanted; a source that cannot tell cheaply gives others too. */
  readonly path?: RawText;
  /** Only txns of these states; a source that knows no states gives all. */
  readonly commit?: ReadonlySet<CommitState>;
}

/** What the servers of a cluster agree on. */
export interface AgreedTo {
  /** The last zxid of the agreed history, null where there is none; undefined where every copy is read. */
  readonly agreedTo: Zxid | null | undefined;
  /** Up to here it is known to be committed; null where nothing is. */
  readonly committedTo: Zxid | null;
}

/** A history. */
export interface TxnSource {
  readonly name: string;
  readonly problems: readonly Problem[];
  /** False once damage was found that leaves txns out; torn and padded ends do not. */
  readonly isComplete: boolean;
  /** Where several servers were read: then txns say whether they were committed. */
  readonly agreement?: AgreedTo | undefined;
  /** Txns by zxid; equal txns that several files hold come once. Their buffers live until the next one. */
  txns(range?: TxnRange): Iterable<LoggedTxn>;
  close(): void;
}
