// check --for: what a target rejects, deletes, or misreads of a tree, and of the files it lies in.
import { settingsOf } from '../datadir/server-settings.js';
import type { Resolved } from '../source/open.js';
import type { SourceLog } from '../source/source-log.js';
import type { ZnodeSource } from '../source/sources.js';
import type { Target } from './target.js';
import { checkFiles, checkKeeperFiles } from './target-files.js';
import { type TargetFinding, TargetTally } from './target-tally.js';
import { checkTree, type TreeTotals } from './target-tree.js';

/** What was found. */
export interface TargetReport {
  readonly totals: TreeTotals;
  /** True where files were looked at, too: those of a directory, unless a moment of it was asked for. */
  readonly hasFiles: boolean;
  readonly findings: readonly TargetFinding[];
}

/** Checks a tree for a target, and where it is the newest of a directory its files. */
export function checkTarget(
  tree: ZnodeSource,
  resolved: Resolved | null,
  target: Target,
  log: SourceLog,
): TargetReport {
  const tally = new TargetTally();
  const { text, release, maxBuffer } = target;
  const limit =
    release === null
      ? Number.POSITIVE_INFINITY
      : settingsOf({ release: text, maxBuffer }, { config: null }).limit;
  const hasFiles = resolved?.kind === 'directory' && resolved.when === null;
  if (hasFiles) {
    if (release === null) checkKeeperFiles(resolved.dir, tally, log);
    else checkFiles(resolved.dir, target, tree.zxid, tally, log);
  }
  const totals = checkTree(tree, target, limit, tally);
  return { totals, hasFiles, findings: tally.findings() };
}
