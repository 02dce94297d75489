// Which snapshot of a server to begin with for the tree at a zxid: the newest that serves. (An older one and all
// logs can be a tree that never was: a member that was synced by snapshot has no log of what it missed.)
import { formatZxid, type Zxid } from '../records/zxid.js';
import { type Continuity, stepOf, type ZxidRun } from './continuity.js';
import type { SnapshotEnd } from './snapshot-end.js';

/** A snapshot to choose from. */
export interface BaseCandidate {
  readonly name: string;
  /** The zxid in its name. */
  readonly zxid: Zxid;
  /** Tells servers apart where candidates are of several. */
  readonly server?: number;
  /** Where it ends; null where it is damaged. Costs a pass over it, so it is asked for only where needed. */
  readonly end: () => SnapshotEnd | null;
}

/** What to begin with. */
export interface BaseChoice<C extends BaseCandidate> {
  readonly base: C;
  /** False where its end lies behind the wanted zxid, or txns are missing: for `--inexact` only. */
  readonly serves: boolean;
  /** Why it does not serve; null where it does. */
  readonly against: string | null;
  /** The next snapshot of the server behind it, sound or not; null for the newest. */
  readonly nextSnapshot: Zxid | null;
}

/** Trees that can be had: from `from` to `to`, both included, beginning with the snapshot at `base`. */
export interface ServedRange {
  readonly base: Zxid;
  readonly from: Zxid;
  readonly to: Zxid;
}

/**
 * Chooses among snapshots, in any order; null where every sound one is newer than `wanted`. `logs` are the zxids of
 * the server's logs. A change of epoch does not speak against a snapshot: whether it can be proven shows later.
 */
export function chooseBase<C extends BaseCandidate>(
  candidates: readonly C[],
  logs: Continuity,
  wanted: Zxid,
): BaseChoice<C> | null {
  const sorted = [...candidates].sort((a, b) => (a.zxid < b.zxid ? 1 : a.zxid > b.zxid ? -1 : 0));
  let fallback: BaseChoice<C> | null = null;
  for (const base of sorted) {
    const end = base.zxid <= wanted ? base.end() : null;
    if (end === null) continue;
    const against = reasonAgainst(base, end, logs, wanted);
    const choice = { base, serves: against === null, against, nextSnapshot: nextOf(base, candidates) };
    if (choice.serves) return choice;
    fallback ??= choice;
  }
  return fallback;
}

/** The zxid of the same server's next snapshot; null for its newest. */
export function nextOf(base: BaseCandidate, candidates: readonly BaseCandidate[]): Zxid | null {
  let next: Zxid | null = null;
  for (const { zxid, server } of candidates) {
    if (server === base.server && zxid > base.zxid && (next === null || zxid < next)) next = zxid;
  }
  return next;
}

/** The zxids at which trees can be had without a hole, oldest first. Reads every candidate's end. */
export function servedRanges(candidates: readonly BaseCandidate[], logs: Continuity): ServedRange[] {
  const ranges: ServedRange[] = [];
  for (const { zxid, end } of candidates) {
    const from = end()?.zxid;
    const to = reachOf(zxid, logs.runs).to;
    if (from !== undefined && from <= to) ranges.push({ base: zxid, from, to });
  }
  return ranges.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

/** The nearest zxids, below and above, at which a tree can be had; null where there is none. */
export function nearestServed(
  ranges: readonly ServedRange[],
  wanted: Zxid,
): { readonly below: Zxid | null; readonly above: Zxid | null } {
  let below: Zxid | null = null;
  let above: Zxid | null = null;
  for (const { from, to } of ranges) {
    if (from <= wanted) {
      const near = to < wanted ? to : wanted;
      if (below === null || near > below) below = near;
    } else if (above === null || from < above) above = from;
  }
  return { below, above };
}

function reasonAgainst(
  base: BaseCandidate,
  end: SnapshotEnd,
  { runs }: Continuity,
  wanted: Zxid,
): string | null {
  if (end.zxid > wanted) return `${base.name} holds effects of txns up to ${formatZxid(end.zxid)}`;
  const reach = reachOf(base.zxid, runs);
  if (reach.next === null || reach.next > wanted) return null;
  return `txns between ${formatZxid(reach.to)} and ${formatZxid(reach.next)} are missing`;
}

/** How far the logs go on from a zxid, and the first zxid behind the hole that ends it; null without a hole. */
export function reachOf(zxid: Zxid, runs: readonly ZxidRun[]): { to: Zxid; next: Zxid | null } {
  let to = zxid;
  for (const run of runs) {
    if (run.to <= to) continue;
    const next = run.from > to ? run.from : to + 1n;
    const step = stepOf(to, next);
    if (step !== null && step.kind === 'hole') return { to, next };
    to = run.to;
  }
  return { to, next: null };
}
