// The history of one znode: what logs and snapshots say of it, put into one line, and where they disagree.
//
// It follows what is known of the znode from one op or sighting to the next. Where the logs are whole, a snapshot
// must show what they led to; where txns are missing, or before the logs begin, the stat in a snapshot tells what
// changed, and at which zxid or between which (see `stat-facts.ts`).
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { EventList } from './event-list.js';
import type { HistoryEvent } from './history-event.js';
import type { Edge, LogCoverage, Span } from './log-coverage.js';
import type { Sighting } from './placed-sightings.js';
import { absentFacts, type Known, sightingFacts } from './stat-facts.js';
import type { Timeline, TimelineItem } from './timeline.js';
import { mayDieUnlogged } from './unlogged.js';
import { type Belief, created, dataOf, isThere, type ZnodeState } from './znode-state.js';

/** What is found out about one znode. */
export interface ZnodeHistory {
  readonly path: RawText;
  /** Not sorted: what a stat tells of the past is found late. */
  readonly events: readonly HistoryEvent[];
  /** What is known of it at the end. */
  readonly last: Belief;
  /** Holes in the logs of which a snapshot behind them shows that nothing happened to the znode in them. */
  readonly bridged: readonly Span[];
}

/** Puts a znode's history together; `sightings` are those of `sightingsOf`. */
export function znodeHistory(
  timeline: Timeline,
  sightings: readonly Sighting[],
  coverage: LogCoverage,
  onProblem: OnProblem,
): ZnodeHistory {
  const walk = new Walk(timeline, coverage, onProblem);
  let next = 0;
  for (const item of timeline.items) {
    for (; next < sightings.length && sightings[next]!.at < zxidOf(item); next++) walk.see(sightings[next]!);
    walk.take(item);
  }
  for (const sighting of sightings.slice(next)) walk.see(sighting);
  return { path: timeline.path, events: walk.list.events, last: walk.belief, bridged: walk.bridged };
}

function zxidOf({ logged }: TimelineItem): Zxid {
  return logged.txn.header.zxid;
}

class Walk {
  belief: Belief = 'unknown';
  readonly list: EventList;
  readonly bridged: Span[] = [];
  readonly #timeline: Timeline;
  readonly #coverage: LogCoverage;
  /** The last moment of which `belief` is known. */
  #at: Edge | null = null;
  /** The first logged setData and setACL of a znode whose create is not known. */
  #first: Known['first'] = { setData: null, setACL: null };

  constructor(timeline: Timeline, coverage: LogCoverage, onProblem: OnProblem) {
    this.#timeline = timeline;
    this.#coverage = coverage;
    this.list = new EventList(timeline.path, coverage, onProblem);
  }

