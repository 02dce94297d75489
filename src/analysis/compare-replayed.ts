// Two trees that txns made of snapshots: what is known of the snapshots, and what the txns touched, tells where they can
// differ, and only there they are looked at.
import type { RawText } from '../jute/raw-text.js';
import type { ReplayedTree } from '../source/replayed-tree.js';
import type { ZnodeSource } from '../source/sources.js';
import { DiffCounts, type DiffOptions, differences } from './diff.js';
import { addSums, DiffStat, type DiffSums } from './diff-stat.js';
import type { QuickComparison } from './quick-comparison.js';

/** Two trees, and what txns made of what. */
export interface ReplayedPair {
  readonly a: ZnodeSource & { readonly replayed: ReplayedTree };
  readonly b: ZnodeSource & { readonly replayed: ReplayedTree };
}

/** Paths at which one of two trees is not what its snapshot is. */
export function touchedPaths({ a, b }: ReplayedPair): Set<RawText> {
  return new Set([...a.replayed.touched(), ...b.replayed.touched()]);
}

/**
 * Two trees that were made of one snapshot, compared strictly. Each path that is not in `paths` is the same in both;
 * `znodes` of the snapshot are at and below the path that is asked for.
 */
export function compareOfOneBase(
  pair: ReplayedPair,
  znodes: number,
  options: DiffOptions,
  maxDepth: number,
): QuickComparison {
  const paths = pair.a.replayed.differing(pair.b.replayed);
  const { counts, sums } = passOver(pair.a, pair.b, { ...options, some: { paths } }, maxDepth);
  const inA = znodes + pair.a.replayed.grownBy(options.under);
  counts.equal += inA - counts.a;
  counts.b = inA - counts.a + counts.b;
  counts.a = inA;
  return { counts, sums, paths };
}

/** Two trees, of whose snapshots is known where they differ: where txns touched them that is taken away, and what is there now put in. */
export function compareOfTwoBases(
  { a, b }: ReplayedPair,
  bases: QuickComparison,
  paths: ReadonlySet<RawText>,
  options: DiffOptions,
  maxDepth: number,
): QuickComparison {
  const some = { ...options, some: { paths } };
  const before = passOver(a.replayed.baseTree!, b.replayed.baseTree!, some, maxDepth);
  const now = passOver(a, b, some, maxDepth);
  const counts = new DiffCounts();
  const sums = new Map<RawText, DiffSums>();
  for (const [part, sign] of [
    [bases, 1],
    [before, -1],
    [now, 1],
  ] as const) {
    counts.add(part.counts, sign);
    for (const [path, more] of part.sums) addSums(sums, path, more, sign);
  }
  return { ...bases, counts, sums, paths };
}

function passOver(
  a: ZnodeSource,
  b: ZnodeSource,
  options: DiffOptions,
  maxDepth: number,
): { counts: DiffCounts; sums: ReadonlyMap<RawText, DiffSums> } {
  const counts = new DiffCounts();
  const stat = new DiffStat(maxDepth);
  for (const { change, path, a: was, b: is } of differences(a, b, options, counts)) {
    stat.add(change, path, was?.dataLength ?? 0, is?.dataLength ?? 0);
  }
  return { counts, sums: stat.own };
}
