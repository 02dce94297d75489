// ls: a znode's children, or everything below it.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeSource } from '../source/sources.js';

/** What a listing shall hold. */
export interface ListOptions {
  /** Everything below, not only children (default false). */
  readonly recursive?: boolean | undefined;
  /** With numChildren, which a recursive listing does not have otherwise. */
  readonly numChildren?: boolean | undefined;
  /** With data (default false). */
  readonly data?: boolean | undefined;
}

/** What is below a znode, in canonical order; null where there is no such znode. */
export function listBelow(
  tree: ZnodeSource,
  path: RawText,
  options: ListOptions = {},
): Iterable<Znode> | null {
  if (!options.recursive) {
    const children = tree.children(path)[Symbol.iterator]();
    const first = children.next();
    // A znode without children and no znode look alike; only then it is worth a second look.
    if (first.done) return tree.get(path) === null ? null : [];
    return resumed(first.value, children);
  }
  const { data = false, numChildren = false } = options;
  const znodes = tree.znodes({ under: path, data, numChildren })[Symbol.iterator]();
  const self = znodes.next();
  if (self.done) return null;
  return self.value.path === path ? rest(znodes) : resumed(self.value, znodes);
}

/** The paths of a znode's children, in canonical order; null where there is no such znode. */
export function pathsBelow(tree: ZnodeSource, path: RawText): Iterable<RawText> | null {
  const paths = tree.childPaths(path)[Symbol.iterator]();
  const first = paths.next();
  if (first.done) return tree.get(path) === null ? null : [];
  return resumed(first.value, paths);
}

function* resumed<T>(first: T, iterator: Iterator<T>): Generator<T> {
  yield first;
  yield* rest(iterator);
}

function* rest<T>(iterator: Iterator<T>): Generator<T> {
  for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value;
}
