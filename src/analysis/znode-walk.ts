// One walk through the history of a znode: what is known of it, from one op or sighting to the next.
import type { OnProblem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import { EventList } from './event-list.js';
import type { HistoryEvent } from './history-event.js';
import type { Edge, LogCoverage, Span } from './log-coverage.js';
import type { Sighting } from './placed-sightings.js';
import { absentFacts, isAsKnown, type Known } from './sighting-rules.js';
import { createdInGap, sightingFacts } from './stat-facts.js';
import type { Timeline, TimelineItem } from './timeline.js';
import { mayDieUnlogged } from './unlogged.js';
import { type Belief, created, dataOf, isThere, type ZnodeState } from './znode-state.js';

/** The txn of an op. */
export function zxidOf({ logged }: TimelineItem): Zxid {
  return logged.txn.header.zxid;
}

/** Follows a znode; what happened to it goes into `list`. */
export class ZnodeWalk {
  belief: Belief = 'unknown';
  readonly list: EventList;
  readonly bridged: Span[] = [];
  readonly #timeline: Timeline;
  readonly #coverage: LogCoverage;
  /** The last moment of which is known whether it was there. */
  #at: Edge | null = null;
  /** The last moment of which all is known: a setData behind a hole does not tell what happened to the ACL in it. */
  #wholeAt: Edge | null = null;
  /** Since then a version showed that something happened in a hole. */
  #isChangedInHole = false;
  /** The first logged setData and setACL of a znode whose create is not known. */
  #first: Known['first'] = { setData: null, setACL: null };

  constructor(timeline: Timeline, coverage: LogCoverage, onProblem: OnProblem) {
    this.#timeline = timeline;
    this.#coverage = coverage;
    this.list = new EventList(timeline.path, coverage, onProblem);
  }

  /** The next op in a log, at `place` among them; `ahead` is the next look behind it. */
  take(item: TimelineItem, place: number, ahead: Sighting | null): void {
    // What only a minority of the servers has is shown, but the history goes on without it.
    if (item.logged.commit === 'single-copy') {
      if (!item.isClose) this.list.logged(item, this.belief, afterOf(item, this.belief));
      return;
    }
    const zxid = zxidOf(item);
    if (ahead !== null) this.#learnFrom(ahead, place);
    const gap = this.#missing(this.#at, zxid - 1n);
    const wholeGap = this.#missing(this.#wholeAt, zxid - 1n);
    let isWhole = true;
    let { belief: before } = this;
    const { op } = item.part;
    switch (op.op) {
      case 'delete':
      case 'deleteContainer':
        if (!this.#deletes(item, gap)) return;
        if (before === 'absent') before = 'unknown';
        break;
      case 'setData':
      case 'reconfig':
        before = this.#beforeChange(item, 'version', op.version, gap, wholeGap);
        isWhole = wholeGap === null;
        break;
      case 'setACL':
        before = this.#beforeChange(item, 'aversion', op.version, gap, wholeGap);
        isWhole = wholeGap === null;
        break;
      default:
        if (isThere(before)) this.#wasGoneBefore(item, before, gap);
        before = 'absent';
    }
    this.belief = afterOf(item, before);
    this.list.logged(item, before, this.belief);
    this.#at = { zxid, time: item.logged.txn.header.time };
    if (!isWhole) return;
    this.#wholeAt = this.#at;
    this.#isChangedInHole = false;
  }

  /**
   * An op behind a hole is on what is there then. Where that was created in the hole, only a later look at the same
   * znode tells it.
   */
  #learnFrom(ahead: Sighting, place: number): void {
    const { items } = this.#timeline;
    const zxid = zxidOf(items[place]!);
    const gap = this.#missing(this.#at, zxid - 1n);
    if (gap === null || ahead.znode === null || ahead.znode.stat.czxid >= zxid) return;
    for (let i = place; i < items.length && zxidOf(items[i]!) <= ahead.at; i++) {
      if (!('version' in items[i]!.part.op)) return;
    }
    const known = { ...this.#known(gap), gap };
    const state = createdInGap(ahead, ahead.znode, known, this.#coverage, this.list);
    if (state !== null) this.belief = state;
  }

  /**
   * Where a look does not fit what is known, and txns are missing that were made while the snapshot was written: it is
   * to be taken behind these. Null where it is to be taken now.
   */
  seesLater(sighting: Sighting): Zxid | null {
    const { at, end } = sighting;
    const until = end ?? this.#coverage.last ?? at;
    if (until <= at || isAsKnown(sighting, this.belief) || this.#gapBefore(sighting) !== null) return null;
    const first = this.#coverage.missing(at, until)?.after?.zxid ?? null;
    return first === null ? null : first + 1n;
  }

  /** The next look that a snapshot took. */
  see(sighting: Sighting): void {
    const gap = this.#gapBefore(sighting);
    const known = this.#known(gap);
    if (sighting.znode === null) this.belief = absentFacts(sighting, known, this.#coverage, this.list);
    else {
      const { state, isUnchanged } = sightingFacts(
        sighting,
        sighting.znode,
        known,
        this.#coverage,
        this.list,
      );
      if (isUnchanged && gap !== null && !this.#isChangedInHole) this.bridged.push(gap);
      this.belief = state;
    }
    this.#first = { setData: null, setACL: null };
    this.#at = this.#coverage.edge(sighting.at);
    this.#wholeAt = this.#at;
    this.#isChangedInHole = false;
  }

  #known(gap: Span | null): Known {
    return { belief: this.belief, at: this.#at, gap, first: this.#first, items: this.#timeline.items };
  }

  /** Where txns are missing that can explain what a look shows. */
  #gapBefore({ znode, at }: Sighting): Span | null {
    return this.#missing(znode === null ? this.#at : this.#wholeAt, at);
  }

  #missing(after: Edge | null, upTo: Zxid): Span | null {
    return this.#coverage.missing(after?.zxid ?? null, upTo);
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
    absentGap: Span | null,
    gap: Span | null,
  ): ZnodeState {
    const { evidence } = logged;
    const { zxid } = logged.txn.header;
    const old = version - 1;
    const unknown = { [field]: old };
    const type = field === 'version' ? 'setData' : 'setACL';
    if (!isThere(this.belief)) {
      if (this.belief === 'absent') this.#wasCreatedBefore(evidence, absentGap);
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
    this.#isChangedInHole = true;
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

/** What an op makes of what was there. */
function afterOf({ part: { op }, logged }: TimelineItem, before: Belief): Belief {
  const { zxid, time } = logged.txn.header;
  const known = isThere(before) ? before : {};
  const { lacksData = false } = logged;
  switch (op.op) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return created(op, logged.txn.header, lacksData);
    case 'setData':
    case 'reconfig': {
      const data = lacksData ? { data: undefined, dataLength: undefined } : dataOf(op.data);
      return { ...known, ...data, version: op.version, mzxid: zxid, mtime: time };
    }
    case 'setACL':
      return { ...known, acl: op.acl, aversion: op.version };
    default:
      return 'absent';
  }
}

/** A znode in words. */
function since({ czxid }: ZnodeState): string {
  return czxid === undefined ? 'a znode' : `the znode of ${formatZxid(czxid)}`;
}
