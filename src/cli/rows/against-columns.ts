// How rows of `check --against` are written.

import type { LowCounter, SubtreePair } from '../../analysis/compare-proofs.js';
import type { DiffRow } from '../../analysis/diff-row.js';
import { pathBase64, shownPath } from '../../analysis/paths.js';
import type { RawText } from '../../jute/raw-text.js';
import type { Column } from '../../render/rows.js';
import { differenceText } from './diff-columns.js';

/** A finding of `check --against`. */
export interface AgainstRow {
  readonly severity: 'critical' | 'error' | 'warning';
  /** `missing` and `extra` in the copy, `changed`, `counter` for one that is behind. */
  readonly finding: 'missing' | 'extra' | 'changed' | 'counter';
  readonly path: string;
  readonly pathBase64?: string | undefined;
  /** In the original, where that is another. */
  readonly from?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly detail: string;
}

export const againstColumns: readonly Column<AgainstRow>[] = [
  { key: 'severity', kind: 'text' },
  { key: 'finding', kind: 'text' },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text', table: false },
  { key: 'from', kind: 'text', table: false },
  { key: 'fields', kind: 'json', table: false },
  { key: 'detail', kind: 'text' },
];

/** A subtree of both sides in output. */
export interface SubtreeRow {
  readonly path: string;
  readonly pathBase64?: string | undefined;
  readonly verdict: SubtreePair['verdict'];
  readonly originalSha256: string | null;
  readonly copySha256: string | null;
  readonly originalZnodes: number | null;
  readonly copyZnodes: number | null;
}

/** So much of a hash in a table is enough to see by. */
const SHORT = 16;

export const subtreeColumns: readonly Column<SubtreeRow>[] = [
  { key: 'verdict', kind: 'text' },
  { key: 'originalZnodes', title: 'znodes', kind: 'number' },
  { key: 'copyZnodes', title: 'in the copy', kind: 'number' },
  { key: 'originalSha256', title: 'sha256', kind: 'text', cell: (row) => short(row.originalSha256) },
  { key: 'copySha256', title: 'of the copy', kind: 'text', cell: (row) => short(row.copySha256) },
  { key: 'path', kind: 'text' },
];

export function subtreeRow({ path, verdict, original, copy }: SubtreePair): SubtreeRow {
  return {
    ...pathFields(path),
    verdict,
    originalSha256: original?.sha256 ?? null,
    copySha256: copy?.sha256 ?? null,
    originalZnodes: original?.znodes ?? null,
    copyZnodes: copy?.znodes ?? null,
  };
}

/** A difference between the two trees; null for what says nothing more: a subtree that has moved. */
export function againstRow(row: DiffRow): AgainstRow | null {
  const { change, path, from, fields, counter } = row;
  if (change === 'moved') return null;
  const isCounter = change === 'changed' && fields?.length === 1 && counter !== undefined;
  return {
    severity: counter === 'critical' ? 'critical' : change === 'added' ? 'warning' : 'error',
    finding: isCounter
      ? 'counter'
      : change === 'removed'
        ? 'missing'
        : change === 'added'
          ? 'extra'
          : 'changed',
    path,
    pathBase64: row.pathBase64,
    from,
    fields,
    detail: differenceText(row),
  };
}

/** A subtree that a proof knows otherwise; null for an equal one. */
export function subtreeFinding({ path, verdict, original, copy }: SubtreePair): AgainstRow | null {
  if (verdict === 'equal') return null;
  const counts = `${original?.znodes ?? 0} znodes with ${original?.bytes ?? 0} bytes, here ${copy?.znodes ?? 0} with ${copy?.bytes ?? 0}`;
  return {
    severity: verdict === 'extra' ? 'warning' : 'error',
    finding: verdict,
    ...pathFields(path),
    detail: counts,
  };
}

/** A counter that a proof has higher. */
export function counterFinding({ path, original, copy }: LowCounter): AgainstRow {
  const detail = `cversion ${original} -> ${copy}, sequence numbers would come again`;
  return { severity: 'error', finding: 'counter', ...pathFields(path), detail };
}

function pathFields(path: RawText) {
  return { path: shownPath(path), pathBase64: pathBase64(path) };
}

function short(hash: string | null): string {
  return hash === null ? '-' : hash.slice(0, SHORT);
}
