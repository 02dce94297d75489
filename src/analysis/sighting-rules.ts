// What a look at a snapshot can be held against, and within which bounds.
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { EventList } from './event-list.js';
import type { Edge, LogCoverage, Span } from './log-coverage.js';
import type { Sighting } from './placed-sightings.js';
import type { TimelineItem } from './timeline.js';
import { mayDieUnlogged } from './unlogged.js';
import { type Belief, isThere, type ZnodeState } from './znode-state.js';

/** A change of which the version it led to is known. */
export interface FirstChange {
  readonly zxid: Zxid;
  readonly version: number;
}

/** What was known before the look. */
export interface Known {
  readonly belief: Belief;
  /** The last moment that is known; null for none. */
  readonly at: Edge | null;
  /** Where txns are missing between that and the look; null where none are. */
  readonly gap: Span | null;
  /** The first changes in the logs of a znode whose create is not known. */
  readonly first: { readonly setData: FirstChange | null; readonly setACL: FirstChange | null };
  readonly items: readonly TimelineItem[];
}

/** True where a look fits what is known: nothing has to be explained. */
export function isAsKnown({ znode }: Sighting, belief: Belief): boolean {
  if (belief === 'unknown') return true;
  if (znode === null || belief === 'absent') return znode === null && belief === 'absent';
  const { czxid, mzxid, version, aversion } = znode.stat;
  const isSame = (a: unknown, b: unknown) => a === undefined || a === b;
  return (
    isSame(belief.czxid, czxid) &&
    isSame(belief.mzxid, mzxid) &&
    isSame(belief.version, version) &&
    isSame(belief.aversion, aversion)
  );
}

/** Takes that a snapshot lacks the znode; returns what is known then. */
export function absentFacts(
  sighting: Sighting,
  known: Known,
  coverage: LogCoverage,
  list: EventList,
): Belief {
  const { belief, gap, at } = known;
  if (!isThere(belief)) return 'absent';
  const { snapshot } = sighting;
  const evidence = { file: snapshot.file, offset: 0, length: 0 };
  const change = { type: 'delete', before: belief, after: 'absent' } as const;
  if (gap !== null) {
    const span = { after: later(gap.after, at), upTo: endOf(gap, sighting, coverage) };
    list.between(change, span, { from: 'snapshot', evidence });
    return 'absent';
  }
  const { owner } = belief;
  const isAlive = owner !== undefined && snapshot.timeoutOf(owner) !== null;
  if (!mayDieUnlogged(belief) || isAlive) {
    const why = isAlive ? ', and whose session the snapshot has' : '';
    list.disagreement(evidence, `the znode${ofTxn(belief)}, which no txn deletes${why}`, 'none');
    return 'absent';
  }
  const span = { after: at, upTo: coverage.edge(sighting.at) };
  list.between(change, span, { from: 'snapshot', evidence, isUnlogged: true });
  return 'absent';
}

/** The last moment at which what a snapshot shows can have happened; null where nothing says it. */
export function endOf(gap: Span | null, { at, end }: Sighting, coverage: LogCoverage): Edge | null {
  if (gap?.upTo != null && gap.upTo.zxid < at) return gap.upTo;
  // Where no txn is missing that was made while the snapshot was written, none of them did it.
  const isTold =
    end === null ? coverage.has(at) || coverage.has(at + 1n) : coverage.missing(at, end) === null;
  if (isTold) return coverage.edge(at);
  return end === null ? null : coverage.edge(end > at ? end : at);
}

/** The later of two, where one may not be known. */
export function later(a: Edge | null, b: Edge | null): Edge | null {
  if (a === null || b === null) return a ?? b;
  return a.zxid > b.zxid ? a : b;
}

/** The earlier of two, where the first may not be known. */
export function earlier(a: Edge | null, b: Edge): Edge {
  return a === null || a.zxid > b.zxid ? b : a;
}

/** The create of a znode in words; nothing where it is not known. */
export function ofTxn({ czxid }: ZnodeState): string {
  return czxid === undefined ? '' : ` of ${formatZxid(czxid)}`;
}
