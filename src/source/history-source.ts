// What the history of znodes is made of: what snapshots show of them, the txns that concern them, and which txns are
// here at all. One interface over files and indexes, so that the history is put together once.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZxidStep } from '../tree/continuity.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import type { OtherServers } from '../tree/other-servers.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';

import type { AgreedTo } from './sources.js';

/** The znodes that a history is about. */
export interface HistoryScope {
  /** "" is the root. */
  readonly path: RawText;
  /** With its children, or with everything below it. */
  readonly depth: 0 | 1 | 'all';
}

/** A snapshot that can tell of a history. */
export interface SnapshotFacts {
  /** The file as it is called in output. */
  readonly file: string;
  /** Who wrote it: the next snapshot of the same server was begun after this one was finished. */
  readonly server: string;
  /** The zxid in its name; null for a file that is not named so. */
  readonly zxid: Zxid | null;
  /** The last txn of which it can hold effects, by the blocks behind its tree; null where it has none. */
  readonly end: Zxid | null;
  /** zxid of its digest block; null without one. */
  readonly digestZxid: Zxid | null;
  /** Milliseconds; null where its session table does not have the session. */
  timeoutOf(session: bigint): number | null;
}

/** What one snapshot shows of a scope. */
export interface SnapshotView {
  /** The zxid in its name; null for a file that is not named so. */
  readonly zxid: Zxid | null;
  /**
   * In any order, parents first. A path that stands in the file twice comes twice, and the later one counts. Of a
   * container or TTL znode, which servers delete when it is empty, the children come too, though they are not in the
   * scope. To be read once.
   */
  znodes(): Iterable<Znode>;
  /** To be asked when the znodes have been read: null where it is damaged, for then nobody knows what it lacks. */
  facts(): SnapshotFacts | null;
}

/** A txn's place in history. */
export interface TxnEdge {
  readonly zxid: Zxid;
  /** Milliseconds since 1970. */
  readonly time: bigint;
}

/** Zxids of one epoch without a hole; both ends are in it. */
export interface TxnRun {
  readonly from: TxnEdge;
  readonly to: TxnEdge;
}

/** A source of history. */
export interface HistorySource {
  /** As it was named, with what was chosen of it. */
  readonly name: string;
  readonly problems: readonly Problem[];
  /** False once damage was found that leaves txns out, or that keeps the only snapshot from being read. */
  readonly isComplete: boolean;
  /** Where several servers were read: then txns say whether they were committed. */
  readonly agreement?: AgreedTo | undefined;
  /** Oldest first. A note names those that cannot tell. */
  snapshots(scope: HistoryScope): Iterable<SnapshotView>;
  /**
   * Txns by zxid: every one that does something in the scope, every createSession and closeSession of a session that
   * has an ephemeral there (`owners`: those that snapshots name), and others besides. Their buffers live until the
   * next one. Txns after `toZxid` may be left out.
   */
  txns(scope: HistoryScope, owners: ReadonlySet<bigint>, toZxid?: Zxid): Iterable<LoggedTxn>;
  /** Which txns are here, in ascending order; to be asked when the txns have been read. */
  runs(): readonly TxnRun[];
  /** What other servers tell of these changes of epoch; absent where no others are here. */
  others?(steps: readonly ZxidStep[]): OtherServers | null;
  /** What the txns say of a moment; absent where none can be asked for. */
  survey?(when: When): LogSurvey;
  /** Those in the names of its snapshots, whether they can tell of the history or not. */
  snapshotZxids(): readonly Zxid[];
  close(): void;
}

/** True for a znode that servers delete when it is empty, so that its history needs that of its children. */
export function needsChildren({ stat }: Znode): boolean {
  return stat.ephemeralOwner < 0n;
}
