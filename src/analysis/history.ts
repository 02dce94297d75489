// The history of a znode, or of all below one: every change, with what made it, and where the logs have holes.
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { HistoryScope, HistorySource, SnapshotFacts, TxnRun } from '../source/history-source.js';
import { type Cause, Causes } from './causes.js';
import { EventList } from './event-list.js';
import { compareEvents, type HistoryEvent } from './history-event.js';
import { Timelines } from './history-timelines.js';
import { type Hole, LogCoverage, type Span } from './log-coverage.js';
import { endsOf, type Sighting, sightingsOf } from './placed-sightings.js';
import { znodeHistory } from './znode-history.js';
import { type Belief, stateOf } from './znode-state.js';

/** An event, and what made it where no client asked for it. */
export interface CausedEvent {
  readonly event: HistoryEvent;
  readonly cause: Cause | null;
}

/** Where the logs have a hole. */
export interface HoleInHistory {
  readonly hole: Hole;
  /** True where a snapshot behind it shows that nothing happened to the znode in it; false for a subtree. */
  readonly isBridged: boolean;
}

/** What is found. */
export interface History {
  /** Oldest first. */
  readonly events: readonly CausedEvent[];
  /** Oldest first. */
  readonly holes: readonly HoleInHistory[];
  /** What is known of each znode at the end, those that were there once too. */
  readonly last: ReadonlyMap<RawText, Belief>;
  /** The newest zxid that logs or snapshots know of; null without either. */
  readonly newest: Zxid | null;
}

/**
 * Puts the history of a scope together, up to `upTo` if it is given. What does not fit together is reported.
 */
export function historyOf(
  source: HistorySource,
  scope: HistoryScope,
  onProblem: OnProblem,
  upTo: Zxid | null = null,
): History {
  const isWithin = (zxid: Zxid | null) => upTo === null || zxid === null || zxid <= upTo;
  const timelines = new Timelines(scope);
  const snapshots: SnapshotFacts[] = [];
  for (const view of source.snapshots(scope)) {
    if (!isWithin(view.facts.zxid)) continue;
    timelines.see(snapshots.length, view);
    snapshots.push(view.facts);
  }
  for (const logged of source.txns(scope, timelines.owners, upTo ?? undefined)) {
    if (isWithin(logged.txn.header.zxid)) timelines.add(logged);
  }
  const runs = source.runs();
  const coverage = new LogCoverage(runs, snapshots);
  const ends = endsOf(snapshots);
  const events: HistoryEvent[] = [];
  const last = new Map<RawText, Belief>();
  let bridged: readonly Span[] = [];
  for (const timeline of timelines.all()) {
    // One that was written on behind the end of this history can show what came later.
    const sightings = sightingsOf(timeline, snapshots, ends).filter(({ at }) => isWithin(at));
    const found = znodeHistory(timeline, sightings, coverage, onProblem);
    last.set(timeline.path, found.last);
    for (const event of found.events) events.push(event);
    if (scope.depth === 'all' || timeline.path !== scope.path) continue;
    bridged = found.bridged;
    events.push(...childrenChange(timeline.path, sightings, coverage));
  }
  const causes = new Causes((id) => timelines.session(id), snapshots);
  const caused = events.sort(compareEvents).map((event) => ({ event, cause: causes.of(event) }));
  return {
    events: caused.filter(({ event }) => scope.depth !== 0 || event.path === scope.path),
    holes: coverage.holes.map((hole) => ({ hole, isBridged: isBridged(hole, bridged) })),
    last,
    newest: newestOf(runs, snapshots, upTo),
  };
}

/** The last change of its children that its stat tells, if that is in no log. */
function childrenChange(
  path: RawText,
  sightings: readonly Sighting[],
  coverage: LogCoverage,
): readonly HistoryEvent[] {
  const znode = sightings.findLast((sighting) => sighting.znode !== null)?.znode;
  if (znode == null) return [];
  const { czxid, pzxid } = znode.stat;
  if (pzxid === czxid || coverage.has(pzxid)) return [];
  const list = new EventList(path, coverage, () => {});
  const state = stateOf(znode);
  list.fromStat({ type: 'children', before: state, after: state }, pzxid, null, znode.evidence);
  // A child's own event of the same txn says more, and comes behind.
  return list.events.map((event) => ({ ...event, order: -1 }));
}

function isBridged({ kind, after, next }: Hole, bridged: readonly Span[]): boolean {
  if (kind !== 'hole' || after === null || next === null) return false;
  return bridged.some((span) => {
    const isFromBefore = span.after === null || span.after.zxid <= after.zxid;
    return isFromBefore && span.upTo !== null && span.upTo.zxid >= next.zxid - 1n;
  });
}

function newestOf(
  runs: readonly TxnRun[],
  snapshots: readonly SnapshotFacts[],
  upTo: Zxid | null,
): Zxid | null {
  if (upTo !== null) return upTo;
  let newest = runs.at(-1)?.to.zxid ?? null;
  for (const { zxid } of snapshots) if (zxid !== null && (newest === null || zxid > newest)) newest = zxid;
  return newest;
}
