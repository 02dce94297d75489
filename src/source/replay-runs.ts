// A history as replays: where trees can be had one after the other, and where holes in the logs divide them.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import { servedRanges } from '../tree/choose-base.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import type { TreeAtInput } from '../tree/tree-at.js';
import { type MomentCandidate, type MomentPlace, type MomentPlan, planMoment } from './moment-plan.js';
import type { Resolved } from './resolve.js';
import type { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/** The tree that a replay begins with, for what the replay itself does not keep. */
export interface BaseZnodes {
  /** Null where there is none. */
  get(path: RawText): Znode | null;
  /** Paths of the children, in any order. */
  childPaths(path: RawText): Iterable<RawText>;
  /** All, in any order; one at a time. */
  all(): Iterable<Znode>;
}

/** A stretch of history without a hole: the tree at every zxid from `from` to `to` can be had. */
export interface ReplayRun {
  readonly from: Zxid;
  readonly to: Zxid;
  readonly input: TreeAtInput;
  readonly base: BaseZnodes;
}

/** Stretches by zxid; between two of them txns are missing. */
export interface ReplayRuns {
  readonly name: string;
  readonly runs: readonly ReplayRun[];
  /** False once damage was found that leaves txns out. */
  readonly isComplete: boolean;
  close(): void;
}

/** Which part of a history. */
export interface RunRange {
  /** The first tree is that at this moment; default: the oldest that can be had. */
  readonly from?: When | undefined;
  /** The last one; default: the newest. */
  readonly to?: When | undefined;
}

/** The znodes of a base that is in no file: the replay has those of a new tree itself. */
export const NO_ZNODES: BaseZnodes = { get: () => null, childPaths: () => [], all: () => [] };

/** Where snapshots and txns come from: a directory or an index. */
export interface ReplayParts<C extends MomentCandidate> {
  /** What a replay from a candidate on is made of. */
  input(base: C): Pick<TreeAtInput, 'base' | 'txns' | 'data' | 'digests'>;
  znodes(candidate: C): BaseZnodes;
}

/**
 * Opens what was resolved, as replays; `close` closes it.
 * @throws UsageError for anything but a directory or an index, and where no tree can be had in the range.
 */
export async function openReplayRuns(
  resolved: Resolved,
  range: RunRange,
  options: SourceOptions,
): Promise<ReplayRuns> {
  switch (resolved.kind) {
    case 'directory': {
      const { openDirectoryRuns } = await import('./directory-runs.js');
      return openDirectoryRuns(resolved, range, options);
    }
    case 'index': {
      const { openIndexRuns } = await import('./index-runs.js');
      return openIndexRuns(resolved, range, options);
    }
    default:
      throw new UsageError(
        `${resolved.name}: is a ${resolved.kind}, and trees at many moments are asked for`,
        'name the directory that has snapshots and logs, or an index',
      );
  }
}

/** Divides a range of history into runs. @throws UsageError where there is no tree in it. */
export function planRuns<C extends MomentCandidate>(
  asked: MomentPlace<C>,
  parts: ReplayParts<C>,
  range: RunRange,
  log: SourceLog,
): ReplayRun[] {
  const place = surveyedOnce(asked);
  const survey = place.survey(NEWEST);
  const served = servedRanges(place.candidates, survey.continuity);
  const last = served.reduce<Zxid | null>((to, one) => (to === null || one.to > to ? one.to : to), null);
  const first = range.from === undefined ? (served[0]?.from ?? null) : zxidOf(range.from, place);
  if (first === null || last === null) {
    throw new UsageError(`${place.name}: no tree can be had here: there is no sound snapshot`);
  }
  const end = range.to === undefined ? null : zxidOf(range.to, place);
  if (end !== null && end < first) {
    throw new UsageError(`the range ends at ${formatZxid(end)}, before its beginning ${formatZxid(first)}`);
  }
  const runs: ReplayRun[] = [];
  for (let from: Zxid | null = first; from !== null; ) {
    const start: Zxid = from;
    const plan = planMoment(place, { zxid: start }, log);
    // One that does not serve is wanted all the same (--inexact), and there is nothing better behind it.
    const reach = served.find((one) => one.base === plan.base.zxid && one.from <= start)?.to ?? last;
    const to: Zxid = end !== null && end < reach ? end : reach;
    runs.push(runOf(parts, plan, start, to));
    from = end !== null && end <= reach ? null : behind(reach, served);
  }
  return runs;
}

function runOf<C extends MomentCandidate>(
  parts: ReplayParts<C>,
  plan: MomentPlan<C>,
  from: Zxid,
  to: Zxid,
): ReplayRun {
  const { nextSnapshot, witnesses, survey } = plan;
  const newestLogged = survey.newest?.zxid ?? null;
  const input = { ...parts.input(plan.base), to, nextSnapshot, newestLogged, witnesses };
  return { from, to, input, base: parts.znodes(plan.base) };
}

/** Where trees can be had again behind a zxid; null where nowhere. */
function behind(reach: Zxid, served: ReturnType<typeof servedRanges>): Zxid | null {
  let next: Zxid | null = null;
  for (const { from, to } of served) {
    if (to <= reach) continue;
    const begin = from > reach ? from : reach + 1n;
    if (next === null || begin < next) next = begin;
  }
  return next;
}

/** Behind everything. */
const NEWEST: When = { zxid: 2n ** 63n - 1n };

/** The zxid of a moment: of a time that before the first txn later than it. */
function zxidOf(when: When, place: MomentPlace<MomentCandidate>): Zxid {
  if ('zxid' in when) return when.zxid;
  const { next, newest } = place.survey(when);
  if (next !== null) return next.zxid - 1n;
  return newest?.zxid ?? place.candidates.at(-1)?.zxid ?? 0n;
}

/** The same place, which reads the logs once for all zxids: what is asked of the survey is the same for each. */
function surveyedOnce<C extends MomentCandidate>(place: MomentPlace<C>): MomentPlace<C> {
  let known: LogSurvey | null = null;
  const survey = (when: When) => {
    if (!('zxid' in when)) return place.survey(when);
    known ??= place.survey(when);
    return known;
  };
  return {
    name: place.name,
    candidates: place.candidates,
    survey,
    damagedAfter: (base) => place.damagedAfter(base),
    surveyNewest: (base) => place.surveyNewest(base),
    others: (steps) => place.others?.(steps) ?? null,
    obstacle: (to, logs) => place.obstacle?.(to, logs) ?? null,
  };
}
