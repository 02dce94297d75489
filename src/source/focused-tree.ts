// The tree of an index at a moment, for questions about single znodes: for each only the txns are replayed that matter
// to it.
import type { RawText } from '../jute/raw-text.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { Focus } from '../store/focus-txns.js';
import type { SomeZnodes, ZnodeFields } from '../store/index-tree.js';
import type { OverlaidTree } from './overlaid-tree.js';

/** How it comes to its trees. */
export interface FocusedTrees {
  /** The tree in which what `focus` says of a znode is right; null where there are too many txns for that. */
  focused(path: RawText, focus: Focus): OverlaidTree | null;
  /** The paths of a znode's children, where ops alone tell them; otherwise null. */
  listed(path: RawText): Iterable<RawText> | null;
  /** The whole tree. */
  whole(): OverlaidTree;
}

/** Znodes that are asked for together. */
export interface FocusedGroup {
  readonly paths: ReadonlySet<RawText>;
  /** A tree in which they are right. */
  readonly tree: OverlaidTree;
}

/** A tree that is replayed as far as it is asked for. */
export class FocusedTree {
  readonly #trees: FocusedTrees;
  readonly #group: FocusedGroup | null;
  #whole: OverlaidTree | null = null;

  constructor(trees: FocusedTrees, group: FocusedGroup | null = null) {
    this.#trees = trees;
    this.#group = group;
  }

  get(path: RawText, fields: ZnodeFields): Znode | null {
    if (this.#group?.paths.has(path) && !fields.numChildren) return this.#group.tree.get(path, fields);
    return this.#for(path, 'znode').get(path, fields);
  }

  children(path: RawText, fields: ZnodeFields): Generator<Znode> {
    return this.#for(path, 'children').children(path, fields);
  }

  childPaths(path: RawText): Iterable<RawText> {
    return this.#trees.listed(path) ?? this.#for(path, 'names').childPaths(path);
  }

  subtree(path: RawText, fields: ZnodeFields, some?: SomeZnodes): Generator<Znode> {
    return this.#all().subtree(path, fields, some);
  }

  inFileOrder(fields: ZnodeFields): Generator<Znode> {
    return this.#all().inFileOrder(fields);
  }

  sessions(): Iterable<Session> {
    return this.#all().sessions();
  }

  // Servers change the statistics of quotas by txns at other paths.
  #for(path: RawText, focus: Focus): OverlaidTree {
    const isOfQuota = path === '/zookeeper' || path.startsWith('/zookeeper/');
    const tree = this.#whole !== null || isOfQuota ? null : this.#trees.focused(path, focus);
    return tree ?? this.#all();
  }

  #all(): OverlaidTree {
    this.#whole ??= this.#trees.whole();
    return this.#whole;
  }
}
