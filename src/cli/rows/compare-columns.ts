// How the rows of compare are written.
import type { ComparedMember, CompareRow } from '../../analysis/compare-members.js';
import type { Column } from '../../render/rows.js';

/** Columns of findings, in the order of docs/json.md. */
export const compareColumns: readonly Column<CompareRow>[] = [
  { key: 'kind', kind: 'text' },
  { key: 'zxid', kind: 'hex' },
  { key: 'toZxid', kind: 'hex', table: false },
  { key: 'count', kind: 'number' },
  { key: 'path', kind: 'text' },
  { key: 'session', kind: 'hex' },
  { key: 'groups', kind: 'json', table: false },
  { key: 'lacking', kind: 'json', table: false },
  { key: 'fields', kind: 'json', table: false },
  { key: 'txns', kind: 'json', table: false },
  { key: 'what', kind: 'text' },
];

/** Columns of servers, in the order of docs/json.md. */
export const comparedColumns: readonly Column<ComparedMember>[] = [
  { key: 'server', kind: 'text' },
  { key: 'source', kind: 'text', table: false },
  { key: 'myid', kind: 'text' },
  { key: 'currentEpoch', title: 'current epoch', kind: 'number' },
  { key: 'acceptedEpoch', title: 'accepted', kind: 'number' },
  { key: 'first', title: 'logs from', kind: 'hex' },
  { key: 'last', title: 'to', kind: 'hex' },
  { key: 'firstTime', kind: 'time', table: false },
  { key: 'lastTime', title: 'until', kind: 'time' },
  { key: 'txns', kind: 'number' },
  { key: 'newest', kind: 'hex' },
  { key: 'exactness', title: 'tree', kind: 'text' },
  { key: 'znodes', kind: 'number' },
  { key: 'sessions', kind: 'number' },
  { key: 'reason', kind: 'text', table: false },
];
