// Two trees as hashes compared: which znodes differ, and how much that is in which subtree.
import type { RawText } from '../jute/raw-text.js';
import { DiffCounts } from './diff.js';
import type { DiffRules } from './diff-rules.js';
import { type DiffSums, noSums } from './diff-stat.js';
import {
  chunkOf,
  cversionPlaceOf,
  type DigestTable,
  EPHEMERAL,
  placeOf,
  SKIPPED,
  SUBTREE_MASK,
} from './digest-table.js';

/** What came of it. */
export interface DigestComparison {
  readonly counts: DiffCounts;
  /** By path of a subtree. */
  readonly sums: ReadonlyMap<RawText, DiffSums>;
  /** By ordinal: 1 for each znode of A that is removed or changed. */
  readonly ofA: Uint8Array;
  /** By ordinal: 1 for each znode of B that is added or changed. */
  readonly ofB: Uint8Array;
}

const [UNSEEN, EQUAL, DIFFERENT] = [0, 1, 2];

/** Compares; null where a path occurs twice in a tree. */
export function compareDigests(a: DigestTable, b: DigestTable, rules: DiffRules): DigestComparison | null {
  const places = new Places(a);
  if (places.hasDuplicates) return null;
  const counts = new DiffCounts();
  counts.zookeeper = a.zookeeper + b.zookeeper;
  counts.a = a.zookeeper;
  counts.b = b.zookeeper;
  const sums = new SubtreeSums(a, b);
  const ofA = new Uint8Array(a.count);
  const ofB = new Uint8Array(b.count);
  const isMigrated = rules.mode === 'migrated';
  let near = 0;
  for (let ordinal = 0; ordinal < b.count; ordinal++) {
    const chunk = chunkOf(b.chunks, ordinal);
    const at = placeOf(ordinal);
    const marks = chunk[at + 5]!;
    if ((marks & SKIPPED) !== 0) continue;
    counts.b++;
    const match = places.find(chunk[at]!, chunk[at + 1]!, near);
    if (match < 0) {
      if (isMigrated && (marks & EPHEMERAL) !== 0) counts.ephemeralsOfB++;
      else if (rules.classes.has('added')) {
        counts.added++;
        ofB[ordinal] = 1;
        sums.add('added', null, marks, 0, chunk[at + 4]!);
      }
      continue;
    }
    near = match + 1;
    if (ofA[match] !== UNSEEN) return null;
    const other = chunkOf(a.chunks, match);
    const otherAt = placeOf(match);
    const bothEphemeral = (marks & other[otherAt + 5]! & EPHEMERAL) !== 0;
    if (isMigrated && bothEphemeral) {
      ofA[match] = EQUAL!;
      counts.ephemeralsOfA++;
      counts.ephemeralsOfB++;
      continue;
    }
    const isBehind =
      a.cversions.length > 0 &&
      b.cversions[ordinal >>> 16]![cversionPlaceOf(ordinal)]! <
        a.cversions[match >>> 16]![cversionPlaceOf(match)]!;
    const isSame = chunk[at + 2] === other[otherAt + 2] && chunk[at + 3] === other[otherAt + 3];
    if (isSame && !isBehind) {
      ofA[match] = EQUAL!;
      counts.equal++;
      continue;
    }
    ofA[match] = DIFFERENT!;
    ofB[ordinal] = 1;
    counts.changed++;
    sums.add('changed', null, marks, other[otherAt + 4]!, chunk[at + 4]!);
  }
  for (let ordinal = 0; ordinal < a.count; ordinal++) {
    const chunk = chunkOf(a.chunks, ordinal);
    const at = placeOf(ordinal);
    const marks = chunk[at + 5]!;
    if ((marks & SKIPPED) !== 0) continue;
    counts.a++;
    const seen = ofA[ordinal];
    ofA[ordinal] = seen === DIFFERENT ? 1 : 0;
    if (seen !== UNSEEN) continue;
    if (isMigrated && (marks & EPHEMERAL) !== 0) counts.ephemeralsOfA++;
    else if (rules.classes.has('removed')) {
      counts.removed++;
      ofA[ordinal] = 1;
      sums.add('removed', marks, null, chunk[at + 4]!, 0);
    }
  }
  return { counts, sums: sums.byPath(), ofA, ofB };
}

/** Where the entry of a path is: hashed by it. */
class Places {
  readonly #table: DigestTable;
  /** Ordinals plus 1; 0 for a free slot. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  hasDuplicates = false;

  constructor(table: DigestTable) {
    let size = 1024;
    while (size < 1.5 * table.count) size *= 2;
    this.#table = table;
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    for (let ordinal = 0; ordinal < table.count; ordinal++) {
      const chunk = chunkOf(table.chunks, ordinal);
      const at = placeOf(ordinal);
      if ((chunk[at + 5]! & SKIPPED) !== 0) continue;
      const slot = this.#slot(chunk[at]!, chunk[at + 1]!);
      if (this.#slots[slot] !== 0) this.hasDuplicates = true;
      this.#slots[slot] = ordinal + 1;
    }
  }

  /** The ordinal of a path, -1 for none. Neighbours in one file mostly are neighbours in the other: `near` is tried first. */
  find(first: number, second: number, near: number): number {
    if (near < this.#table.count && this.#is(near, first, second)) return near;
    return this.#slots[this.#slot(first, second)]! - 1;
  }

  #is(ordinal: number, first: number, second: number): boolean {
    const chunk = chunkOf(this.#table.chunks, ordinal);
    const at = placeOf(ordinal);
    return chunk[at] === first && chunk[at + 1] === second && (chunk[at + 5]! & SKIPPED) === 0;
  }

  /** The slot that has a path, or the free one for it. */
  #slot(first: number, second: number): number {
    const slots = this.#slots;
    let slot = second & this.#mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#is(slots[slot]! - 1, first, second)) break;
    }
    return slot;
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
        const path = this.#paths[side]![number] as RawText;
        const known = all.get(path);
        if (known === undefined) all.set(path, own);
        else for (const key of Object.keys(own) as (keyof DiffSums)[]) known[key] += own[key];
      }
    }
    return all;
  }
}
