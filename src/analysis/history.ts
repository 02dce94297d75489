// The history of a znode, or of all below one: every change, with what made it, and where the logs have holes.
//
// What snapshots and txns tell comes in their order, is sorted by path, put together znode by znode, and sorted again
// by zxid. Both sorts go through a temporary file where there is much, so that memory does not grow with it.
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { HistoryScope, HistorySource, SnapshotFacts, TxnRun } from '../source/history-source.js';
import { sortRecords } from '../store/sort.js';
import { stepOf, type ZxidStep } from '../tree/continuity.js';
import { type Cause, causeOf } from './causes.js';
import { EventList } from './event-list.js';
import { eventOf, eventRow } from './event-rows.js';
import type { HistoryEvent } from './history-event.js';
import { type Hole, LogCoverage, type Span } from './log-coverage.js';
import { bounded, type Sighting, sightingsOf } from './placed-sightings.js';
import { TimelineFeed } from './timeline-feed.js';
import { timelinesOf } from './timeline-rows.js';
import { type ZnodeHistory, znodeHistory } from './znode-history.js';
import { stateOf } from './znode-state.js';

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

/** What is known besides the znodes themselves; to be asked when one of them has been read. */
export interface HistoryFrame {
  readonly snapshots: readonly SnapshotFacts[];
  readonly holes: readonly Hole[];
  /** The newest zxid that logs or snapshots know of; null without either. */
  readonly newest: Zxid | null;
}

/** The histories of the znodes of a scope, in canonical order. */
export class ZnodeHistories {
  readonly #source: HistorySource;
  readonly #scope: HistoryScope;
  readonly #onProblem: OnProblem;
  readonly #upTo: Zxid | null;
  #frame: HistoryFrame | null = null;

  /** What lies behind `upTo` is left out; null for all there is. What does not fit together is reported. */
  constructor(source: HistorySource, scope: HistoryScope, onProblem: OnProblem, upTo: Zxid | null = null) {
    this.#source = source;
    this.#scope = scope;
    this.#onProblem = onProblem;
    this.#upTo = upTo;
  }

  /** Once a znode has been read, or there is none. */
  get frame(): HistoryFrame {
    if (this.#frame === null) throw new Error('the history was not read');
    return this.#frame;
  }

  /** To be read once. */
  *znodes(): Generator<ZnodeHistory> {
    const feed = new TimelineFeed(this.#source, this.#scope, this.#upTo);
    const timelines = timelinesOf(sortRecords(feed.rows()));
    // Reading the first has read all that they are made of.
    let next = timelines.next();
    const runs = this.#source.runs();
    const facts = feed.snapshots.map((snapshot) => snapshot.facts);
    const coverage = new LogCoverage(runs, facts, this.#source.others?.(epochSteps(runs)) ?? null);
    const snapshots = bounded(feed.snapshots);
    this.#frame = { snapshots: facts, holes: coverage.holes, newest: this.#newest(runs, facts) };
    for (; !next.done; next = timelines.next()) {
      const timeline = next.value;
      // A snapshot that was written on behind the end of this history can show what came later.
      const sightings = sightingsOf(timeline, snapshots).filter(({ at }) => this.#isWithin(at));
      const found = znodeHistory(timeline, sightings, coverage, this.#onProblem);
      const isTop = this.#scope.depth !== 'all' && timeline.path === this.#scope.path;
      if (!isTop) yield found;
      else
        yield { ...found, events: [...found.events, ...childrenChange(timeline.path, sightings, coverage)] };
    }
  }

  #isWithin(zxid: Zxid): boolean {
    return this.#upTo === null || zxid <= this.#upTo;
  }

  #newest(runs: readonly TxnRun[], snapshots: readonly SnapshotFacts[]): Zxid | null {
    if (this.#upTo !== null) return this.#upTo;
    let newest = runs.at(-1)?.to.zxid ?? null;
    for (const { zxid } of snapshots) if (zxid !== null && (newest === null || zxid > newest)) newest = zxid;
    return newest;
  }
}

/** A history in the order in which it happened. */
export interface History extends HistoryFrame {
  /** In the order asked for; to be read once. */
  readonly events: Iterable<CausedEvent>;
  readonly holesInIt: readonly HoleInHistory[];
  /** False where no txn and no snapshot knows of such a znode. */
  readonly isKnown: boolean;
  /** True where there is a znode, and no event of it: one that servers make with the tree. */
  readonly isUntouched: boolean;
}

/** Reads a history to its end, and gives its events in order. What does not fit together is reported. */
export function historyOf(
  source: HistorySource,
  scope: HistoryScope,
  isNewestFirst: boolean,
  onProblem: OnProblem,
): History {
  const histories = new ZnodeHistories(source, scope, onProblem);
  let bridged: readonly Span[] = [];
  let isThere = false;
  const rows = function* () {
    for (const { events, last, bridged: spans } of histories.znodes()) {
      if (scope.depth === 0) bridged = spans;
      isThere ||= typeof last === 'object';
      for (const event of events) yield eventRow(event, isNewestFirst);
    }
  };
  const sorted = sortRecords(rows())[Symbol.iterator]();
  const first = sorted.next();
  const { frame } = histories;
  const events = function* (): Generator<CausedEvent> {
    for (let next = first; !next.done; next = sorted.next()) {
      const event = eventOf(next.value);
      yield { event, cause: causeOf(event, frame.snapshots) };
    }
  };
  return {
    ...frame,
    events: events(),
    holesInIt: frame.holes.map((hole) => ({ hole, isBridged: isBridged(hole, bridged) })),
    isKnown: isThere || !first.done,
    isUntouched: isThere && first.done === true,
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

function epochSteps(runs: readonly TxnRun[]): ZxidStep[] {
  const steps = runs.slice(1).map(({ from }, i) => stepOf(runs[i]!.to.zxid, from.zxid));
  return steps.filter((step): step is ZxidStep => step?.kind === 'epoch');
}

/** True where spans in which nothing happened cover a hole; they come in their order. */
function isBridged({ kind, after, next }: Hole, bridged: readonly Span[]): boolean {
  if (kind !== 'hole' || after === null || next === null) return false;
  let covered = after.zxid;
  for (const { after: from, upTo } of bridged) {
    if ((from === null || from.zxid <= covered) && upTo !== null && upTo.zxid > covered) covered = upTo.zxid;
  }
  return covered >= next.zxid - 1n;
}
