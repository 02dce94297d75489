// du: how many znodes and bytes of data each subtree holds.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeSource } from '../source/sources.js';
import { depthOf, isAtOrBelow, pathBase64, ROOT, shownPath } from './paths.js';

/** A subtree in output. */
export interface DuRow {
  readonly path: string;
  readonly pathBase64?: string | undefined;
  /** Znodes in the subtree, itself included. */
  readonly znodes: number;
  /** Bytes of data in the subtree. */
  readonly bytes: number;
  /** Bytes of its own data. */
  readonly ownBytes: number;
  readonly numChildren: number;
  /** Segments in the path: 0 for the root. */
  readonly depth: number;
}

interface Open {
  readonly path: RawText;
  readonly depth: number;
  readonly ownBytes: number;
  znodes: number;
  bytes: number;
  numChildren: number;
}

/**
 * Every subtree at or below `under`, each after those in it, so that the whole comes last. Memory is the longest
 * path, since znodes in canonical order close subtrees one by one.
 */
export function* du(
  tree: ZnodeSource,
  under: RawText = ROOT,
  maxDepth = Number.POSITIVE_INFINITY,
): Generator<DuRow> {
  const open: Open[] = [];
  const deepest = depthOf(under) + maxDepth;
  const close = (): DuRow | null => {
    const closed = open.pop()!;
    const parent = open.at(-1);
    if (parent !== undefined) {
      parent.znodes += closed.znodes;
      parent.bytes += closed.bytes;
      parent.numChildren++;
    }
    return closed.depth <= deepest ? row(closed) : null;
  };
  for (const { path, dataLength } of tree.znodes({ under, data: false })) {
    while (open.length > 0 && !isAtOrBelow(path, open.at(-1)!.path)) {
      const closed = close();
      if (closed !== null) yield closed;
    }
    open.push({
      path,
      depth: depthOf(path),
      ownBytes: dataLength,
      znodes: 1,
      bytes: dataLength,
      numChildren: 0,
    });
  }
  while (open.length > 0) {
    const closed = close();
    if (closed !== null) yield closed;
  }
}

function row({ path, znodes, bytes, ownBytes, numChildren, depth }: Open): DuRow {
  return { path: shownPath(path), pathBase64: pathBase64(path), znodes, bytes, ownBytes, numChildren, depth };
}

/** What `top` can sort by. */
export const DU_ORDERS = ['bytes', 'znodes', 'ownBytes', 'numChildren'] as const;

/** A key of DuRow to sort by. */
export type DuOrder = (typeof DU_ORDERS)[number];

/** The `count` largest rows, largest first; equal ones in the order they came. */
export function largest(rows: Iterable<DuRow>, count: number, by: DuOrder): readonly DuRow[] {
  const kept: DuRow[] = [];
  for (const row of rows) {
    if (kept.length === count && !(row[by] > kept[count - 1]![by])) continue;
    let at = kept.length;
    while (at > 0 && kept[at - 1]![by] < row[by]) at--;
    kept.splice(at, 0, row);
    if (kept.length > count) kept.pop();
  }
  return kept;
}
