// The replays of an index.
import type { RawText } from '../jute/raw-text.js';
import { formatZxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import { IndexReader } from '../store/index-reader.js';
import type { IndexTree } from '../store/index-tree.js';
import { type IndexCandidate, IndexPlace } from './index-moment.js';
import { chooseServers } from './index-servers.js';
import {
  type BaseZnodes,
  planRuns,
  type ReplayPlace,
  type ReplayRuns,
  type RunRange,
} from './replay-runs.js';
import type { ResolvedIndex } from './resolve.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/** Opens the replays of a server of an index, or of a cluster. @throws as planRuns does. */
export function openIndexRuns(resolved: ResolvedIndex, range: RunRange, options: SourceOptions): ReplayRuns {
  const reader = new IndexReader(resolved.path);
  try {
    const where = chooseServers(reader, resolved.path, resolved.who);
    const place = new IndexReplayPlace(reader, where);
    const { clusterId, serverId } = where.choice;
    const runs = planRuns(place, range, new SourceLog(options));
    const first = place.candidates.find(({ snapshot }) => !snapshot.isLoaded)?.zxid;
    if (range.from === undefined && first !== undefined && first < runs[0]!.from) {
      options.onNote(
        `${where.name}: begins at ${formatZxid(runs[0]!.from)}: ${formatZxid(first)} and other snapshots are not loaded; zoolog index --snapshots all loads them`,
      );
    }
    return {
      name: where.name,
      runs,
      isComplete: !reader.hasSkippedTxns(clusterId, serverId),
      close: () => reader.close(),
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

class IndexReplayPlace extends IndexPlace implements ReplayPlace<IndexCandidate> {
  input(base: IndexCandidate) {
    const { reader, where } = this;
    const { clusterId, serverId } = where.choice;
    const hasData = !reader.lacksData;
    return {
      base: reader.base(base.snapshot),
      txns: () => reader.txns(clusterId, serverId, { fromZxid: base.zxid + 1n }),
      data: hasData,
      digests: hasData,
    };
  }

  znodes({ snapshot }: IndexCandidate): BaseZnodes {
    return new IndexZnodes(this.reader.tree(snapshot));
  }
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
