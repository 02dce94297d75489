// Where in a znode's history a snapshot saw it.
//
// snapshot.N is written while txns go on: a znode may be in it as it was at N, or as a later txn left it, up to the
// end of the writing. Each znode by itself is whole (DataTree.serializeNode copies it under its lock), so that one of
// the moments in between is the right one.
import type { Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { SnapshotFacts } from '../source/history-source.js';
import type { Timeline } from './timeline.js';
import type { NumberedSnapshot } from './timeline-feed.js';

/** What a snapshot shows of a znode, and after which txn it may be taken to have looked. */
export interface Sighting {
  readonly at: Zxid;
  /** Effects of txns after this one cannot be in the snapshot; null where nothing says. */
  readonly end: Zxid | null;
  readonly snapshot: SnapshotFacts;
  /** Null where the snapshot lacks the znode. */
  readonly znode: Znode | null;
}

/** A snapshot, with the last txn of which it can hold effects: by its own word, or by when its server began the next. */
export interface BoundedSnapshot extends NumberedSnapshot {
  readonly end: Zxid | null;
}

/** Finds the ends of snapshots, which come oldest first. */
export function bounded(snapshots: readonly NumberedSnapshot[]): BoundedSnapshot[] {
  return snapshots.map((snapshot, i) => {
    const { server, end } = snapshot.facts;
    const next = snapshots.slice(i + 1).find(({ facts }) => facts.server === server);
    return { ...snapshot, end: end ?? next?.facts.zxid ?? null };
  });
}

/** The sightings of a znode by ascending `at`. */
export function sightingsOf({ items, seen }: Timeline, snapshots: readonly BoundedSnapshot[]): Sighting[] {
  const sightings = snapshots.map(({ number, facts: snapshot, end }): Sighting => {
    const znode = seen.get(number) ?? null;
    const zxid = snapshot.zxid ?? end ?? newestOf(znode);
    if (znode !== null) return { at: max(zxid, newestOf(znode)), end, snapshot, znode };
    // It can be gone because it was deleted while the snapshot was written.
    const deletion = items.find(({ part, logged }) => {
      const at = logged.txn.header.zxid;
      const isWithin = at > zxid && (end === null || at <= end);
      return isWithin && (part.op.op === 'delete' || part.op.op === 'deleteContainer');
    });
    return { at: deletion?.logged.txn.header.zxid ?? zxid, end, snapshot, znode };
  });
  return sightings.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function newestOf(znode: Znode | null): Zxid {
  return znode === null ? 0n : max(znode.stat.czxid, znode.stat.mzxid);
}

function max(a: Zxid, b: Zxid): Zxid {
  return a > b ? a : b;
}
