// The tree of an index at a moment, or the newest: a loaded snapshot that serves, and the txns after it.
import type { Problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { IndexReader } from '../store/index-reader.js';
import type { Exactness } from '../tree/exactness.js';
import type { When } from '../tree/log-survey.js';
import { type TreeAt, treeAt } from '../tree/tree-at.js';
import { exactnessBeforehand } from './exactness-beforehand.js';
import { FocusedTree } from './focused-tree.js';
import { type IndexCandidate, IndexPlace } from './index-place.js';
import type { ChosenServers } from './index-servers.js';
import { type AnyIndexTree, type IndexedFacts, IndexedSource } from './indexed-source.js';
import { noLogsNote } from './log-dir-note.js';
import {
  exactnessAsItStands,
  type MomentPlan,
  momentNote,
  momentOf,
  planMoment,
  planNewest,
} from './moment-plan.js';
import { noTree, OverlaidTree } from './overlaid-tree.js';
import { ReplayedTree } from './replayed-tree.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeSource } from './sources.js';
import { ticking } from './ticking.js';

/**
 * Opens the tree of a server, or of a cluster, as it was at `when`; with null, the newest. A note says how sure that
 * is. Null where a newest tree has no sound snapshot to begin with.
 * @throws UsageError as `planMoment` does, and where the moment needs a snapshot that is not loaded.
 */
export function openIndexMoment(
  reader: IndexReader,
  where: ChosenServers,
  when: When | null,
  log: SourceLog,
): ZnodeSource | null {
  const place = new IndexPlace(reader, where);
  const plan = when === null ? planNewest(place, log) : planMoment(place, when, log);
  if (plan === null) return null;
  const laterTxns = reader.hasLogs(where.choice) ? plan.survey.laterTxns : null;
  if (laterTxns === null) log.note(noLogsNote(where.name));
  const { base, to } = plan;
  const { name } = where;
  const problems = problemsWith(reader, where, base);
  const source = (tree: AnyIndexTree, facts: Omit<IndexedFacts, 'problems' | 'isComplete'>) =>
    new IndexedSource(reader, tree, { ...facts, problems, isComplete: true });
  if (when === null && base.snapshot !== null && to === base.zxid) {
    const exactness = exactnessAsItStands(plan);
    const moment = momentOf(plan, { exactness, doubtfulQuotas: [] }, name, log);
    const loaded = reader.loaded(base.snapshot);
    const facts = { name: `${name} ${base.name}`, zxid: to, moment, laterTxns, loaded };
    return source(reader.tree(base.snapshot), facts);
  }
  const early = log.options.singles && plan.doubt === null ? focusedMoment(reader, where, plan) : null;
  if (early !== null) {
    const reason = `${early.reason}; ${NOT_COMPARED}`;
    const moment: Moment = { zxid: to, exactness: early.label, reason };
    log.note(`${momentNote(name, moment)}; ${NOT_COMPARED}`);
    const facts = { name: `${name} at ${formatZxid(to)}`, zxid: early.reached, moment, laterTxns };
    return source(focused(reader, where, plan, log), facts);
  }
  const replayed = replay(reader, where, plan, null, log);
  const moment = momentOf(plan, replayed, name, log);
  const { snapshot } = base;
  const asItStands = () => {
    const ofBase = { name: `${name} ${base.name}`, zxid: base.zxid, laterTxns: null };
    return snapshot === null
      ? null
      : source(reader.tree(snapshot), { ...ofBase, loaded: reader.loaded(snapshot) });
  };
  return source(overlaid(reader, where, base, replayed), {
    ...{ name: `${name} at ${formatZxid(to)}`, zxid: replayed.zxid, moment, laterTxns },
    replayed: new ReplayedTree(`${reader.file}#${snapshot?.id ?? name}`, replayed, asItStands),
  });
}

/** A wrong digest would speak against the tree: who wants that looked at asks for more than single znodes. */
const NOT_COMPARED = 'digests are compared where the whole tree is asked for (find, du, export)';

/**
 * The label of a tree of which single znodes are asked, where it is exact for sure. Null where only a replay of all
 * can tell: its digests may prove what nothing else does.
 */
function focusedMoment(
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

function focused(
  reader: IndexReader,
  where: ChosenServers,
  plan: MomentPlan<IndexCandidate>,
  log: SourceLog,
): FocusedTree {
  const { base, to } = plan;
  const { choice } = where;
  const range = { choice, snapshotId: base.snapshot?.id ?? null, after: base.zxid, to };
  return new FocusedTree({
    focused: (path, focus) => {
      const ids = reader.focusTxns(path, focus, range);
      return ids === null ? null : overlaid(reader, where, base, replay(reader, where, plan, ids, log));
    },
    listed: (path) => {
      const changes = base.snapshot === null ? null : reader.listedChildren(path, range);
      return changes === null ? null : reader.tree(base.snapshot!).childPaths(path, changes);
    },
    whole: () => overlaid(reader, where, base, replay(reader, where, plan, null, log)),
  });
}

/** Replays all txns of a plan, or those with the row ids of `some` (by zxid). */
function replay(
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

function overlaid(
  reader: IndexReader,
  { servers }: ChosenServers,
  { snapshot }: IndexCandidate,
  { overlay, sessions }: TreeAt,
): OverlaidTree {
  const base = snapshot === null ? noTree(!reader.lacksData) : reader.tree(snapshot);
  const { snapDir } = reader.places().find(({ serverId }) => serverId === servers[0]!.id)!;
  return new OverlaidTree(base, overlay, sessions, snapDir);
}

/** What is wrong with what is read: nothing that concerns other snapshots than the base. */
function problemsWith(
  reader: IndexReader,
  { servers }: ChosenServers,
  { snapshot }: IndexCandidate,
): readonly Problem[] {
  const unread = new Set(reader.snapshots().map(({ file }) => file));
  if (snapshot !== null) unread.delete(snapshot.file);
  return reader.problems(servers.map(({ id }) => id)).filter(({ file }) => !unread.has(file));
}
