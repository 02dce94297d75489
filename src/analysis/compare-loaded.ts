// Two loaded snapshots of indexes compared in two parts, which can be made at once, each by a thread.
import type { RawText } from '../jute/raw-text.js';
import {
  DIFFERS,
  EPHEMERAL_A,
  EPHEMERAL_B,
  type LoadedPair,
  LoadedPairs,
  type LoadedTree,
  type SideName,
} from '../store/loaded-pairs.js';
import type { PairField, PairWish } from '../store/pair-condition.js';
import { ROOT_ID } from '../store/path-table.js';
import { DiffCounts, ZOOKEEPER } from './diff.js';
import { CONFIG, DIFF_FIELDS, type DiffRules } from './diff-rules.js';
import { addSums, type DiffSums, noSums } from './diff-stat.js';
import { depthOf, ROOT } from './paths.js';
import type { QuickComparison } from './quick-comparison.js';

/** What is compared. Plain data: it is sent to threads. */
export interface LoadedWish {
  readonly a: LoadedTree;
  readonly b: LoadedTree;
  /** Not with `emulate353`. */
  readonly rules: DiffRules;
  /** Only this path and what is below it; "" for all. */
  readonly under: RawText;
  /** Levels of the paths that differences are counted by. */
  readonly maxDepth: number;
  /** /zookeeper is apart. */
  readonly isZookeeperApart: boolean;
}

/** What came of a part. Plain data. */
export interface LoadedPart {
  /** `equal` and `lengthsOnly` are not known of a part. */
  readonly counts: DiffCounts;
  readonly sums: ReadonlyMap<RawText, DiffSums>;
  /** Znodes of A that are not equal to one of B, or were not compared. */
  readonly notEqual: number;
  /** Path ids of what differs. */
  readonly ofA: Int32Array<ArrayBuffer>;
  readonly ofB: Int32Array<ArrayBuffer>;
}

/**
 * Makes one part: of one index the first or the second half of its paths; of two, what A has, or what B alone has.
 * @throws IndexError where a file is no index, or rows contradict each other.
 */
export function compareLoadedPart(wish: LoadedWish, part: 0 | 1): LoadedPart {
  const pairs = new LoadedPairs(wish.a, wish.b);
  try {
    const tally = new Tally(wish, pairs, part === 0 || pairs.isOneIndex ? 'a' : 'b');
    for (const pair of pairs.differing(pairWish(wish), part)) tally.add(pair);
    tally.countSide(part === 0 ? 'a' : 'b');
    return tally.result();
  } finally {
    pairs.close();
  }
}

/** Znodes of a loaded snapshot at and below a path. */
export function countLoaded(tree: LoadedTree, under: RawText): number {
  const pairs = new LoadedPairs(tree, tree);
  try {
    return pairs.count('a', under);
  } finally {
    pairs.close();
  }
}

/** Puts the parts together. */
export function joinLoadedParts(
  parts: readonly [LoadedPart, LoadedPart],
  { a, b, rules }: LoadedWish,
): QuickComparison {
  const counts = new DiffCounts();
  for (const part of parts) counts.add(part.counts);
  counts.equal = counts.a - parts[0].notEqual - parts[1].notEqual;
  const isLengthsOnly = rules.classes.has('data') && !(a.hasData && b.hasData);
  counts.lengthsOnly = isLengthsOnly ? counts.equal + counts.changed : 0;
  const sums = new Map<RawText, DiffSums>();
  for (const part of parts) for (const [path, more] of part.sums) addSums(sums, path, more);
  return {
    counts,
    sums,
    ofA: placesOf(parts.map(({ ofA }) => ofA)),
    ofB: placesOf(parts.map(({ ofB }) => ofB)),
  };
}

function pairWish({ rules: { mode, classes } }: LoadedWish): PairWish {
  return {
    fields: new Set<PairField>(DIFF_FIELDS.filter((field) => classes.has(field))),
    isLowerCversion: mode === 'migrated',
    withoutMtime: mode === 'strict' ? CONFIG : null,
    withEphemerals: mode === 'migrated',
  };
}

function placesOf(lists: readonly Int32Array[]): Uint8Array {
  let last = 0;
  for (const list of lists) for (const id of list) if (id > last) last = id;
  const places = new Uint8Array(last + 1);
  for (const list of lists) for (const id of list) places[id] = 1;
  return places;
}

