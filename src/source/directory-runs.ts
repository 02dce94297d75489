// The replays of a server's directory.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import { snapshotBase } from '../tree/base-tree.js';
import { parentPath } from '../tree/paths.js';
import { noteLogDir } from './log-dir-note.js';
import { LogSource, readableLogs } from './log-source.js';
import { logsAfter } from './logs-after.js';
import type { MomentCandidate } from './moment-plan.js';
import { directoryPlace } from './open-moment.js';
import { type BaseZnodes, NO_ZNODES, planRuns, type ReplayRuns, type RunRange } from './replay-runs.js';
import type { ResolvedDirectory } from './resolve.js';
import { ScannedTree } from './scanned-tree.js';
import { SnapshotCandidate } from './snapshot-ends.js';
import { SnapshotScan } from './snapshot-scan.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/** Opens the replays of a directory. @throws as planRuns does. */
export function openDirectoryRuns(
  resolved: ResolvedDirectory,
  range: RunRange,
  options: SourceOptions,
): ReplayRuns {
  const { dir, name } = resolved;
  const log = new SourceLog(options, resolved.shown);
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, name, log);
  const logs: LogSource[] = [];
  const parts = {
    input(base: MomentCandidate) {
      const source = new LogSource(name, logsAfter(dir.logs, base.zxid), log);
      logs.push(source);
      const tree =
        base instanceof SnapshotCandidate
          ? snapshotBase(base.file.path, base.zxid, base.name, log.report)
          : null;
      return { base: tree, txns: () => source.txns({ fromZxid: base.zxid + 1n }) };
    },
    znodes: (base: MomentCandidate) =>
      base instanceof SnapshotCandidate ? new SnapshotZnodes(base.file.path, log) : NO_ZNODES,
  };
  return {
    name,
    runs: planRuns(directoryPlace(resolved, log), parts, range, log),
    get isComplete() {
      return readableLogs(dir).areAll && logs.every((source) => source.isComplete);
    },
    close: () => resolved.close(),
  };
}

class SnapshotZnodes implements BaseZnodes {
  readonly #tree: ScannedTree;

  constructor(file: string, log: SourceLog) {
    this.#tree = new ScannedTree(new SnapshotScan(file, log));
  }

  get(path: RawText): Znode | null {
    return this.#tree.get(path);
  }

  *childPaths(path: RawText): Generator<RawText> {
    for (const znode of this.#tree.znodes({ order: 'file', under: path, data: false })) {
      if (znode.path !== '' && parentPath(znode.path) === path) yield znode.path;
    }
  }

  all(): Iterable<Znode> {
    return this.#tree.znodes({ order: 'file' });
  }
}
