// Which znodes of two trees differ, found out without walking through both side by side, where that is faster.
import { statSync } from 'node:fs';
import type { DigestComparison } from '../analysis/compare-digests.js';
import type { ReplayedPair } from '../analysis/compare-replayed.js';
import type { DiffOptions } from '../analysis/diff.js';
import { newHashKey } from '../analysis/keyed-hash.js';
import { ROOT } from '../analysis/paths.js';
import type { QuickComparison } from '../analysis/quick-comparison.js';
import type { ZnodeSource } from '../source/sources.js';
import type { Run } from './run.js';

/** Two snapshots with fewer bytes are compared at once: starting a thread takes 50 ms. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** How. */
export interface QuickWish {
  readonly options: DiffOptions;
  /** Levels of the paths that differences are counted by. */
  readonly maxDepth: number;
  /** Tell which znode of A each one of B was compared with. */
  readonly withMatches: boolean;
  /** Every byte is to be compared, and no hashes. */
  readonly isVerify: boolean;
  /** Two snapshot files with fewer bytes are not hashed; default: 16 MiB. */
  readonly largeFrom?: number;
}

/** Snapshot files were compared by hashes, as they stand. */
export type Hashed = QuickComparison & { readonly hashed?: DigestComparison };

/**
 * Large snapshot files are compared by hashes, and loaded snapshots of indexes by SQLite; of trees that txns made of them
 * what these touched is looked at besides. Null where both must be walked through.
 */
export async function compareQuickly(
  a: ZnodeSource,
  b: ZnodeSource,
  wish: QuickWish,
  run: Pick<Run, 'sourceOptions'>,
): Promise<Hashed | null> {
  const { options, maxDepth } = wish;
  if (!options.map.isIdentity || a.replayed === undefined || b.replayed === undefined) return null;
  const { touchedPaths, compareOfOneBase, compareOfTwoBases } = await import(
    '../analysis/compare-replayed.js'
  );
  const pair = { a, b } as ReplayedPair;
  const paths = touchedPaths(pair);
  if (a.replayed.base === b.replayed.base && paths.size > 0) {
    if (options.rules.mode !== 'strict' || a.replayed.baseTree?.loaded?.hasData === false) return null;
    return compareOfOneBase(pair, await znodesOfBase(a, options.under), options, maxDepth);
  }
  const [left, right] = [a.replayed.baseTree, b.replayed.baseTree];
  if (left === null || right === null) return null;
  const bases = await compareBases(left, right, wish, run);
  if (bases === null || paths.size === 0) return bases;
  return compareOfTwoBases(pair, bases, paths, options, maxDepth);
}

/** Snapshots as they stand. */
async function compareBases(
  a: ZnodeSource,
  b: ZnodeSource,
  { options: { rules, under }, maxDepth, withMatches, isVerify, largeFrom = LARGE_BYTES }: QuickWish,
  run: Pick<Run, 'sourceOptions'>,
): Promise<Hashed | null> {
  const isZookeeperApart = rules.mode === 'migrated' && under === ROOT;
  const wish = { rules, under, maxDepth, isZookeeperApart };
  if (a.loaded !== undefined && b.loaded !== undefined) {
    if (rules.emulate353) return null;
    const { compareLoaded } = await import('./loaded-sides.js');
    return compareLoaded({ ...wish, a: a.loaded, b: b.loaded });
  }
  const [left, right] = [a.snapshotFile, b.snapshotFile];
  if (left === undefined || right === undefined || isVerify) return null;
  if (statSync(left).size + statSync(right).size < largeFrom) return null;
  const { compareFiles } = await import('./digest-sides.js');
  const { onProgress } = run.sourceOptions;
  const tick = (done: number, total: number) => onProgress?.('comparing', done, total);
  const hashed = await compareFiles(left, right, { ...wish, key: newHashKey() }, withMatches, tick);
  if (hashed === null) return null;
  const { counts, sums, ofA, ofB } = hashed;
  return { counts, sums, ofA, ofB, hashed };
}

/** Znodes of the snapshot that a tree was made of, at and below a path. */
async function znodesOfBase({ replayed }: ZnodeSource, under: DiffOptions['under']): Promise<number> {
  const { baseTree, znodesOfBase: known } = replayed!;
  if (baseTree === null) return 0;
  if (baseTree.loaded !== undefined) {
    const { countLoaded } = await import('../analysis/compare-loaded.js');
    return countLoaded(baseTree.loaded, under);
  }
  if (under === ROOT && known !== null) return known;
  let count = 0;
  for (const _ of baseTree.znodes({ under, data: false, order: 'file' })) count++;
  return count;
}