/** Counts what a part comes to. */
class Tally {
  readonly #wish: LoadedWish;
  readonly #pairs: LoadedPairs;
  readonly #of: SideName;
  readonly #counts = new DiffCounts();
  readonly #ofA: number[] = [];
  readonly #ofB: number[] = [];
  #notEqual = 0;
  /** By path id: that of the subtree that it is counted with, 0 for what is not asked for; null where that is the root for all. */
  readonly #tops: Int32Array | null;
  /** Sums by these ids. */
  readonly #byTop = new Map<number, DiffSums>();

  /** `of` is the side whose paths are passed. */
  constructor(wish: LoadedWish, pairs: LoadedPairs, of: SideName) {
    this.#wish = wish;
    this.#pairs = pairs;
    this.#of = of;
    this.#tops = topsOf(of, pairs, wish);
  }

  /** Takes a pair of which one may be missing. */
  add([a, b, bytesA, bytesB, marks]: LoadedPair): void {
    const top = this.#tops === null ? ROOT_ID : this.#tops[(this.#of === 'a' ? (a ?? b) : b)!]!;
    if (top === 0) return;
    const isSetApart = this.#wish.rules.mode === 'migrated' && isApart(a, b, marks);
    if (!isSetApart && (marks & DIFFERS) === 0) return;
    if (a !== null) this.#notEqual++;
    if (isSetApart) {
      if (a !== null) this.#counts.ephemeralsOfA++;
      if (b !== null) this.#counts.ephemeralsOfB++;
      return;
    }
    const change = a === null ? 'added' : b === null ? 'removed' : 'changed';
    if (change !== 'changed' && !this.#wish.rules.classes.has(change)) return;
    if (a !== null) this.#ofA.push(a);
    if (b !== null) this.#ofB.push(b);
    let sums = this.#byTop.get(top);
    if (sums === undefined) {
      sums = noSums();
      this.#byTop.set(top, sums);
    }
    this.#counts[change]++;
    sums[change]++;
    sums.bytesA += Math.max(bytesA, 0);
    sums.bytesB += Math.max(bytesB, 0);
  }

  /** Counts the znodes of a tree. */
  countSide(of: SideName): void {
    const { under, isZookeeperApart } = this.#wish;
    const apart = isZookeeperApart ? this.#pairs.count(of, ZOOKEEPER) : 0;
    this.#counts[of] = this.#pairs.count(of, under);
    this.#counts.zookeeper += apart;
    if (of === 'a') this.#notEqual += apart;
  }

  result(): LoadedPart {
    const sums = new Map([...this.#byTop].map(([top, own]) => [this.#pairs.pathOf(this.#of, top), own]));
    const [ofA, ofB] = [Int32Array.from(this.#ofA), Int32Array.from(this.#ofB)];
    return { counts: this.#counts, sums, notEqual: this.#notEqual, ofA, ofB };
  }
}

/** True where all that is there is an ephemeral: one that is none on the other side is of another kind. */
function isApart(a: number | null, b: number | null, marks: number): boolean {
  return (a === null || (marks & EPHEMERAL_A) !== 0) && (b === null || (marks & EPHEMERAL_B) !== 0);
}

/** By path id, the first `maxDepth` names of the path, or 0 where it is not asked for; null where that is the root for all. */
function topsOf(of: SideName, pairs: LoadedPairs, wish: LoadedWish): Int32Array | null {
  const { under, maxDepth, isZookeeperApart } = wish;
  if (under === ROOT && maxDepth === 0 && !isZookeeperApart) return null;
  const parents = pairs.parents(of);
  const tops = new Int32Array(parents.length);
  const seed = pairs.idOf(of, under);
  if (seed === null) return tops;
  const apart = isZookeeperApart ? pairs.idOf(of, ZOOKEEPER) : null;
  const depths = new Int32Array(parents.length);
  const names = under.split('/').slice(0, maxDepth + 1);
  tops[seed] = pairs.idOf(of, names.join('/') as RawText)!;
  depths[seed] = depthOf(under);
  // Parents come first.
  for (let id = seed + 1; id < parents.length; id++) {
    const parent = parents[id]!;
    if (tops[parent] === 0 || id === apart) continue;
    tops[id] = depths[parent]! < maxDepth ? id : tops[parent]!;
    depths[id] = depths[parent]! + 1;
  }
  return tops;
}
