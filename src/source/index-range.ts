// Two moments of one history in an index, near each other: only what the txns between them touched can differ, and only
// the txns that matter to that are replayed.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { IndexReader } from '../store/index-reader.js';
import type { When } from '../tree/log-survey.js';
import type { TreeAt } from '../tree/tree-at.js';
import type { FocusedGroup } from './focused-tree.js';
import type { IndexCandidate, IndexPlace } from './index-place.js';
import { labelBeforehand, overlaid, replay } from './index-replay.js';
import type { ChosenServers } from './index-servers.js';
import { type MomentPlan, planMoment, planNewest } from './moment-plan.js';
import { SourceLog } from './source-log.js';

/** More txns than these are as quick to replay all together. */
const MOST_TXNS = 100_000;

type Plan = MomentPlan<IndexCandidate>;

/** What of a planned tree can differ from that of another moment. */
export type ComparedGroup = FocusedGroup & { readonly replay: TreeAt };

/**
 * The part of a planned tree that can differ from the one at `when` (null for the newest). Null where both do not begin
 * with one snapshot, are not exact whatever their digests say, or have too much between them.
 */
export function comparedGroup(
  reader: IndexReader,
  where: ChosenServers,
  place: IndexPlace,
  plan: Plan,
  when: When | null,
  log: SourceLog,
): ComparedGroup | null {
  const other = otherPlan(place, when, log);
  const { snapshot } = plan.base;
  if (other === null || snapshot === null || other.base.snapshot?.id !== snapshot.id) return null;
  if (plan.doubt !== null || other.doubt !== null || labelBeforehand(reader, where, other) === null)
    return null;
  const { choice } = where;
  const [after, to] = plan.to < other.to ? [plan.to, other.to] : [other.to, plan.to];
  const paths = reader.touchedBetween(choice, after, to);
  const ids = paths === null ? null : txnsFor(paths, reader, where, plan);
  if (paths === null || ids === null) return null;
  const replayed = replay(reader, where, plan, reader.history(choice).inOrder([...ids]), log);
  return { paths, tree: overlaid(reader, where, plan.base, replayed), replay: replayed };
}

/** Null where it cannot be had: who opens it hears of that. */
function otherPlan(place: IndexPlace, when: When | null, { options }: SourceLog): Plan | null {
  const silent = new SourceLog({ ...options, onNote: () => {}, onProblem: () => {} });
  try {
    return when === null ? planNewest(place, silent) : planMoment(place, when, silent);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** Row ids of the txns that matter to these znodes. */
function txnsFor(
  paths: Iterable<RawText>,
  reader: IndexReader,
  { choice }: ChosenServers,
  { base, to }: Plan,
): Set<bigint> | null {
  const range = { choice, snapshotId: base.snapshot!.id, after: base.zxid, to };
  const all = new Set<bigint>();
  for (const path of paths) {
    const ids = reader.focusTxns(path, 'znode', range);
    if (ids === null) return null;
    for (const id of ids) all.add(id);
    if (all.size > MOST_TXNS) return null;
  }
  return all;
}
