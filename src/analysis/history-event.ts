// An event in the history of a znode.
import type { RawText } from '../jute/raw-text.js';
import type { Evidence } from '../records/evidence.js';
import type { TxnEdge } from '../source/history-source.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { Span } from './log-coverage.js';
import type { OpPart } from './op-row.js';
import type { Belief, ZnodeState } from './znode-state.js';

/** An op on a znode as the log has it, apart from the reader's buffers. */
export interface LoggedOp {
  /** The txn without its body, and with evidence. */
  readonly logged: LoggedTxn;
  readonly part: OpPart;
  /** Every part of the multi it belongs to, at most 101; null outside one. */
  readonly multi: MultiParts | null;
  /** Of a delete that a closeSession brings along. */
  readonly session: SessionFacts | null;
  /** Of a deleteContainer: the child that went last; null where the logs show none. */
  readonly lastChild: LastChild | null;
}

/** What the logs tell of a session. */
export interface SessionFacts {
  readonly created: TxnEdge;
  /** Milliseconds. */
  readonly timeout: number;
}

/** A child of a znode, and when it went. */
export interface LastChild extends TxnEdge {
  readonly path: RawText;
}

/** The parts of a multi. */
export interface MultiParts {
  readonly count: number;
  readonly parts: readonly { readonly index: number; readonly type: string; readonly path: RawText | null }[];
}

/** What can happen to a znode. `children`: a child was created or deleted. */
export type EventType =
  | 'create'
  | 'create2'
  | 'createContainer'
  | 'createTTL'
  | 'delete'
  | 'deleteContainer'
  | 'setData'
  | 'reconfig'
  | 'setACL'
  | 'children';

/** One change of a znode, or several of one type of which nothing more is known than that they were made. */
export interface HistoryEvent {
  readonly path: RawText;
  readonly type: EventType;
  /** Null where only a span is known. */
  readonly zxid: bigint | null;
  /** Milliseconds since 1970; null where it is not known. */
  readonly time: bigint | null;
  /** Where it lies, if its zxid is not known. */
  readonly span: Span | null;
  /** `log`: a txn in a log tells it. `snapshot`: it follows from what snapshots hold. */
  readonly from: 'log' | 'snapshot';
  /** A delete that servers do not log. */
  readonly isUnlogged: boolean;
  /** It follows only if the txns before a change of epoch were committed, and not lost with their leader. */
  readonly isIfCommitted: boolean;
  /** The op itself, where it is in a log. */
  readonly op: LoggedOp | null;
  readonly before: Belief;
  /** Fields of a change that is not known exactly may be undefined. */
  readonly after: Belief;
  /** Changes that this stands for. */
  readonly count: number;
  /** The txn, or the snapshot's record (of a znode that it lacks, the snapshot from its beginning). */
  readonly evidence: Evidence;
  /** Order among events of one txn. */
  readonly order: number;
}

/** The znode an event is about, as far as it is known: of a delete what was deleted. */
export function subjectOf({ before, after }: HistoryEvent): ZnodeState | null {
  if (typeof after === 'object') return after;
  return typeof before === 'object' ? before : null;
}

/** Where an event stands among others: its zxid, or the end of its span. */
export function placeOf({ zxid, span }: HistoryEvent): bigint {
  return zxid ?? span?.upTo?.zxid ?? span?.after?.zxid ?? -1n;
}
