// A planned tree of an index, replayed wholly or for some of its znodes.
import type { Zxid } from '../records/zxid.js';
import type { IndexReader } from '../store/index-reader.js';
import type { Exactness } from '../tree/exactness.js';
import { type TreeAt, treeAt } from '../tree/tree-at.js';
import { exactnessBeforehand } from './exactness-beforehand.js';
import type { IndexCandidate } from './index-place.js';
import type { ChosenServers } from './index-servers.js';
import type { MomentPlan } from './moment-plan.js';
import { noTree, OverlaidTree } from './overlaid-tree.js';
import type { SourceLog } from './source-log.js';
import { ticking } from './ticking.js';

/**
 * The label of a tree of which single znodes are asked, where it is exact for sure. Null where only a replay of all
 * can tell: its digests may prove what nothing else does.
 */
export function labelBeforehand(
  reader: IndexReader,
  { choice, servers }: ChosenServers,
  plan: MomentPlan<IndexCandidate>,
): (Exactness & { readonly reached: Zxid }) | null {
  const { snapshot } = plan.base;
  if (
    snapshot === null ||
    reader.problems(servers.map(({ id }) => id)).some(({ code }) => code === 'op-unknown')
  ) {
    return null;
  }
  const txns = (fromZxid: Zxid, toZxid: Zxid) => reader.txns(choice, { fromZxid, toZxid });
  const sessions = () => new Set([...reader.base(snapshot).open().sessions()].map(({ id }) => id));
  const exactness = exactnessBeforehand(plan, txns, sessions);
  return exactness.label === 'exact' ? exactness : null;
}

/** Replays all txns of a plan, or those with the row ids of `some` (by zxid). */
export function replay(
  reader: IndexReader,
  { choice, name }: ChosenServers,
  plan: MomentPlan<IndexCandidate>,
  some: readonly bigint[] | null,
  log: SourceLog,
): TreeAt {
  const { base, to, nextSnapshot, witnesses, survey } = plan;
  const hasData = !reader.lacksData;
  const txns = () =>
    some === null ? reader.txns(choice, { fromZxid: base.zxid + 1n }) : reader.txnsById(some, choice);
  return treeAt({
    base: base.snapshot === null ? null : reader.base(base.snapshot),
    txns: ticking(txns, name, log),
    to,
    data: hasData,
    digests: hasData && some === null,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
    witnesses,
  });
}

export function overlaid(
  reader: IndexReader,
  { servers }: ChosenServers,
  { snapshot }: IndexCandidate,
  { overlay, sessions }: TreeAt,
): OverlaidTree {
  const base = snapshot === null ? noTree(!reader.lacksData) : reader.tree(snapshot);
  const { snapDir } = reader.places().find(({ serverId }) => serverId === servers[0]!.id)!;
  return new OverlaidTree(base, overlay, sessions, snapDir);
}
