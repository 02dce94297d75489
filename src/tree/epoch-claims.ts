// Where the history of an epoch begins: behind which txn of an older one.
//
// A leader proposes nothing before a quorum has taken over its history (Leader.lead waits for the ACKs of NEWLEADER).
// So what comes before the first txn of an epoch is committed, and what an older epoch logged besides is lost.
//
// A server's log tells that, for one that had more than the new leader is told to cut it (TRUNC). But one that rejoins
// when the new epoch has txns is sent a snapshot instead, for TRUNC does not cross epochs (LearnerHandler,
// queueCommittedProposals), and its logs keep what was lost, followed by txns of the new epoch. The snapshot that it
// then writes lies between the two: at EPOCH:0, or later, and then zxids are missing behind it.
import { counterOf, epochOf, type Zxid } from '../records/zxid.js';
import type { Holdings, SnapshotMark } from './holdings.js';

/** That the history of an epoch holds a txn of an older one. */
export interface EpochClaim {
  readonly epoch: bigint;
  /** The txn. */
  readonly last: Zxid;
  /** True where it is the last before the epoch. */
  readonly isEnd: boolean;
  /** True where the server's log says so, which then holds what the epoch's history holds up to `last`. */
  readonly isByLog: boolean;
}

/** What a server's files say of where epochs begin. `snapshots` may be in any order. */
export function claimsOf({ runs, snapshots }: Pick<Holdings, 'runs' | 'snapshots'>): EpochClaim[] {
  const claims: EpochClaim[] = [];
  const sorted = [...snapshots].sort((a, b) => (a.zxid < b.zxid ? -1 : a.zxid > b.zxid ? 1 : 0));
  let at = 0;
  for (const [i, { from: next }] of runs.entries()) {
    const last = runs[i - 1]?.to;
    if (last === undefined || epochOf(last) === epochOf(next) || counterOf(next) !== 1n) continue;
    while (at < sorted.length && sorted[at]!.zxid <= last) at++;
    const before = at;
    while (at < sorted.length && sorted[at]!.zxid < next) at++;
    // A snapshot in between may have been sent by a leader, unless the newest says that `last` is the last in it.
    if (at === before || sorted[at - 1]!.digestZxid === last) {
      claims.push({ epoch: epochOf(next), last, isEnd: true, isByLog: true });
    }
  }
  for (const mark of sorted) claims.push(...claimsOfSnapshot(mark));
  return claims;
}

// EPOCH:0 is the zxid of a server that has taken over the epoch's history and seen no txn of it. The digest block,
// unless it is empty, names the last txn before; stats name one that is in the tree.
function claimsOfSnapshot({ zxid, digestZxid, newestZxid }: SnapshotMark): EpochClaim[] {
  if (counterOf(zxid) !== 0n || zxid <= 0n) return [];
  const epoch = epochOf(zxid);
  const isOlder = (one: Zxid) => one > 0n && epochOf(one) < epoch;
  if (digestZxid !== null && isOlder(digestZxid)) {
    return [{ epoch, last: digestZxid, isEnd: true, isByLog: false }];
  }
  return isOlder(newestZxid) ? [{ epoch, last: newestZxid, isEnd: false, isByLog: false }] : [];
}

/** What all claims together say of the txns of one epoch. */
export interface EpochBounds {
  /** Txns up to this one are in the history of a later epoch; null where nothing says so. */
  readonly inHistory: Zxid | null;
  /** Txns behind this one are in that of none; below the epoch where that is so for all. Null where nothing says so. */
  readonly end: Zxid | null;
  /** Up to where a server's log holds what later epochs' histories hold, by the server's place. */
  readonly byLog: ReadonlyMap<number, Zxid>;
}

/** Bounds for each of some epochs, which ascend. `claims` are those of each server. */
export function boundsOf(
  epochs: readonly bigint[],
  claims: readonly (readonly EpochClaim[])[],
): Map<bigint, EpochBounds> {
  const own = new Map(
    epochs.map((epoch) => [epoch, { byLog: new Map<number, Zxid>(), inHistory: null as Zxid | null }]),
  );
  for (const [place, ofServer] of claims.entries()) {
    for (const { last, isByLog } of ofServer) {
      const epoch = own.get(epochOf(last));
      if (epoch === undefined) continue;
      if (epoch.inHistory === null || last > epoch.inHistory) epoch.inHistory = last;
      if (isByLog && last > (epoch.byLog.get(place) ?? -1n)) epoch.byLog.set(place, last);
    }
  }
  const ends = claims.flat().filter(({ isEnd }) => isEnd);
  ends.sort((a, b) => (a.epoch < b.epoch ? -1 : a.epoch > b.epoch ? 1 : 0));
  const bounds = new Map<bigint, EpochBounds>();
  let lowest: Zxid | null = null;
  for (const epoch of [...epochs].reverse()) {
    for (let claim = ends.at(-1); claim !== undefined && claim.epoch > epoch; claim = ends.at(-1)) {
      if (lowest === null || claim.last < lowest) lowest = claim.last;
      ends.pop();
    }
    const end = lowest !== null && epochOf(lowest) <= epoch ? lowest : null;
    bounds.set(epoch, { ...own.get(epoch)!, end });
  }
  return bounds;
}
