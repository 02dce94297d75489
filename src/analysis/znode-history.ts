// The history of one znode: what logs and snapshots say of it, put into one line, and where they disagree.
//
// It follows what is known of the znode from one op or sighting to the next. Where the logs are whole, a snapshot
// must show what they led to; where txns are missing, or before the logs begin, the stat in a snapshot tells what
// changed, and at which zxid or between which (see `stat-facts.ts`).
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { HistoryEvent } from './history-event.js';
import type { LogCoverage, Span } from './log-coverage.js';
import type { Sighting } from './placed-sightings.js';
import type { Timeline } from './timeline.js';
import type { Belief } from './znode-state.js';
import { ZnodeWalk, zxidOf } from './znode-walk.js';

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
  const walk = new ZnodeWalk(timeline, coverage, onProblem);
  const waiting = [...sightings];
  const look = () => {
    const sighting = waiting.shift()!;
    const later = walk.seesLater(sighting);
    if (later === null) walk.see(sighting);
    else {
      const place = waiting.findIndex(({ at }) => at > later);
      waiting.splice(place < 0 ? waiting.length : place, 0, { ...sighting, at: later });
    }
  };
  for (const [place, item] of timeline.items.entries()) {
    while (waiting.length > 0 && waiting[0]!.at < zxidOf(item)) look();
    walk.take(item, place, waiting[0] ?? null);
  }
  while (waiting.length > 0) look();
  return { path: timeline.path, events: walk.list.events, last: walk.belief, bridged: walk.bridged };
}
