// The znodes of a tree under the paths that a PathMap gives them, in canonical order.
//
// Below one FROM mapping keeps the order, so each FROM is a pass of its own and the passes are merged: constant
// memory. Quotas are mapped by what they are about, which does not keep it; they are few, and are sorted.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import { compareCanonically } from '../source/canonical-key.js';
import { nothingToMap } from '../source/nothing-to-map.js';
import type { ZnodeSource } from '../source/sources.js';
import { clash, type PathMap, type PathMapping } from '../tree/path-map.js';
import { isAtOrBelow, ROOT, shownPath } from './paths.js';

const ZOOKEEPER = '/zookeeper' as RawText;

/** A znode, and where it comes to lie. */
export interface MappedZnode {
  readonly path: RawText;
  readonly znode: Znode;
}

/** What of a tree is wanted. */
export interface MappedOptions {
  /** The path, as mapped, at and below which znodes are wanted. */
  readonly under: RawText;
  readonly data: boolean;
  /** As of ZnodeOptions, without mapping only. */
  readonly places?: Uint8Array | undefined;
  readonly paths?: ReadonlySet<RawText> | undefined;
}

/**
 * The znodes that are mapped, in the canonical order of their new paths.
 * @throws UsageError where two come to lie at one path, or one in /zookeeper, and before the first where a FROM other
 * than the root is not there.
 */
export function* mappedZnodes(
  tree: ZnodeSource,
  map: PathMap,
  options: MappedOptions,
): Generator<MappedZnode> {
  const { under, data } = options;
  if (map.isIdentity) {
    for (const znode of tree.znodes(options)) yield { path: znode.path, znode };
    return;
  }
  const passes = map.mappings.map((mapping) => below(tree, map, mapping, data));
  let last: MappedZnode | null = null;
  for (const mapped of merged([...passes, ownPaths(tree, map, data)])) {
    if (last?.path === mapped.path) {
      throw clash(shownPath(last.znode.path), shownPath(mapped.znode.path), mapped.path);
    }
    last = mapped;
    if (isAtOrBelow(mapped.path, under)) yield mapped;
  }
}

/** Of a tree that is compared with a mapped one, what has a counterpart in it or could have one. */
export function* coveredZnodes(
  tree: ZnodeSource,
  map: PathMap,
  options: MappedOptions,
): Generator<MappedZnode> {
  for (const znode of tree.znodes(options)) {
    const { path } = znode;
    if (map.isIdentity || map.sources(path).length > 0) yield { path, znode };
  }
}

/** What one mapping takes to another place. */
function* below(
  tree: ZnodeSource,
  map: PathMap,
  mapping: PathMapping,
  data: boolean,
): Generator<MappedZnode> {
  let isThere = mapping.from === ROOT;
  for (const znode of tree.znodes({ under: mapping.from, data })) {
    // It comes first; orphans can be below where it is not.
    if (!isThere && znode.path !== mapping.from) break;
    isThere = true;
    const isOther = isAtOrBelow(znode.path, ZOOKEEPER) || map.mappingOf(znode.path) !== mapping;
    const path = isOther ? null : map.target(znode.path);
    if (path !== null) yield { path, znode };
  }
  if (!isThere) throw nothingToMap(mapping.from, tree);
}

/** The server's own znodes. */
function* ownPaths(tree: ZnodeSource, map: PathMap, data: boolean): Generator<MappedZnode> {
  const mapped: MappedZnode[] = [];
  for (const znode of tree.znodes({ under: ZOOKEEPER, data })) {
    const path = map.target(znode.path);
    if (path !== null) mapped.push({ path, znode });
  }
  yield* mapped.sort((a, b) => compareCanonically(a.path, b.path));
}

function* merged(passes: readonly Generator<MappedZnode>[]): Generator<MappedZnode> {
  try {
    const heads = passes.map((pass) => pass.next());
    for (;;) {
      let first = -1;
      for (const [i, head] of heads.entries()) {
        if (head.done) continue;
        if (first < 0 || compareCanonically(head.value.path, heads[first]!.value.path) < 0) first = i;
      }
      if (first < 0) return;
      yield heads[first]!.value as MappedZnode;
      heads[first] = passes[first]!.next();
    }
  } finally {
    for (const pass of passes) pass.return(undefined);
  }
}
