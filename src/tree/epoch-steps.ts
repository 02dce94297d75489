// Whether the old epoch ended where a log goes on in the next one.
import { epochOf, type Zxid } from '../records/zxid.js';
import type { ZxidRun, ZxidStep } from './continuity.js';

/** What is known besides the logs that are replayed. */
export interface Witnesses {
  /** What the logs of other servers hold, each in their order. */
  readonly otherLogs?: readonly { readonly server: string; readonly runs: readonly ZxidRun[] }[];
  /** Snapshots of this or another server, with the zxid of their digest block (null without one). */
  readonly snapshots?: readonly {
    readonly name: string;
    readonly zxid: Zxid;
    readonly digestZxid: Zxid | null;
  }[];
  /** The newest zxid at which a recorded digest was reproduced. */
  readonly lastMatched?: Zxid | null;
}

/** What proves a step; null where nothing does. A hole or a step backward is never proven. */
export type StepProof = "other server's log" | 'snapshot' | 'digest' | null;

/** A step and what is known of it. */
export interface JudgedStep extends ZxidStep {
  readonly proof: StepProof;
  /** The proof, or what is missing, in words. */
  readonly why: string;
}

/**
 * Judges one step. For the change of epoch: another server's log that goes from the same txn into the same epoch;
 * the snapshot that a new leader wrote, named EPOCH:0, whose digest block names the last txn of the old epoch; a
 * digest reproduced behind the step, which proves the tree, though not that no error or session txn is missing.
 */
export function judgeStep(step: ZxidStep, witnesses: Witnesses): JudgedStep {
  if (step.kind !== 'epoch') return { ...step, proof: null, why: whyNot(step) };
  for (const { server, runs } of witnesses.otherLogs ?? []) {
    if (runs.some((run, i) => run.to === step.after && runs[i + 1]?.from === step.next)) {
      return { ...step, proof: "other server's log", why: `the log of ${server} goes on in the same way` };
    }
  }
  const begin = epochOf(step.next) << 32n;
  const named = witnesses.snapshots?.find(
    ({ zxid, digestZxid }) => zxid === begin && digestZxid === step.after,
  );
  if (named !== undefined) {
    return { ...step, proof: 'snapshot', why: `${named.name} says that the old epoch ended there` };
  }
  const { lastMatched = null } = witnesses;
  if (lastMatched !== null && lastMatched >= step.next) {
    return { ...step, proof: 'digest', why: 'a digest recorded later was reproduced' };
  }
  const further = witnesses.otherLogs?.find(({ runs }) => goesFurther(runs, step.after));
  const why =
    further === undefined
      ? 'nothing shows how far the old epoch went'
      : `the log of ${further.server} goes further in the old epoch`;
  return { ...step, proof: null, why };
}

function goesFurther(runs: readonly ZxidRun[], after: Zxid): boolean {
  return runs.some(({ to }) => epochOf(to) === epochOf(after) && to > after);
}

function whyNot({ kind, missing }: ZxidStep): string {
  if (kind === 'backward') return 'the zxid is not higher than the one before';
  return missing === 1n ? 'one txn is missing' : `${missing} txns are missing`;
}
