// The tree of an index at a moment, or the newest: a loaded snapshot that serves, and the txns after it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import { formatZxid } from '../records/zxid.js';
import type { IndexReader } from '../store/index-reader.js';
import type { When } from '../tree/log-survey.js';
import { FocusedTree, type FocusedTrees } from './focused-tree.js';
import { type IndexCandidate, IndexPlace } from './index-place.js';
import { type ComparedGroup, comparedGroup } from './index-range.js';
import { labelBeforehand, overlaid, replay } from './index-replay.js';
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
import { ReplayedTree } from './replayed-tree.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeSource } from './sources.js';

/**
 * Opens the tree of a server, or of a cluster, as it was at `when`; with null, the newest. A note says how sure that
 * is. `other` is a moment of the same history that the tree is to be compared with, if so. Null where a newest tree has no sound snapshot to begin with.
 * @throws UsageError as `planMoment` does, and where the moment needs a snapshot that is not loaded.
 */
export function openIndexMoment(
  reader: IndexReader,
  where: ChosenServers,
  when: When | null,
  other: When | null | undefined,
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
  const { snapshot } = base;
  const asItStands = () => {
    const ofBase = { name: `${name} ${base.name}`, zxid: base.zxid, laterTxns: null };
    return snapshot === null
      ? null
      : source(reader.tree(snapshot), { ...ofBase, loaded: reader.loaded(snapshot) });
  };
  const baseName = `${reader.file}#${snapshot?.id ?? name}`;
  const partly = (group: ComparedGroup) => {
    const range = { choice: where.choice, snapshotId: snapshot!.id, after: base.zxid, to };
    const grownBy = (under: RawText) => reader.grownIn(range, under);
    return new ReplayedTree(baseName, group.replay, asItStands, { paths: group.paths, grownBy });
  };
  const label =
    plan.doubt !== null || (!log.options.singles && other === undefined)
      ? null
      : labelBeforehand(reader, where, plan);
  const group =
    label === null || other === undefined ? null : comparedGroup(reader, where, place, plan, other, log);
  if (label !== null && (log.options.singles || group !== null)) {
    const reason = `${label.reason}; ${NOT_COMPARED}`;
    const moment: Moment = { zxid: to, exactness: label.label, reason };
    log.note(`${momentNote(name, moment)}; ${NOT_COMPARED}`);
    const facts = { name: `${name} at ${formatZxid(to)}`, zxid: label.reached, moment, laterTxns };
    const tree = focused(reader, where, plan, group, log);
    return source(tree, group === null ? facts : { ...facts, replayed: partly(group) });
  }
  const replayed = replay(reader, where, plan, null, log);
  const moment = momentOf(plan, replayed, name, log);
  return source(overlaid(reader, where, base, replayed), {
    ...{ name: `${name} at ${formatZxid(to)}`, zxid: replayed.zxid, moment, laterTxns },
    replayed: new ReplayedTree(baseName, replayed, asItStands),
  });
}

/** A wrong digest would speak against the tree: who wants that looked at asks for more than single znodes. */
const NOT_COMPARED = 'digests are compared where the whole tree is asked for (find, du, export)';

function focused(
  reader: IndexReader,
  where: ChosenServers,
  plan: MomentPlan<IndexCandidate>,
  group: ComparedGroup | null,
  log: SourceLog,
): FocusedTree {
  const { base, to } = plan;
  const { choice } = where;
  const range = { choice, snapshotId: base.snapshot?.id ?? null, after: base.zxid, to };
  const trees: FocusedTrees = {
    focused: (path, focus) => {
      const ids = reader.focusTxns(path, focus, range);
      return ids === null ? null : overlaid(reader, where, base, replay(reader, where, plan, ids, log));
    },
    listed: (path) => {
      const changes = base.snapshot === null ? null : reader.listedChildren(path, range);
      return changes === null ? null : reader.tree(base.snapshot!).childPaths(path, changes);
    },
    whole: () => overlaid(reader, where, base, replay(reader, where, plan, null, log)),
  };
  return new FocusedTree(trees, group);
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
