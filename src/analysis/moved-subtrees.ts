// Subtrees that are gone from one place and are in another: the same names, data, ACLs and kinds below another path.
import type { RawText } from '../jute/raw-text.js';
import { compareCanonically } from '../source/canonical-key.js';
import type { Difference } from './diff.js';
import { isAtOrBelow } from './paths.js';
import { type HashedSubtree, SubtreeHasher } from './subtree-hash.js';

/** Removed and added znodes that are looked at: each takes some 200 bytes. */
const MOST = 200_000;

/** A subtree that was removed at one path and added, alike, at another. */
export interface MovedSubtree {
  readonly from: RawText;
  readonly to: RawText;
  /** With its top. */
  readonly znodes: number;
  /** Bytes of data. */
  readonly bytes: number;
}

/** Takes differences in canonical order. */
export class MovedSubtrees {
  readonly #removed: HashedSubtree[] = [];
  readonly #added: HashedSubtree[] = [];
  readonly #ofRemoved: SubtreeHasher;
  readonly #ofAdded: SubtreeHasher;
  #count = 0;

  constructor(emulate353: boolean) {
    this.#ofRemoved = new SubtreeHasher((subtree) => this.#removed.push(subtree), emulate353);
    this.#ofAdded = new SubtreeHasher((subtree) => this.#added.push(subtree), emulate353);
  }

  add({ change, path, a, b }: Difference): void {
    if (change === 'changed' || this.#count > MOST) return;
    // Without its data nothing is known of a znode.
    if ((a ?? b)!.data === undefined) this.#count = MOST;
    this.#count++;
    if (a !== null) this.#ofRemoved.add(path, a);
    else this.#ofAdded.add(path, b!);
  }

  /**
   * The largest ones, in the order of where they are now; null where there was too much to look at. What is like a
   * subtree in more than one place is left out, and so is a single znode without data: that would be a guess.
   */
  found(): MovedSubtree[] | null {
    this.#ofRemoved.end();
    this.#ofAdded.end();
    if (this.#count > MOST) return null;
    const added = byHash(this.#added);
    const moved: MovedSubtree[] = [];
    for (const [hash, [from, ...others]] of byHash(this.#removed)) {
      const [to, ...more] = added.get(hash) ?? [];
      if (from === undefined || to === undefined || others.length + more.length > 0) continue;
      if (from.znodes === 1 && from.bytes === 0) continue;
      moved.push({ from: from.path, to: to.path, znodes: from.znodes, bytes: from.bytes });
    }
    return largest(moved).sort((x, y) => compareCanonically(x.to, y.to));
  }
}

/** Those that are in no other: what is below a moved znode has moved with it. */
function largest(moved: readonly MovedSubtree[]): MovedSubtree[] {
  const tops: MovedSubtree[] = [];
  for (const one of moved.toSorted((x, y) => compareCanonically(x.from, y.from))) {
    const last = tops.at(-1);
    if (last === undefined || !isAtOrBelow(one.from, last.from)) tops.push(one);
  }
  return tops;
}

function byHash(subtrees: readonly HashedSubtree[]): Map<string, HashedSubtree[]> {
  const all = new Map<string, HashedSubtree[]>();
  for (const subtree of subtrees) {
    const alike = all.get(subtree.hash);
    if (alike === undefined) all.set(subtree.hash, [subtree]);
    else alike.push(subtree);
  }
  return all;
}
