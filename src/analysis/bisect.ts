// bisect: from when to when a condition held on the tree.
import type { Zxid } from '../records/zxid.js';
import type { ReplayRun, ReplayRuns } from '../source/replay-runs.js';
import type { Exactness } from '../tree/exactness.js';
import { Replay } from '../tree/replay.js';
import { treeOf } from '../tree/tree-at.js';
import type { Condition } from './condition.js';
import { SqlTruth } from './sql-truth.js';
import type { TruthChange, TruthFollower, TxnFacts } from './truth.js';
import { ZnodeTruth } from './znode-truth.js';

/** A period in which a condition held. */
export interface HeldPeriod {
  /** The first zxid at which it is known to hold. */
  readonly from: Zxid;
  /** The txn that made it hold; null where it held at the beginning already, or began in a hole of the logs. */
  readonly began: TxnFacts | null;
  /** Where it began in a hole: the last zxid before it at which it is known not to hold; else null. */
  readonly notAt: Zxid | null;
  /** The label of the tree at `from`. */
  readonly label: Exactness;
  /** The last zxid at which it is known to hold; null where only the beginning was asked for. */
  readonly to: Zxid | null;
  /** The txn that ended it; null where none is known. */
  readonly ended: TxnFacts | null;
  /** Where it ended in a hole: the first zxid behind it at which it is known not to hold; else null. */
  readonly goneAt: Zxid | null;
  /** The label of the tree behind `ended`, or at `to`; null where only the beginning was asked for. */
  readonly endLabel: Exactness | null;
}

/** How conditions are looked at. */
export interface BisectOptions {
  /** Ask a condition in SQL every so many txns; null: as often as can be afforded. */
  readonly every: number | null;
  /** Takes how often it is asked; 1 is every txn. */
  onEvery?(every: number): void;
  /** Takes each hole of the logs that is passed: the zxids before and behind it. */
  onHole?(before: Zxid, behind: Zxid): void;
}

/** The periods in which a condition held, in order; each is given when it ended, the last one also when it did not. */
export function* heldPeriods(
  runs: ReplayRuns,
  condition: Condition,
  options: BisectOptions,
): Generator<HeldPeriod> {
  let open: HeldPeriod | null = null;
  let known: Known | null = null;
  for (const run of runs.runs) {
    for (const event of truthOf(run, condition, options)) {
      if (event.kind === 'begin') {
        const { zxid, holds, label } = event;
        if (known !== null) options.onHole?.(known.zxid, zxid);
        if (holds) {
          const notAt: Zxid | null = known !== null && !known.holds ? known.zxid : null;
          open ??= periodFrom(zxid, null, notAt, label);
        } else if (open !== null) {
          yield { ...open, to: known!.zxid, goneAt: zxid, endLabel: known!.label };
          open = null;
        }
        continue;
      }
      if (event.kind === 'end') {
        known = event;
        continue;
      }
      const { holds, txn, before, label } = event.change;
      if (holds) open = periodFrom(txn.zxid, txn, null, label);
      else {
        yield { ...open!, to: before, ended: txn, endLabel: label };
        open = null;
      }
    }
  }
  if (open !== null) yield { ...open, to: known!.zxid, endLabel: known!.label };
}

/** The first beginning of a period; null where the condition never holds. Nothing is read behind it. */
export function firstHeld(runs: ReplayRuns, condition: Condition, options: BisectOptions): HeldPeriod | null {
  let known: Zxid | null = null;
  for (const run of runs.runs) {
    for (const event of truthOf(run, condition, options)) {
      if (event.kind === 'end') known = event.zxid;
      else if (event.kind === 'begin') {
        if (known !== null) options.onHole?.(known, event.zxid);
        if (event.holds) return periodFrom(event.zxid, null, known, event.label);
      } else if (event.change.holds) {
        const { txn, label } = event.change;
        return periodFrom(txn.zxid, txn, null, label);
      }
    }
  }
  return null;
}

function periodFrom(from: Zxid, began: TxnFacts | null, notAt: Zxid | null, label: Exactness): HeldPeriod {
  return { from, began, notAt, label, to: null, ended: null, goneAt: null, endLabel: null };
}

interface Known {
  readonly zxid: Zxid;
  readonly holds: boolean;
  readonly label: Exactness;
}

type TruthEvent =
  | ({ readonly kind: 'begin' } & Known)
  | ({ readonly kind: 'end' } & Known)
  | { readonly kind: 'change'; readonly change: TruthChange };

/** The truth at the beginning of a run, its changes, and the truth at the end. */
function* truthOf(run: ReplayRun, condition: Condition, options: BisectOptions): Generator<TruthEvent> {
  const needsData = condition.kind === 'sql' || condition.needsData;
  const replay = new Replay(needsData ? run.input : { ...run.input, data: false });
  const follower = followerOf(condition, replay, run, options);
  const label = (zxid: Zxid = replay.zxid) => treeOf(replay, { ...run.input, to: zxid }).exactness;
  try {
    for (const step of replay.steps(run.from)) follower.pass?.(step);
    const labelAtBegin = label(run.from);
    let holds = follower.begin(labelAtBegin);
    if (follower instanceof SqlTruth) options.onEvery?.(follower.every);
    yield { kind: 'begin', zxid: run.from, holds, label: labelAtBegin };
    let before = run.from;
    for (const step of replay.steps()) {
      follower.take({ step, before, label });
      before = step.logged.txn.header.zxid;
      for (const change of follower.changes(false)) {
        holds = change.holds;
        yield { kind: 'change', change };
      }
    }
    for (const change of follower.changes(true)) {
      holds = change.holds;
      yield { kind: 'change', change };
    }
    yield { kind: 'end', zxid: run.to, holds, label: label(run.to) };
  } finally {
    replay.stop();
    follower.close();
  }
}

function followerOf(
  condition: Condition,
  replay: Replay,
  { base }: ReplayRun,
  { every }: BisectOptions,
): TruthFollower {
  return condition.kind === 'sql'
    ? new SqlTruth(condition.statement, replay, base, every)
    : new ZnodeTruth(condition, replay, base);
}
