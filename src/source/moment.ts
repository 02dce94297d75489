// A moment as typed, found in the logs: the zxid it stands for, and what speaks against having its tree.
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { LogSurvey, When } from '../tree/log-survey.js';

/** A moment in a server's history. */
export interface FoundMoment {
  /** The tree asked for is the one after this zxid and before any higher one. */
  readonly zxid: Zxid;
  /** Why it is not known that there is such a tree here; null where nothing speaks against it. */
  readonly against: string | null;
  /** Why the tree may not be that of the moment, though it is that of the zxid; null where nothing does. */
  readonly doubt: string | null;
}

/**
 * Finds a moment. A time stands for the state before the first txn later than it; behind the last txn it stands for
 * the newest state. `oldest` and `newest` are the zxids of the oldest and newest snapshot. Null for a time where
 * there is no txn, for nothing else tells times.
 */
export function findMoment(
  when: When,
  { first, newest: last, next }: LogSurvey,
  oldest: Zxid,
  newest: Zxid,
): FoundMoment | null {
  const end = last !== null && last.zxid > newest ? last.zxid : newest;
  if ('zxid' in when) {
    const { zxid } = when;
    const against = zxid > end ? `nothing here is newer than ${formatZxid(end)}` : null;
    return { zxid, against, doubt: null };
  }
  if (first === null || last === null) return null;
  if (next === null) {
    const doubt = `the logs end at ${timeText(last.time)}, and nothing is known of what followed`;
    return { zxid: end, against: null, doubt };
  }
  const zxid = next.zxid - 1n;
  // The first txn of all has nothing before it but a new tree; other logs begin where older ones were purged.
  const against =
    next.zxid === first.zxid && oldest > 0n
      ? `the logs begin at ${timeText(first.time)} with ${formatZxid(first.zxid)}, later than that`
      : null;
  return { zxid, against, doubt: null };
}

/** A time in ISO 8601; the number where no date can hold it. */
export function timeText(time: bigint): string {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
