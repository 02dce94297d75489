// The replays of a server's directory.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import { snapshotBase } from '../tree/base-tree.js';
import { parentPath } from '../tree/paths.js';
import { logsAfter } from './count-later.js';
import { noteLogDir } from './log-dir-note.js';
import { LogSource, readableLogs } from './log-source.js';
import { surveyLogs } from './log-survey.js';
import { type BaseZnodes, planRuns, type ReplayRuns, type RunRange } from './replay-runs.js';
import type { ResolvedDirectory } from './resolve.js';
import { ScannedTree } from './scanned-tree.js';
import { type SnapshotCandidate, snapshotCandidates } from './snapshot-ends.js';
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
  const place = {
    name,
    candidates: snapshotCandidates(dir, log),
    survey: (when: Parameters<typeof surveyLogs>[1]) => surveyLogs(dir, when, log),
    input(base: SnapshotCandidate) {
      const source = new LogSource(name, logsAfter(dir.logs, base.zxid), log);
      logs.push(source);
      return {
        base: snapshotBase(base.file.path, base.zxid, base.name, log.report),
        txns: () => source.txns({ fromZxid: base.zxid + 1n }),
      };
    },
    znodes: ({ file }: SnapshotCandidate) => new SnapshotZnodes(file.path, log),
  };
  return {
    name,
    runs: planRuns(place, range, log),
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
      if (znode.path !== '' && znode.path !== path && parentPath(znode.path) === path) yield znode.path;
    }
  }

  all(): Iterable<Znode> {
    return this.#tree.znodes({ order: 'file' });
  }
}
