// How the rows of inspect --digests are written.
import type { DigestRun } from '../../analysis/digest-runs.js';
import type { Column } from '../../render/rows.js';

/** Columns of replays, in the order of docs/json.md. */
export const digestColumns: readonly Column<DigestRun>[] = [
  { key: 'server', kind: 'text' },
  { key: 'base', title: 'from', kind: 'text' },
  { key: 'zxid', title: 'up to', kind: 'hex' },
  { key: 'compared', kind: 'number' },
  { key: 'matched', kind: 'number' },
  { key: 'differed', kind: 'number' },
  { key: 'withoutDigest', title: 'without', kind: 'number' },
  { key: 'otherVersion', kind: 'number', table: false },
  { key: 'fuzzy', kind: 'number' },
  { key: 'snapshotDigest', title: 'snapshot', kind: 'text' },
  { key: 'firstDifference', title: 'first difference', kind: 'hex' },
  { key: 'op', kind: 'text' },
  { key: 'file', kind: 'text', table: false },
  { key: 'offset', kind: 'number', table: false },
  { key: 'expected', kind: 'hex', table: false },
  { key: 'found', kind: 'hex', table: false },
  { key: 'lastMatched', kind: 'hex', table: false },
  { key: 'causes', kind: 'json', table: false },
];
