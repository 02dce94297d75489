// The tree of an index at a moment, or the newest: a loaded snapshot that serves, and the txns after it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import type { Exactness } from '../tree/exactness.js';
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
 * is. `other` is a moment of the same history that the tree is to be compared with, if so. Null where a newest tree has
 * no sound snapshot to begin with.
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
  const planned = new PlannedTree(reader, where, plan, log);
  if (planned.laterTxns === null) log.note(noLogsNote(where.name));
  const { base, to } = plan;
  if (when === null && base.snapshot !== null && to === base.zxid) return planned.asItStands(base.snapshot);
  const isPartAsked = log.options.singles || other !== undefined;
  const label = isPartAsked && plan.doubt === null ? labelBeforehand(reader, where, plan) : null;
  if (label === null) return planned.whole();
  const group = other === undefined ? null : comparedGroup(reader, where, place, plan, other, log);
  return log.options.singles || group !== null ? planned.inPart(label, group) : planned.whole();
}

/** A tree that is planned, and the ways to have it. */
class PlannedTree {
  /** See ZnodeSource. */
  readonly laterTxns: number | null;
  readonly #reader: IndexReader;
  readonly #where: ChosenServers;
  readonly #plan: MomentPlan<IndexCandidate>;
  readonly #log: SourceLog;
  readonly #problems: readonly Problem[];

  constructor(reader: IndexReader, where: ChosenServers, plan: MomentPlan<IndexCandidate>, log: SourceLog) {
    this.#reader = reader;
    this.#where = where;
    this.#plan = plan;
    this.#log = log;
    this.#problems = problemsWith(reader, where, plan.base);
    this.laterTxns = reader.hasLogs(where.choice) ? plan.survey.laterTxns : null;
  }

  /** The base, to which no txn is applied. */
  asItStands(snapshot: IndexedSnapshot): ZnodeSource {
    const plan = this.#plan;
    const exactness = exactnessAsItStands(plan);
    const moment = momentOf(plan, { exactness, doubtfulQuotas: [] }, this.#where.name, this.#log);
    return this.#loaded(snapshot, { moment, laterTxns: this.laterTxns });
  }

  /** After a replay of the txns that matter to what is asked for; with `group`, to that before all. */
  inPart(label: Exactness & { readonly reached: Zxid }, group: ComparedGroup | null): ZnodeSource {
    const { to, behindHole } = this.#plan;
    const moment: Moment = {
      zxid: to,
      exactness: label.label,
      reason: `${label.reason}; ${NOT_COMPARED}`,
      ...(behindHole === null ? {} : { behindHole }),
    };
    this.#log.note(`${momentNote(this.#where.name, moment)}; ${NOT_COMPARED}`);
    const tree = focused(this.#reader, this.#where, this.#plan, group, this.#log);
    const replayed = group === null ? {} : { replayed: this.#replayedInPart(group) };
    return this.#source(tree, { ...this.#facts(label.reached, moment), ...replayed });
  }

  /** After a replay of all txns, every digest compared. */
  whole(): ZnodeSource {
    const [reader, where, plan] = [this.#reader, this.#where, this.#plan];
    const tree = replay(reader, where, plan, null, this.#log);
    const moment = momentOf(plan, tree, where.name, this.#log);
    const replayed = new ReplayedTree(this.#baseName, tree, () => this.#base());
    return this.#source(overlaid(reader, where, plan.base, tree), {
      ...this.#facts(tree.zxid, moment),
      replayed,
    });
  }

  /** What is replayed of a group, and how many znodes more than the base the tree has, by the ops alone. */
  #replayedInPart({ replay: part, paths }: ComparedGroup): ReplayedTree {
    const { base, to } = this.#plan;
    const range = {
      choice: this.#where.choice,
      snapshotId: base.snapshot!.id,
      after: base.zxid,
      to,
    };
    const grownBy = (under: RawText) => this.#reader.grownIn(range, under);
    return new ReplayedTree(this.#baseName, part, () => this.#base(), { paths, grownBy });
  }

  /** Equal for trees that begin with one snapshot. */
  get #baseName(): string {
    return `${this.#reader.file}#${this.#plan.base.snapshot?.id ?? this.#where.name}`;
  }

  /** The base as a tree; null for a new tree. */
  #base(): ZnodeSource | null {
    const { snapshot } = this.#plan.base;
    return snapshot === null ? null : this.#loaded(snapshot, { laterTxns: null });
  }

  #loaded(snapshot: IndexedSnapshot, facts: Pick<IndexedFacts, 'moment' | 'laterTxns'>): ZnodeSource {
    const { base } = this.#plan;
    const name = `${this.#where.name} ${base.name}`;
    const loaded = this.#reader.loaded(snapshot);
    return this.#source(this.#reader.tree(snapshot), { ...facts, name, zxid: base.zxid, loaded });
  }

  #facts(zxid: Zxid, moment: Moment): Omit<IndexedFacts, 'problems' | 'isComplete'> {
    const name = `${this.#where.name} at ${formatZxid(this.#plan.to)}`;
    return { name, zxid, moment, laterTxns: this.laterTxns };
  }

  #source(tree: AnyIndexTree, facts: Omit<IndexedFacts, 'problems' | 'isComplete'>): ZnodeSource {
    return new IndexedSource(this.#reader, tree, { ...facts, problems: this.#problems, isComplete: true });
  }
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
