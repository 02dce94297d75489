// How the rows of check --for are written.
import type { ConfigDifference } from '../../analysis/config-compare.js';
import type { TargetFinding } from '../../analysis/target-tally.js';
import type { Column } from '../../render/rows.js';

/** Columns of findings, in the order of docs/json.md. */
export const targetColumns: readonly Column<TargetFinding>[] = [
  { key: 'severity', kind: 'text' },
  { key: 'code', kind: 'text' },
  { key: 'effect', kind: 'text' },
  { key: 'count', kind: 'number' },
  { key: 'paths', title: 'first', kind: 'json', cell: firstText },
  { key: 'detail', kind: 'text', table: false },
  { key: 'file', kind: 'text', table: false },
  { key: 'offset', kind: 'number', table: false },
  { key: 'title', kind: 'text', table: false },
  { key: 'remedy', kind: 'text', table: false },
];

/** Columns of what differs in two configurations. */
export const configColumns: readonly Column<ConfigDifference>[] = [
  { key: 'severity', kind: 'text' },
  { key: 'key', kind: 'text' },
  { key: 'old', kind: 'text' },
  { key: 'new', kind: 'text' },
  { key: 'why', kind: 'text' },
];

/** What a finding is about, in a cell: its file or its first path, and what is special. */
function firstText({ paths, file, offset, detail }: TargetFinding): string {
  const place = file === null ? paths[0] : offset === null ? file : `${file} byte ${offset}`;
  return [place, detail].filter((part) => part != null).join(': ') || '-';
}
