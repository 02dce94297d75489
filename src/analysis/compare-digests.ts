// Two trees as hashes compared: which znodes differ, and how much that is in which subtree.
import type { RawText } from '../jute/raw-text.js';
import { DiffCounts } from './diff.js';
import type { DiffRules } from './diff-rules.js';
import { addSums, type DiffSums, noSums } from './diff-stat.js';
import {
  chunkOf,
  cversionOf,
  type DigestTable,
  EPHEMERAL,
  placeOf,
  SKIPPED,
  SUBTREE_MASK,
} from './digest-table.js';
import { PathTable } from './path-table.js';
import type { QuickComparison } from './quick-comparison.js';

/** What came of it. */
export interface DigestComparison extends QuickComparison {
  readonly ofA: Uint8Array;
  readonly ofB: Uint8Array;
  /** By ordinal of B: that of A plus 1 where it is changed, else 0; empty unless asked for. */
  readonly matches: Int32Array;
  /** Bytes of data of a znode of A. */
  bytesOfA(ordinal: number): number;
}

/** How far ahead the next path of B is looked for in A. */
const WINDOW = 8;
/** Paths in a row that were not found there, after which one is looked for farther ahead. */
const LOST = 32;
/** How far: so many times as many as were not found. A znode's children can be in quite another order. */
const REACH = 16;

const [UNSEEN, EQUAL, DIFFERENT] = [0, 1, 2] as const;

/**
 * Compares. Servers write the children of a znode by their hashes, so that neighbours in one file mostly are neighbours
 * in the other: both are passed side by side, and a table of paths is made only of what has no match then.
 * Null where a path occurs more often in one tree than in the other.
 */
export function compareDigests(
  a: DigestTable,
  b: DigestTable,
  rules: DiffRules,
  withMatches = false,
): DigestComparison | null {
  const comparison = new Comparison(a, b, rules, withMatches);
  return comparison.run() ? comparison : null;
}

class Comparison implements DigestComparison {
  readonly counts = new DiffCounts();
  readonly ofA: Uint8Array;
  readonly ofB: Uint8Array;
  readonly matches: Int32Array;
  readonly #a: DigestTable;
  readonly #b: DigestTable;
  readonly #rules: DiffRules;
  readonly #isMigrated: boolean;
  readonly #sums: SubtreeSums;

  constructor(a: DigestTable, b: DigestTable, rules: DiffRules, withMatches: boolean) {
    this.matches = new Int32Array(withMatches ? b.count : 0);
    this.#a = a;
    this.#b = b;
    this.#rules = rules;
    this.#isMigrated = rules.mode === 'migrated';
    this.#sums = new SubtreeSums(a, b);
    this.ofA = new Uint8Array(a.count);
    this.ofB = new Uint8Array(b.count);
    this.counts.zookeeper = a.zookeeper + b.zookeeper;
    this.counts.a = a.zookeeper;
    this.counts.b = b.zookeeper;
  }

  bytesOfA(ordinal: number): number {
    return chunkOf(this.#a.chunks, ordinal)[placeOf(ordinal) + 4]!;
  }

  get sums(): ReadonlyMap<RawText, DiffSums> {
    return this.#sums.byPath();
  }

  /** False where a path occurs more often in one tree than in the other. */
  run(): boolean {
    const left = this.#sideBySide();
    const table = new PathTable(this.#a, this.#b, this.ofA, left);
    for (const ordinal of left) {
      const match = table.takeA(ordinal);
      if (match >= 0) this.#compare(match, ordinal);
      else {
        table.addB(ordinal);
        this.#onlyInB(ordinal);
      }
    }
    if (table.hasDuplicates) return false;
    this.#onlyInA();
    return true;
  }

  /** Passes both trees; returns what of B has no match so far, by ordinal. */
  #sideBySide(): number[] {
    const { chunks, count } = this.#b;
    const left: number[] = [];
    let near = 0;
    let missed = 0;
    for (let ordinal = 0; ordinal < count; ordinal++) {
      const chunk = chunkOf(chunks, ordinal);
      const at = placeOf(ordinal);
      if ((chunk[at + 5]! & SKIPPED) !== 0) continue;
      this.counts.b++;
      let match = this.#find(chunk[at]!, chunk[at + 1]!, near, WINDOW);
      // At every doubling, so that it costs no more than the rest.
      if (match < 0 && ++missed >= LOST && (missed & (missed - 1)) === 0) {
        match = this.#find(chunk[at]!, chunk[at + 1]!, near, REACH * missed);
      }
      if (match < 0) {
        left.push(ordinal);
        continue;
      }
      near = match + 1;
      missed = 0;
      this.#compare(match, ordinal);
    }
    return left;
  }

  /** The first of `most` entries of A from `near` on that has a path; -1 for none. */
  #find(first: number, second: number, near: number, most: number): number {
    const { chunks, count } = this.#a;
    const end = Math.min(near + most, count);
    for (let ordinal = near; ordinal < end; ordinal++) {
      const chunk = chunkOf(chunks, ordinal);
      const at = placeOf(ordinal);
      if (chunk[at] !== first || chunk[at + 1] !== second) continue;
      if ((chunk[at + 5]! & SKIPPED) === 0 && this.ofA[ordinal] === UNSEEN) return ordinal;
    }
    return -1;
  }

