// How much differs where: differences counted by subtree.
import type { RawText } from '../jute/raw-text.js';
import { compareCanonically } from '../source/canonical-key.js';
import { depthOf, parentOf, pathBase64, ROOT, shownPath } from './paths.js';

/** What differs at and below a path. */
export interface DiffStatRow {
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Bytes of data of these znodes in the first tree, and in the second. */
  readonly bytesA: number;
  readonly bytesB: number;
}

/** Numbers of a subtree. */
export interface DiffSums {
  added: number;
  removed: number;
  changed: number;
  bytesA: number;
  bytesB: number;
}

/** Counts differences for a path and all above it, down to `maxDepth` levels below the root. */
export class DiffStat {
  /** Sums by path, without those below. */
  readonly own = new Map<RawText, DiffSums>();
  readonly #maxDepth: number;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Adds one difference. */
  add(change: 'added' | 'removed' | 'changed', path: RawText, bytesA: number, bytesB: number): void {
    let at = path;
    for (let depth = depthOf(path); depth > this.#maxDepth; depth--) at = parentOf(at);
    this.addAll(at, { ...noSums(), [change]: 1, bytesA, bytesB });
  }

  /** Adds those of a path that is not too deep. */
  addAll(path: RawText, more: DiffSums): void {
    addSums(this.own, path, more);
  }

  /** In canonical order, the root, which has all, last. */
  rows(): DiffStatRow[] {
    const all = new Map<RawText, DiffSums>();
    for (const [path, own] of this.own) {
      if (own.added + own.removed + own.changed === 0) continue;
      for (let at = path; ; at = parentOf(at)) {
        addSums(all, at, own);
        if (at === ROOT) break;
      }
    }
    const paths = [...all.keys()].sort(compareCanonically);
    if (paths[0] === ROOT) paths.push(paths.shift()!);
    return paths.map((path) => {
      return { path: shownPath(path), pathBase64: pathBase64(path), ...all.get(path)! };
    });
  }
}

/** Adds to the sums of a path, or with -1 takes away from them. */
export function addSums(sums: Map<RawText, DiffSums>, path: RawText, more: DiffSums, sign: 1 | -1 = 1): void {
  const known = sums.get(path) ?? noSums();
  for (const key of Object.keys(more) as (keyof DiffSums)[]) known[key] += sign * more[key];
  sums.set(path, known);
}

/** Sums of nothing. */
export function noSums(): DiffSums {
  return { added: 0, removed: 0, changed: 0, bytesA: 0, bytesB: 0 };
}
