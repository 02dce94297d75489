// The lines of a history: its events, and the holes in it, in one order and within a range.
import type { TxnRange } from '../source/sources.js';
import type { CausedEvent, History, HoleInHistory } from './history.js';
import { placeOf } from './history-event.js';
import type { Edge } from './log-coverage.js';

/** An event or a hole. */
export type HistoryEntry = CausedEvent | HoleInHistory;

/** True for a hole. */
export function isHole(entry: HistoryEntry): entry is HoleInHistory {
  return 'hole' in entry;
}

/**
 * The entries of a history that lie in a range, in its order. What has no zxid or time of its own is left out only
 * where it cannot lie there. A change of epoch is no entry: that nothing is missing there is not proven, no more.
 */
export function* entriesOf(
  { events, holesInIt }: History,
  isNewestFirst: boolean,
  range: TxnRange,
): Generator<HistoryEntry> {
  const holes = holesInIt.filter(({ hole }) => hole.kind !== 'epoch');
  if (isNewestFirst) holes.reverse();
  let next = 0;
  for (const event of events) {
    const place = placeOf(event.event);
    for (; next < holes.length && beginOf(holes[next]!) < place !== isNewestFirst; next++) {
      if (isWithin(holes[next]!, range)) yield holes[next]!;
    }
    if (isWithin(event, range)) yield event;
  }
  for (const hole of holes.slice(next)) if (isWithin(hole, range)) yield hole;
}

// The txn before the hole stands before it, what a snapshot shows of it behind.
function beginOf({ hole }: HoleInHistory): bigint {
  return hole.after?.zxid ?? -1n;
}

function isWithin(entry: HistoryEntry, { fromZxid, toZxid, since, until }: TxnRange): boolean {
  const { first, last } = endsOf(entry);
  if (fromZxid !== undefined && last !== null && last.zxid < fromZxid) return false;
  if (toZxid !== undefined && first !== null && first.zxid > toZxid) return false;
  if (since !== undefined && last?.time != null && last.time < since) return false;
  return until === undefined || first?.time == null || first.time < until;
}

/** The first and the last moment at which it can have happened; null where nothing bounds it. */
function endsOf(entry: HistoryEntry): { readonly first: Edge | null; readonly last: Edge | null } {
  if (isHole(entry)) {
    const { after, next } = entry.hole;
    const first = after === null ? null : { zxid: after.zxid + 1n, time: after.time };
    return { first, last: next === null ? null : { zxid: next.zxid - 1n, time: next.time } };
  }
  const { zxid, time, span } = entry.event;
  if (zxid !== null) return { first: { zxid, time }, last: { zxid, time } };
  const after = span?.after ?? null;
  return {
    first: after === null ? null : { zxid: after.zxid + 1n, time: after.time },
    last: span?.upTo ?? null,
  };
}
