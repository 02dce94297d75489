// The replays of an index.
import type { RawText } from '../jute/raw-text.js';
import { formatZxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import { IndexReader } from '../store/index-reader.js';
import type { IndexTree } from '../store/index-tree.js';
import { agreementNote } from './agreement-note.js';
import { type IndexCandidate, IndexPlace } from './index-place.js';
import { chooseServers } from './index-servers.js';
import { type BaseZnodes, NO_ZNODES, planRuns, type ReplayRuns, type RunRange } from './replay-runs.js';
import type { ResolvedIndex } from './resolve.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';
import { ticking } from './ticking.js';

/** Opens the replays of a server of an index, or of what a cluster agrees on. @throws as planRuns does. */
export function openIndexRuns(resolved: ResolvedIndex, range: RunRange, options: SourceOptions): ReplayRuns {
  const reader = new IndexReader(resolved.path);
  try {
    const where = chooseServers(reader, resolved.path, resolved.who, options);
    const { choice, name } = where;
    const note = choice.serverId === null ? agreementNote(where) : null;
    if (note !== null) options.onNote(note);
    const place = new IndexPlace(reader, where);
    const log = new SourceLog(options);
    const hasData = !reader.lacksData;
    const parts = {
      input: ({ snapshot, zxid }: IndexCandidate) => ({
        base: snapshot === null ? null : reader.base(snapshot),
        txns: ticking(() => reader.txns(choice, { fromZxid: zxid + 1n }), name, log),
        data: hasData,
        digests: hasData,
      }),
      znodes: ({ snapshot }: IndexCandidate) =>
        snapshot === null ? NO_ZNODES : new IndexZnodes(reader.tree(snapshot)),
    };
    const runs = planRuns(place, parts, range, log);
    noteUnloaded(place, runs[0]!.from, range, options);
    const isComplete = !reader.hasSkippedTxns(choice);
    return { name, runs, isComplete, close: () => reader.close() };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Says that there are older trees, which cannot be had from this index. */
function noteUnloaded(place: IndexPlace, from: bigint, range: RunRange, options: SourceOptions): void {
  const isUnloaded = ({ snapshot }: IndexCandidate) => snapshot !== null && !snapshot.isLoaded;
  const oldest = place.candidates.find(isUnloaded);
  if (range.from !== undefined || oldest === undefined || oldest.zxid >= from) return;
  options.onNote(
    `${place.name}: trees from ${formatZxid(from)} on; ${oldest.name} and others are not loaded: zoolog index --snapshots all loads them`,
  );
}

class IndexZnodes implements BaseZnodes {
  readonly #tree: IndexTree;

  constructor(tree: IndexTree) {
    this.#tree = tree;
  }

  get(path: RawText): Znode | null {
    return this.#tree.get(path, { data: true, numChildren: false });
  }

  *childPaths(path: RawText): Generator<RawText> {
    for (const znode of this.#tree.children(path, { data: false, numChildren: false })) yield znode.path;
  }

  all(): Iterable<Znode> {
    return this.#tree.inFileOrder({ data: true, numChildren: false });
  }
}
