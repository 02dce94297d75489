// The label of a planned tree before any txn is applied: what can be said without comparing digests.
import type { Zxid } from '../records/zxid.js';
import { type Continuity, stepOf, type ZxidStep } from '../tree/continuity.js';
import { judgeStep } from '../tree/epoch-steps.js';
import { type Exactness, exactnessOf } from '../tree/exactness.js';
import { type NotIdempotent, notIdempotent } from '../tree/not-idempotent.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { MomentCandidate, MomentPlan } from './moment-plan.js';

/** What of the history must be looked at: txns from one zxid to another, both included. */
export type TxnsBetween = (from: Zxid, to: Zxid) => Iterable<LoggedTxn>;

/**
 * `exact` where the tree of a plan will be exact whatever its digests say; otherwise a replay may show more. Every txn
 * must be readable. `sessions` are those alive in the base. `reached` is the last zxid up to the wanted one.
 */
export function exactnessBeforehand(
  { base, to, nextSnapshot, witnesses, survey }: MomentPlan<MomentCandidate>,
  txns: TxnsBetween,
  sessions: () => ReadonlySet<bigint>,
): Exactness & { readonly reached: Zxid } {
  const { zxid, name } = base;
  const end = base.end()!;
  const beyond = survey.next?.zxid ?? null;
  const { steps, reached } = stepsBetween(survey.continuity, zxid, to);
  const last = to > reached && beyond !== null ? stepOf(reached, beyond) : null;
  const all = last === null ? steps : [...steps, last];
  const exactness = exactnessOf({
    base: { name, zxid, end, isSound: true },
    wanted: to,
    reached,
    beyond,
    steps: all.map((step) => judgeStep(step, { ...witnesses, lastMatched: null })),
    digests: null,
    unreadable: 0,
    // Behind the end of the base it has the effects of no txn yet.
    notIdempotent: end.zxid > zxid ? firstNotIdempotent(txns(zxid + 1n, end.zxid), sessions()) : null,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
  });
  return { ...exactness, reached };
}

/** Where zxids do not follow one another from a base on, and how far they go up to `to`. */
function stepsBetween({ runs }: Continuity, base: Zxid, to: Zxid): { steps: ZxidStep[]; reached: Zxid } {
  const steps: ZxidStep[] = [];
  let reached = base;
  for (const run of runs) {
    if (run.to <= base) continue;
    if (run.from > to) break;
    const step = run.from > base ? stepOf(reached, run.from) : null;
    if (step !== null) steps.push(step);
    reached = run.to < to ? run.to : to;
  }
  return { steps, reached };
}

function firstNotIdempotent(txns: Iterable<LoggedTxn>, sessions: ReadonlySet<bigint>): NotIdempotent | null {
  for (const { txn } of txns) {
    const found = notIdempotent(txn, sessions);
    if (found !== null) return found;
  }
  return null;
}
