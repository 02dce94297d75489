// The tree of an index at a moment: a loaded snapshot that serves, and the txns after it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import { chooseBase } from '../tree/choose-base.js';
import type { Continuity } from '../tree/continuity.js';
import type { When } from '../tree/log-survey.js';
import { type SnapshotEnd, snapshotEnd } from '../tree/snapshot-end.js';
import { type TreeAt, treeAt } from '../tree/tree-at.js';
import { type ChosenServers, snapshotsOf } from './index-servers.js';
import {
  type MomentCandidate,
  type MomentPlace,
  momentOf,
  type Obstacle,
  planMoment,
} from './moment-plan.js';
import { OverlaidTree } from './overlaid-tree.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';
import { below } from './subtree.js';

/**
 * Opens the tree of a server, or of a cluster, as it was at `when`. A note says how sure that is.
 * @throws UsageError as `planMoment` does, and where the moment needs a snapshot that is not loaded.
 */
export function openIndexMoment(
  reader: IndexReader,
  where: ChosenServers,
  when: When,
  log: SourceLog,
): ZnodeSource {
  const place = new IndexPlace(reader, where);
  const plan = planMoment(place, when, log);
  const { base, to, nextSnapshot, witnesses, survey } = plan;
  const hasData = !reader.lacksData;
  const tree = treeAt({
    base: reader.base(base.snapshot),
    txns: () => reader.txns(where.choice, { fromZxid: base.zxid + 1n }),
    to,
    data: hasData,
    digests: hasData,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
    witnesses,
  });
  const moment = momentOf(plan, tree, where.name, log);
  const facts = { name: `${where.name} at ${formatZxid(to)}`, moment, laterTxns: survey.laterTxns };
  return new IndexMomentSource(reader, where, base.snapshot, tree, facts);
}

/** A snapshot of an index to choose from. */
class IndexCandidate implements MomentCandidate {
  readonly snapshot: IndexedSnapshot;
  readonly name: string;

  constructor(snapshot: IndexedSnapshot, ofSeveral: boolean) {
    this.snapshot = snapshot;
    this.name = ofSeveral ? `${snapshot.server.name}/${snapshot.name}` : snapshot.name;
  }

  get zxid(): Zxid {
    return this.snapshot.zxid;
  }

  get server(): number {
    return this.snapshot.server.id;
  }

  end = () => (this.snapshot.isLoaded ? this.endInFile() : null);

  /** Where it ends, loaded or not; null where it is damaged. */
  endInFile(): SnapshotEnd | null {
    const { zxid, newestZxid, trailer, isSound } = this.snapshot;
    return isSound ? snapshotEnd(zxid, newestZxid, trailer) : null;
  }

  digestZxid(): Zxid | null {
    const { trailer, isSound } = this.snapshot;
    return isSound ? (trailer.digest?.zxid ?? null) : null;
  }
}

class IndexPlace implements MomentPlace<IndexCandidate> {
  readonly name: string;
  readonly candidates: readonly IndexCandidate[];
  readonly #reader: IndexReader;
  readonly #where: ChosenServers;

  constructor(reader: IndexReader, where: ChosenServers) {
    const ofSeveral = where.servers.length > 1;
    this.name = where.name;
    this.candidates = snapshotsOf(reader, where)
      .reverse()
      .map((one) => new IndexCandidate(one, ofSeveral));
    this.#reader = reader;
    this.#where = where;
  }

  survey(when: When) {
    return this.#reader.survey(this.#where.choice, when);
  }

  others() {
    return this.#reader.others(this.#where.choice);
  }

  obstacle(to: Zxid, logs: Continuity): Obstacle | null {
    const inFiles = this.candidates.map((one) => ({
      name: one.name,
      zxid: one.zxid,
      snapshot: one.snapshot,
      end: () => one.endInFile(),
    }));
    const choice = chooseBase(inFiles, logs, to);
    if (choice === null || !choice.serves) return null;
    const { name, snapshot } = choice.base;
    return { against: `it needs ${name}, which is not loaded`, hint: this.#howToLoad(snapshot) };
  }

  // The list takes the place of the one before, so it must name what is loaded too.
  #howToLoad({ server, zxid }: IndexedSnapshot): string {
    const loaded = this.candidates.filter((one) => one.server === server.id && one.snapshot.isLoaded);
    const zxids = [...loaded.map((one) => one.zxid), zxid].sort((a, b) => (a < b ? -1 : 1));
    const list = [...new Set(zxids.map(formatZxid))].join(',');
    const { snapDir, logDir } = this.#reader.places().find(({ serverId }) => serverId === server.id)!;
    const logs = logDir === snapDir ? '' : ` --log-dir ${logDir}`;
    const input = `${server.cluster}=${server.name}:${snapDir}`;
    return `load it: zoolog index -o ${this.#reader.file} --snapshots ${list}${logs} ${input}`;
  }
}

/** What is known of the tree besides what is in it. */
interface IndexMomentFacts {
  readonly name: string;
  readonly moment: Moment;
  readonly laterTxns: number;
}

class IndexMomentSource implements ZnodeSource {
  readonly name: string;
  readonly zxid: Zxid;
  readonly moment: Moment;
  readonly laterTxns: number;
  readonly problems: readonly Problem[];
  readonly isComplete = true;
  readonly #reader: IndexReader;
  readonly #tree: OverlaidTree;
  readonly #sessions: ReadonlyMap<bigint, number>;

  constructor(
    reader: IndexReader,
    { servers }: ChosenServers,
    base: IndexedSnapshot,
    { zxid, overlay, sessions }: TreeAt,
    { name, moment, laterTxns }: IndexMomentFacts,
  ) {
    this.#reader = reader;
    this.#tree = new OverlaidTree(reader.tree(base), overlay);
    this.#sessions = sessions;
    this.name = name;
    this.zxid = zxid;
    this.moment = moment;
    this.laterTxns = laterTxns;
    const others = new Set(reader.snapshots().map(({ file }) => file));
    others.delete(base.file);
    const problems = reader.problems(servers.map(({ id }) => id));
    this.problems = problems.filter(({ file }) => !others.has(file));
  }

  *znodes({
    order = 'canonical',
    under,
    data = true,
    numChildren = false,
  }: ZnodeOptions = {}): Generator<Znode> {
    const fields = { data, numChildren };
    if (order === 'canonical') yield* this.#tree.subtree(under ?? ('' as RawText), fields);
    else yield* below(this.#tree.inFileOrder(fields), under);
  }

  get(path: RawText): Znode | null {
    return this.#tree.get(path, { data: true, numChildren: true });
  }

  children(path: RawText): Iterable<Znode> {
    return this.#tree.children(path, { data: true, numChildren: true });
  }

  sessions(): Session[] {
    const sessions = [...this.#sessions].map(([id, timeout]) => ({ id, timeout }));
    return sessions.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  close(): void {
    this.#reader.close();
  }
}
