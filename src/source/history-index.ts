// The history in an index: by SQL only what concerns the znodes in question.
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexHistory } from '../store/index-history.js';
import { type IndexedSnapshot, IndexReader } from '../store/index-reader.js';
import type { When } from '../tree/log-survey.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { agreementNote } from './agreement-note.js';
import {
  type HistoryScope,
  type HistorySource,
  needsChildren,
  type SnapshotView,
  type TxnRun,
} from './history-source.js';
import { agreedToBy, type ChosenServers, chooseServers, snapshotsOf } from './index-servers.js';
import type { Who } from './parse.js';
import type { SourceOptions } from './source-options.js';
import type { AgreedTo } from './sources.js';

const FIELDS = { data: true, numChildren: false } as const;

/**
 * Opens the history of a cluster, or what one server holds of it.
 * @throws UsageError where WHO fits several clusters or none; IndexError where `path` is no index.
 */
export function openIndexHistory(path: string, who: Who | null, options: SourceOptions): HistorySource {
  const reader = new IndexReader(path);
  try {
    const where = chooseServers(reader, path, who, options);
    const note = agreementNote(where);
    if (note !== null) options.onNote(note);
    return new IndexedHistory(reader, where, path, options);
  } catch (error) {
    reader.close();
    throw error;
  }
}

class IndexedHistory implements HistorySource {
  readonly name: string;
  readonly isComplete: boolean;
  readonly agreement: AgreedTo | undefined;
  readonly #reader: IndexReader;
  readonly #where: ChosenServers;
  readonly #history: IndexHistory;
  readonly #path: string;
  readonly #options: SourceOptions;
  /** A znode of the scope itself is one whose children matter. */
  #withChildren = false;

  constructor(reader: IndexReader, where: ChosenServers, path: string, options: SourceOptions) {
    this.#reader = reader;
    this.#where = where;
    this.#history = reader.history(where.choice);
    this.#path = path;
    this.#options = options;
    this.name = where.name;
    this.agreement = agreedToBy(where);
    this.isComplete = !reader.hasSkippedTxns(where.choice);
  }

  get problems(): readonly Problem[] {
    return this.#reader.problems(this.#where.servers.map((server) => server.id));
  }

  snapshots(scope: HistoryScope): SnapshotView[] {
    const all = snapshotsOf(this.#reader, this.#where);
    const usable = all.filter(({ isLoaded, isSound }) => isLoaded && isSound);
    const others = all.filter(({ isLoaded, isSound }) => !isLoaded && isSound).length;
    if (others > 0) {
      this.#options.onNote(
        `${this.#path}: of ${others} snapshots only the headers are in the index, so they cannot tell; "zoolog index --snapshots all" adds them`,
      );
    }
    const blocks = new Map(this.#history.loadedSnapshots().map((one) => [one.id, one]));
    return usable.reverse().map((snapshot) => {
      const { id, file, server, zxid } = snapshot;
      const { digestZxid = null, lastProcessedZxid = null } = blocks.get(id) ?? {};
      const facts = {
        file,
        server: server.name,
        zxid,
        end: endOf(zxid, digestZxid, lastProcessedZxid),
        digestZxid,
        timeoutOf: (session: bigint) => this.#history.timeoutOf(id, session),
      };
      return { zxid, znodes: () => this.#znodes(snapshot, scope), facts: () => facts };
    });
  }

  *txns(scope: HistoryScope, owners: ReadonlySet<bigint>): Generator<LoggedTxn> {
    const { path, depth } = scope;
    const history = this.#history;
    let ids = history.txnsOf(path, depth);
    if (depth === 0 && (this.#withChildren || history.createsServerDeleted(ids)))
      ids = history.txnsOf(path, 1);
    const sessions = new Set([...owners, ...history.ownersIn(ids)]);
    ids = history.inOrder([...ids, ...history.txnsOfSessions(sessions)]);
    yield* this.#reader.txnsById(ids, this.#where.choice);
  }

  runs(): readonly TxnRun[] {
    const edge = (zxid: Zxid) => ({ zxid, time: this.#history.timeOf(zxid) ?? 0n });
    return this.#history.runs().map(({ from, to }) => ({ from: edge(from), to: edge(to) }));
  }

  others() {
    return this.#reader.others(this.#where.choice);
  }

  survey(when: When) {
    return this.#reader.survey(this.#where.choice, when);
  }

  snapshotZxids(): readonly Zxid[] {
    return snapshotsOf(this.#reader, this.#where).map(({ zxid }) => zxid);
  }

  close(): void {
    this.#reader.close();
  }

  *#znodes(snapshot: IndexedSnapshot, { path, depth }: HistoryScope): Generator<Znode> {
    const tree = this.#reader.tree(snapshot);
    if (depth === 'all') {
      yield* tree.subtree(path, FIELDS);
      return;
    }
    const top = tree.get(path, FIELDS);
    if (top === null) return;
    yield top;
    this.#withChildren ||= needsChildren(top);
    if (depth === 1 || needsChildren(top)) yield* tree.children(path, FIELDS);
  }
}

/** The last txn of which a snapshot can hold effects; null where no block says it. An empty digest block is 0. */
function endOf(zxid: Zxid, digestZxid: Zxid | null, lastProcessedZxid: Zxid | null): Zxid | null {
  if (lastProcessedZxid === null && (digestZxid ?? 0n) === 0n) return null;
  let end = zxid;
  for (const block of [digestZxid, lastProcessedZxid]) if (block !== null && block > end) end = block;
  return end;
}
