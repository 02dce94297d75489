// Where a condition begins and ceases to hold, along a replay.
import type { Zxid } from '../records/zxid.js';
import type { Exactness } from '../tree/exactness.js';
import type { ReplayStep } from '../tree/replay.js';
import { partsOf } from './op-row.js';
import { pathBase64, shownPath } from './paths.js';

/** A txn, without what lives in a reader's buffer. */
export interface TxnFacts {
  readonly zxid: Zxid;
  readonly time: bigint;
  readonly session: bigint;
  /** As in a log; a multi is `multi`. */
  readonly type: string;
  /** What it did, a multi part by part, with the deletes of a closeSession. */
  readonly ops: readonly OpFacts[];
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** An op of a txn. */
export interface OpFacts {
  readonly type: string;
  readonly path?: string;
  readonly pathBase64?: string | undefined;
  /** True for a delete by a closeSession. */
  readonly implied?: true;
}

/** A txn made a condition hold, or no longer hold; the label is that of the tree behind it. */
export interface TruthChange {
  readonly holds: boolean;
  readonly txn: TxnFacts;
  /** The zxid of the tree before it. */
  readonly before: Zxid;
  readonly label: Exactness;
}

/** A txn that was applied. */
export interface TakenStep {
  readonly step: ReplayStep;
  /** The zxid of the tree before it. */
  readonly before: Zxid;
  /** Judges the tree as the replay has it now. */
  label(): Exactness;
}

/** Follows a condition along the steps of one replay. */
export interface TruthFollower {
  /**
   * Whether it holds where the replay is now, whose tree has this label; to be called once, behind what is `pass`ed and
   * before what is taken.
   */
  begin(label: Exactness): boolean;
  /** Takes what a txn did before `begin`. */
  pass?(step: ReplayStep): void;
  /** Takes what a txn did. */
  take(taken: TakenStep): void;
  /** Changes found since the last call; with `atEnd` all that there are. */
  changes(atEnd: boolean): readonly TruthChange[];
  close(): void;
}

/** The facts of the txn that was applied. */
export function txnFacts({ logged, implied }: ReplayStep): TxnFacts {
  const { txn, evidence } = logged;
  const { zxid, time, clientId } = txn.header;
  const ops: OpFacts[] = partsOf(txn).map(({ op, isImplied }) => ({
    type: op.op,
    ...('path' in op && op.path !== null
      ? { path: shownPath(op.path), pathBase64: pathBase64(op.path) }
      : {}),
    ...(isImplied ? { implied: true } : {}),
  }));
  for (const path of implied) {
    ops.push({ type: 'delete', path: shownPath(path), pathBase64: pathBase64(path), implied: true });
  }
  return { zxid, time, session: clientId, type: txn.op.op, ops, ...evidence };
}
