// A moment up to which a history is asked for: `DIR@WHEN`.
import { UsageError } from '../errors.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import { findMoment } from './moment.js';

/** Whose history it is. */
export interface HistoryPlace {
  /** As it can be typed. */
  readonly name: string;
  /** Zxids of the snapshots, in any order. */
  readonly snapshots: readonly Zxid[];
  readonly survey: LogSurvey;
}

/**
 * The zxid that WHEN stands for; a note says where that is in doubt.
 * @throws UsageError where nothing here reaches it.
 */
export function historyEnd(
  { name, snapshots, survey }: HistoryPlace,
  when: When,
  note: (text: string) => void,
): Zxid {
  const sorted = snapshots.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const found = findMoment(when, survey, sorted[0] ?? 0n, sorted.at(-1) ?? 0n);
  if (found === null) {
    throw new UsageError(
      `${name}: no txn here, and only they tell times`,
      `type a zxid: ${name}@0x50000002f`,
    );
  }
  const { zxid, against, doubt } = found;
  if (against !== null) {
    throw new UsageError(
      `${name}: ${formatZxid(zxid)} cannot be had: ${against}`,
      `type ${name} for all there is`,
    );
  }
  if (doubt !== null) note(`${name}: ${doubt}`);
  return zxid;
}
