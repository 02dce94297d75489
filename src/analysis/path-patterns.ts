// du --by-pattern: the znodes of a tree by path pattern (`pattern-tree.ts`).
//
// Siblings are put together when their parent is complete, so memory grows with the patterns and with the siblings of
// one parent.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeSource } from '../source/sources.js';
import { isAtOrBelow, nameOf, ROOT, shownPath } from './paths.js';
import { PatternTree } from './pattern-tree.js';

/** All znodes of one pattern, in output. */
export interface PatternRow {
  /** `/kafka/brokers/topics/{}/partitions/{}/state`. */
  readonly pattern: string;
  readonly znodes: number;
  /** Bytes of their own data. */
  readonly bytes: number;
  /** Bytes of data of the largest. */
  readonly maxBytes: number;
  /** Path of the largest; the first of several. */
  readonly largest: string;
}

interface Weight {
  readonly znodes: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly largest: RawText;
}

/** All znodes at or below `under` by pattern, most bytes first. */
export function pathPatterns(tree: ZnodeSource, under: RawText = ROOT): readonly PatternRow[] {
  const open: { readonly path: RawText; readonly shape: PatternTree<Weight> }[] = [];
  let top: PatternTree<Weight> | null = null;
  const close = () => {
    const { path, shape } = open.pop()!;
    shape.collapse();
    const parent = open.at(-1);
    if (parent === undefined) top = shape;
    else parent.shape.add(shownPath(nameOf(path)), shape);
  };
  for (const { path, dataLength } of tree.znodes({ under, data: false })) {
    while (open.length > 0 && !isAtOrBelow(path, open.at(-1)!.path)) close();
    const weight = { znodes: 1, bytes: dataLength, maxBytes: dataLength, largest: path };
    open.push({ path, shape: new PatternTree(together, weight) });
  }
  while (open.length > 0) close();
  return top === null ? [] : rows(top, shownPath(under));
}

function together(a: Weight, b: Weight): Weight {
  const { maxBytes, largest } = b.maxBytes > a.maxBytes ? b : a;
  return { znodes: a.znodes + b.znodes, bytes: a.bytes + b.bytes, maxBytes, largest };
}

function rows(top: PatternTree<Weight>, path: string): readonly PatternRow[] {
  const found: PatternRow[] = [];
  for (const { pattern, weight } of top.weighed(path)) {
    const { znodes, bytes, maxBytes, largest } = weight;
    found.push({ pattern, znodes, bytes, maxBytes, largest: shownPath(largest) });
  }
  return found.sort((a, b) => b.bytes - a.bytes || b.znodes - a.znodes || (a.pattern < b.pattern ? -1 : 1));
}
