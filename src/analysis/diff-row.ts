// A difference as a row: the names and values of docs/json.md.
import type { RawText } from '../jute/raw-text.js';
import type { Difference } from './diff.js';
import type { DiffField } from './diff-rules.js';
import type { MovedSubtree } from './moved-subtrees.js';
import { pathBase64, shownPath } from './paths.js';
import { type ZnodeRow, type ZnodeRowOptions, znodeRow } from './znode-row.js';

/** A difference in output; data is still bytes. */
export interface DiffRow {
  readonly change: Difference['change'] | 'moved';
  /** As the second tree has it, or would. */
  readonly path: string;
  readonly pathBase64?: string | undefined;
  /** In the first tree, where that is another: by a mapping, or of a moved subtree. */
  readonly from?: string | undefined;
  readonly fromBase64?: string | undefined;
  /** Of a changed znode: what differs. */
  readonly fields?: readonly DiffField[] | undefined;
  readonly counter?: 'critical' | 'behind' | undefined;
  /** The znode in the first tree; null for an added one. */
  readonly a?: ZnodeRow | null | undefined;
  readonly b?: ZnodeRow | null | undefined;
  /** Of a moved subtree. */
  readonly znodes?: number | undefined;
  readonly bytes?: number | undefined;
}

/** Makes the row of a difference. */
export function diffRow(difference: Difference, options: ZnodeRowOptions): DiffRow {
  const { change, path, a, b, fields, counter } = difference;
  return {
    change,
    ...pathFields(path),
    ...(a === null || a.path === path ? {} : fromFields(a.path)),
    fields: change === 'changed' ? fields : undefined,
    counter: counter ?? undefined,
    a: a === null ? null : znodeRow(a, options),
    b: b === null ? null : znodeRow(b, options),
  };
}

/** Makes the row of a subtree that has moved. */
export function movedRow({ from, to, znodes, bytes }: MovedSubtree): DiffRow {
  return { change: 'moved', ...pathFields(to), ...fromFields(from), znodes, bytes };
}

function pathFields(path: RawText) {
  return { path: shownPath(path), pathBase64: pathBase64(path) };
}

function fromFields(path: RawText) {
  return { from: shownPath(path), fromBase64: pathBase64(path) };
}