  /** The next op in a log. */
  take(item: TimelineItem): void {
    const zxid = zxidOf(item);
    const gap = this.#coverage.missing(this.#at?.zxid ?? null, zxid - 1n);
    const { op } = item.part;
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL': {
        if (isThere(this.belief)) this.#wasGoneBefore(item, this.belief, gap);
        const { txn, lacksData = false } = item.logged;
        const state = created(op, txn.header, lacksData);
        this.list.logged(item, 'absent', state);
        this.belief = state;
        break;
      }
      case 'delete':
      case 'deleteContainer':
        if (!this.#deletes(item, gap)) return;
        this.list.logged(item, this.belief === 'absent' ? 'unknown' : this.belief, 'absent');
        this.belief = 'absent';
        break;
      case 'setData':
      case 'reconfig': {
        const before = this.#beforeChange(item, 'version', op.version, gap);
        const { header } = item.logged.txn;
        const data = item.logged.lacksData ? { data: undefined, dataLength: undefined } : dataOf(op.data);
        const after = { ...before, ...data, version: op.version, mzxid: zxid, mtime: header.time };
        this.list.logged(item, before, after);
        this.belief = after;
        break;
      }
      case 'setACL': {
        const before = this.#beforeChange(item, 'aversion', op.version, gap);
        const after = { ...before, acl: op.acl, aversion: op.version };
        this.list.logged(item, before, after);
        this.belief = after;
      }
    }
    this.#at = { zxid, time: item.logged.txn.header.time };
  }

  /** The next look that a snapshot took. */
  see(sighting: Sighting): void {
    const gap = this.#coverage.missing(this.#at?.zxid ?? null, sighting.at);
    const known: Known = {
      belief: this.belief,
      at: this.#at,
      gap,
      first: this.#first,
      items: this.#timeline.items,
    };
    if (sighting.znode === null) this.belief = absentFacts(sighting, known, this.#coverage, this.list);
    else {
      const { state, isUnchanged } = sightingFacts(
        sighting,
        sighting.znode,
        known,
        this.#coverage,
        this.list,
      );
      if (isUnchanged && gap !== null) this.bridged.push(gap);
      this.belief = state;
    }
    this.#first = { setData: null, setACL: null };
    this.#at = this.#coverage.edge(sighting.at);
  }

  /** A create succeeded, so what was there had gone: in a hole of the logs, or without a txn. */
  #wasGoneBefore({ logged }: TimelineItem, before: ZnodeState, gap: Span | null): void {
    const { evidence } = logged;
    const change = { type: 'delete', before, after: 'absent' } as const;
    if (gap !== null) {
      this.list.between(change, gap, { from: 'log', evidence });
    } else if (mayDieUnlogged(before)) {
      const { zxid } = logged.txn.header;
      const span = { after: this.#at, upTo: this.#coverage.edge(zxid - 1n) };
      this.list.between(change, span, { from: 'log', evidence, isUnlogged: true });
    } else {
      this.list.disagreement(evidence, 'no such znode, as a create needs', `${since(before)}, not deleted`);
    }
  }

  /** False for a delete of what is gone already: of those that a closeSession brings along. */
  #deletes({ part, isClose, logged }: TimelineItem, gap: Span | null): boolean {
    if (isClose && !(isThere(this.belief) && this.belief.owner === logged.txn.header.clientId)) return false;
    if (this.belief !== 'absent') return true;
    if (part.isImplied) return false;
    this.#wasCreatedBefore(logged.evidence, gap);
    return true;
  }

  /** What was there before a setData or setACL, with the version that its own says. */
  #beforeChange(
    { logged, part }: TimelineItem,
    field: 'version' | 'aversion',
    version: number,
    gap: Span | null,
  ): ZnodeState {
    const { evidence } = logged;
    const { zxid } = logged.txn.header;
    const old = version - 1;
    const unknown = { [field]: old };
    const type = field === 'version' ? 'setData' : 'setACL';
    if (!isThere(this.belief)) {
      if (this.belief === 'absent') this.#wasCreatedBefore(evidence, gap);
      if (this.#first[type] === null) this.#first = { ...this.#first, [type]: { zxid, version } };
      return unknown;
    }
    const known = this.belief[field];
    if (known === undefined) {
      if (this.#first[type] === null) this.#first = { ...this.#first, [type]: { zxid, version } };
      return { ...this.belief, ...unknown };
    }
    // Versions wrap around, and a reconfig says -1.
    if (known === old || version <= 0 || part.op.op === 'reconfig') return this.belief;
    if (gap === null || (old <= known && !this.#coverage.isSure(gap))) {
      this.list.disagreement(evidence, `${field} ${known + 1}, for it was ${known}`, `${field} ${version}`);
      return { ...this.belief, ...unknown };
    }
    if (old > known) {
      const lost = field === 'version' ? { data: undefined, dataLength: undefined } : { acl: undefined };
      const before = { ...this.belief, ...lost, ...unknown };
      const change = { type, before: this.belief, after: before } as const;
      this.list.between(change, gap, { from: 'log', evidence, count: old - known });
      return before;
    }
    // Versions count from the create.
    this.list.between({ type: 'delete', before: this.belief, after: 'absent' }, gap, {
      from: 'log',
      evidence,
    });
    this.list.between({ type: 'create', before: 'absent', after: 'unknown' }, gap, { from: 'log', evidence });
    return unknown;
  }

  #wasCreatedBefore(evidence: HistoryEvent['evidence'], gap: Span | null): void {
    if (gap === null) this.list.disagreement(evidence, 'a znode', 'none: it was deleted, or never created');
    else
      this.list.between({ type: 'create', before: 'absent', after: 'unknown' }, gap, {
        from: 'log',
        evidence,
      });
  }
}

/** A znode in words. */
function since({ czxid }: ZnodeState): string {
  return czxid === undefined ? 'a znode' : `the znode of ${formatZxid(czxid)}`;
}
