// What there is in an index of a server, or of a cluster, to have a tree at a moment.
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import { chooseBase } from '../tree/choose-base.js';
import type { Continuity } from '../tree/continuity.js';
import type { When } from '../tree/log-survey.js';
import { type SnapshotEnd, snapshotEnd } from '../tree/snapshot-end.js';
import { type ChosenServers, snapshotsOf } from './index-servers.js';
import type { MomentCandidate, MomentPlace, Obstacle } from './moment-plan.js';
import { isFirstTxn, NEW_TREE } from './new-tree.js';

/** A new tree, which is in no index. */
const NEW = { ...NEW_TREE, snapshot: null };

/** What a replay may begin with: a snapshot of the index, or a new tree (null). */
export interface IndexCandidate extends MomentCandidate {
  readonly snapshot: IndexedSnapshot | null;
}

class SnapshotInIndex implements IndexCandidate {
  readonly isNewTree = false;
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

/** Snapshots and txns of a server of an index, or of a cluster. */
export class IndexPlace implements MomentPlace<IndexCandidate> {
  readonly name: string;
  readonly candidates: readonly IndexCandidate[];
  readonly #snapshots: readonly SnapshotInIndex[];
  readonly #damaged: readonly SnapshotInIndex[];
  readonly #reader: IndexReader;
  readonly #where: ChosenServers;

  constructor(reader: IndexReader, where: ChosenServers) {
    const snapshots = snapshotsOf(reader, where);
    const ofSeveral = where.servers.length > 1;
    this.name = where.name;
    this.#reader = reader;
    this.#where = where;
    const all = snapshots.reverse().map((one) => new SnapshotInIndex(one, ofSeveral));
    this.#snapshots = all.filter(({ snapshot }) => snapshot.content === 'snapshot');
    this.#damaged = all.filter(({ snapshot }) => !snapshot.isSound);
    const isNew = snapshots.length === 0 && isFirstTxn(reader.firstTxn(where.choice));
    this.candidates = isNew ? [NEW] : this.#snapshots;
  }

  damagedAfter(base: Zxid): string[] {
    return this.#damaged.filter(({ zxid }) => zxid > base).map(({ name }) => name);
  }

  survey(when: When) {
    return this.#reader.survey(this.#where.choice, when);
  }

  surveyNewest(base: Zxid) {
    return this.#reader.surveyNewest(this.#where.choice, base);
  }

  others() {
    return this.#reader.others(this.#where.choice);
  }

  obstacle(to: Zxid, logs: Continuity): Obstacle | null {
    const inFiles = this.#snapshots.map((one) => ({
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
    const loaded = this.#snapshots.filter((one) => one.server === server.id && one.snapshot.isLoaded);
    const zxids = [...loaded.map((one) => one.zxid), zxid].sort((a, b) => (a < b ? -1 : 1));
    const list = [...new Set(zxids.map(formatZxid))].join(',');
    const { snapDir, logDir } = this.#reader.places().find(({ serverId }) => serverId === server.id)!;
    const logs = logDir === snapDir ? '' : ` --log-dir ${logDir}`;
    const input = `${server.cluster}=${server.name}:${snapDir}`;
    return `load it: zoolog index -o ${this.#reader.file} --snapshots ${list}${logs} ${input}`;
  }
}
