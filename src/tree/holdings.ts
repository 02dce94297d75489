// What the files of one server hold of a cluster's history.
import { epochOf, type Zxid } from '../records/zxid.js';
import type { ZxidRun } from './continuity.js';

/** A snapshot that could be read to its end. */
export interface SnapshotMark {
  /** The zxid in its name. */
  readonly zxid: Zxid;
  /** Of its digest block; null without one, 0 for an empty one. */
  readonly digestZxid: Zxid | null;
  /** Newest zxid in a stat. */
  readonly newestZxid: Zxid;
}

/** One copy of one server's files. */
export interface Holdings {
  /** What it is called. */
  readonly server: string;
  /** The number that it votes by. Copies of one server have the same; null for one of which it is not known. */
  readonly vote: number | null;
  /** Zxids in its logs, ascending, as `joinRuns` makes them. */
  readonly runs: readonly ZxidRun[];
  readonly snapshots: readonly SnapshotMark[];
  /** True where damage at the end of its logs may hide more. */
  readonly mayHoldMore: boolean;
}

/** The zxids of several logs as one list: ascending, none twice, and no longer than an epoch. */
export function joinRuns(runs: Iterable<ZxidRun>): ZxidRun[] {
  const sorted = [...runs].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const joined: { from: Zxid; to: Zxid }[] = [];
  for (const { from, to } of sorted) {
    const last = joined.at(-1);
    if (last === undefined || from > last.to + 1n || epochOf(from) !== epochOf(last.to)) {
      joined.push({ from, to });
    } else if (to > last.to) last.to = to;
  }
  return joined;
}
