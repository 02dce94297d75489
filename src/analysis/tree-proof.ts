// What proves later, without the data, that a tree is the same: SHA-256 of its subtrees, and its sequence counters.
import type { RawText } from '../jute/raw-text.js';
import { compareCanonically } from '../source/canonical-key.js';
import type { MappedZnode } from './mapped-znodes.js';
import { depthOf } from './paths.js';
import { type HashedSubtree, SubtreeHasher } from './subtree-hash.js';

/** A znode that numbers its children. */
export interface Counter {
  readonly path: RawText;
  /** The next number, as stored. */
  readonly cversion: number;
}

/** The proof of one tree. */
export interface TreeProof {
  /** In canonical order: the tops, and what is up to `maxDepth` levels below them. */
  readonly subtrees: readonly HashedSubtree[];
  /** Of znodes that had children, in canonical order. */
  readonly counters: readonly Counter[];
}

/** How a proof is made. Two can be compared where these are alike. */
export interface ProofOptions {
  /** Levels below the top of the tree. */
  readonly maxDepth: number;
  readonly key: Buffer | null;
  readonly emulate353: boolean;
}

/** Takes the znodes of a tree in canonical order, with their data, as they come to lie. */
export class TreeProver {
  readonly #hasher: SubtreeHasher;
  readonly #subtrees: HashedSubtree[] = [];
  readonly #counters: Counter[] = [];
  #top: number | null;

  /** `top` is the depth from which levels are counted; null for that of the first znode. */
  constructor({ maxDepth, key, emulate353 }: ProofOptions, top: number | null = null) {
    this.#top = top;
    this.#hasher = new SubtreeHasher(
      (subtree) => {
        if (depthOf(subtree.path) - this.#top! <= maxDepth) this.#subtrees.push(subtree);
      },
      emulate353,
      key,
    );
  }

  add({ path, znode }: MappedZnode): void {
    this.#top ??= depthOf(path);
    this.#hasher.add(path, znode);
    const { cversion } = znode.stat;
    if (cversion !== 0) this.#counters.push({ path, cversion });
  }

  /** The proof of what has come. */
  proof(): TreeProof {
    this.#hasher.end();
    const subtrees = this.#subtrees.sort((a, b) => compareCanonically(a.path, b.path));
    return { subtrees, counters: this.#counters };
  }
}
