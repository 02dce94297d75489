// Is a txn missing? Inside an epoch zxids count by one, failed requests included, so a hole shows. Where the epoch
// changes no counter says how far the old one went; see `epoch-steps.ts` for what else can.
import type { Evidence } from '../records/evidence.js';
import { counterOf, epochOf, type Zxid } from '../records/zxid.js';

/** Zxids of one epoch without a hole, both ends included. */
export interface ZxidRun {
  readonly from: Zxid;
  readonly to: Zxid;
}

/**
 * Where one run does not follow the other by counting. `hole`: zxids are missing. `epoch`: the next run begins an
 * epoch, and whether the old one went further is not known. `backward`: the next zxid is not higher.
 */
export interface ZxidStep {
  readonly kind: 'hole' | 'epoch' | 'backward';
  /** The last zxid before the step. */
  readonly after: Zxid;
  /** The first behind it. */
  readonly next: Zxid;
  /** Zxids that are missing for sure; in a hole at the beginning of an epoch those of that epoch only. */
  readonly missing: bigint;
  /** The txn behind the step; null where only zxids were given. */
  readonly evidence: Evidence | null;
}

/** Runs of zxids and the steps between them. */
export interface Continuity {
  /** What the first txn should follow, the zxid of a snapshot; it is in no run. Null where nothing stands before. */
  readonly from: Zxid | null;
  readonly runs: readonly ZxidRun[];
  readonly steps: readonly ZxidStep[];
}

/** Follows the zxids of txns in the order in which they stand. */
export class ContinuityBuilder implements Continuity {
  readonly from: Zxid | null;
  readonly runs: { from: Zxid; to: Zxid }[] = [];
  readonly steps: ZxidStep[] = [];
  #last: Zxid | null;

  constructor(from: Zxid | null = null) {
    this.from = from;
    this.#last = from;
  }

  /** The newest zxid; that of the base where there was none. */
  get last(): Zxid | null {
    return this.#last;
  }

  note(zxid: Zxid, evidence: Evidence | null = null): void {
    const step = this.#last === null ? null : stepOf(this.#last, zxid, evidence);
    if (step !== null) this.steps.push(step);
    this.#last = zxid;
    const run = this.runs.at(-1);
    if (run !== undefined && step === null && epochOf(run.to) === epochOf(zxid)) run.to = zxid;
    else this.runs.push({ from: zxid, to: zxid });
  }
}

/** The runs and steps of zxids in the order in which logs hold them. */
export function continuityOf(zxids: Iterable<Zxid>, from: Zxid | null = null): Continuity {
  const builder = new ContinuityBuilder(from);
  for (const zxid of zxids) builder.note(zxid);
  return builder;
}

/** The same of runs that are known, ascending, none longer than an epoch. */
export function continuityOfRuns(runs: readonly ZxidRun[]): Continuity {
  const steps = runs.slice(1).map(({ from }, i) => stepOf(runs[i]!.to, from));
  return { from: null, runs, steps: steps.filter((step) => step !== null) };
}

/** What lies between two zxids that follow each other in a log; null where nothing is missing. */
export function stepOf(after: Zxid, next: Zxid, evidence: Evidence | null = null): ZxidStep | null {
  if (next === after + 1n) return null;
  if (next <= after) return { kind: 'backward', after, next, missing: 0n, evidence };
  if (epochOf(next) === epochOf(after)) {
    return { kind: 'hole', after, next, missing: next - after - 1n, evidence };
  }
  const missing = counterOf(next) - 1n;
  return { kind: missing > 0n ? 'hole' : 'epoch', after, next, missing, evidence };
}