  #compare(ofA: number, ofB: number): void {
    const [a, b] = [this.#a, this.#b];
    const [chunkA, chunkB] = [chunkOf(a.chunks, ofA), chunkOf(b.chunks, ofB)];
    const [atA, atB] = [placeOf(ofA), placeOf(ofB)];
    const marks = chunkB[atB + 5]!;
    this.ofA[ofA] = EQUAL;
    if (this.#isMigrated && (marks & chunkA[atA + 5]! & EPHEMERAL) !== 0) {
      this.counts.ephemeralsOfA++;
      this.counts.ephemeralsOfB++;
      return;
    }
    const isSame = chunkA[atA + 2] === chunkB[atB + 2] && chunkA[atA + 3] === chunkB[atB + 3];
    if (isSame && !this.#isBehind(ofA, ofB)) {
      this.counts.equal++;
      return;
    }
    this.ofA[ofA] = DIFFERENT;
    this.ofB[ofB] = 1;
    // An empty one takes no notice.
    this.matches[ofB] = ofA + 1;
    this.counts.changed++;
    this.#sums.add('changed', null, marks, chunkA[atA + 4]!, chunkB[atB + 4]!);
  }

  #isBehind(ofA: number, ofB: number): boolean {
    const { cversions } = this.#a;
    return cversions.length > 0 && cversionOf(this.#b.cversions, ofB) < cversionOf(cversions, ofA);
  }

  #onlyInB(ordinal: number): void {
    const chunk = chunkOf(this.#b.chunks, ordinal);
    const at = placeOf(ordinal);
    const marks = chunk[at + 5]!;
    if (this.#isMigrated && (marks & EPHEMERAL) !== 0) this.counts.ephemeralsOfB++;
    else if (this.#rules.classes.has('added')) {
      this.counts.added++;
      this.ofB[ordinal] = 1;
      this.#sums.add('added', null, marks, 0, chunk[at + 4]!);
    }
  }

  /** What of A has no match is removed; from now on 1 in `ofA` is for what differs. */
  #onlyInA(): void {
    const { chunks, count } = this.#a;
    const isCounted = this.#rules.classes.has('removed');
    for (let ordinal = 0; ordinal < count; ordinal++) {
      const chunk = chunkOf(chunks, ordinal);
      const at = placeOf(ordinal);
      const marks = chunk[at + 5]!;
      if ((marks & SKIPPED) !== 0) continue;
      this.counts.a++;
      const seen = this.ofA[ordinal];
      this.ofA[ordinal] = seen === DIFFERENT ? 1 : 0;
      if (seen !== UNSEEN) continue;
      if (this.#isMigrated && (marks & EPHEMERAL) !== 0) this.counts.ephemeralsOfA++;
      else if (isCounted) {
        this.counts.removed++;
        this.ofA[ordinal] = 1;
        this.#sums.add('removed', marks, null, chunk[at + 4]!, 0);
      }
    }
  }
}

/** Differences by the numbers of their subtrees. */
class SubtreeSums {
  readonly #ofA: DiffSums[];
  readonly #ofB: DiffSums[];
  readonly #paths: readonly [a: readonly string[], b: readonly string[]];

  constructor(a: DigestTable, b: DigestTable) {
    this.#ofA = a.subtrees.map(noSums);
    this.#ofB = b.subtrees.map(noSums);
    this.#paths = [a.subtrees, b.subtrees];
  }

  /** `marks` of the one of A, or of B. */
  add(
    change: 'added' | 'removed' | 'changed',
    a: number | null,
    b: number | null,
    bytesA: number,
    bytesB: number,
  ): void {
    const sums = a === null ? this.#ofB[b! & SUBTREE_MASK]! : this.#ofA[a & SUBTREE_MASK]!;
    sums[change]++;
    sums.bytesA += bytesA;
    sums.bytesB += bytesB;
  }

  byPath(): Map<RawText, DiffSums> {
    const all = new Map<RawText, DiffSums>();
    for (const [side, sums] of [this.#ofA, this.#ofB].entries()) {
      for (const [number, own] of sums.entries()) {
        if (own.added + own.removed + own.changed === 0) continue;
        addSums(all, this.#paths[side]![number] as RawText, own);
      }
    }
    return all;
  }
}
