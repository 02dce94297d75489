// How the rows of doctor are written.
import type { BootRow } from '../../analysis/boot-row.js';
import type { Member } from '../../analysis/ensemble.js';
import { PROBLEMS, type Problem } from '../../problems.js';
import type { Column } from '../../render/rows.js';

/** A finding in output. */
export type FindingRow = Problem & {
  readonly server: string;
  readonly title: string;
  readonly remedy: string;
};

/** Makes the row of a finding. */
export function findingRow(server: string, found: Problem): FindingRow {
  const { title, remedy } = PROBLEMS[found.code];
  return { ...found, server, title, remedy };
}

/** Columns of findings, in the order of docs/json.md. */
export const findingColumns: readonly Column<FindingRow>[] = [
  { key: 'severity', kind: 'text' },
  { key: 'code', kind: 'text' },
  { key: 'server', kind: 'text', table: false },
  { key: 'file', kind: 'text' },
  { key: 'offset', kind: 'number' },
  { key: 'where', kind: 'text' },
  { key: 'expected', kind: 'text' },
  { key: 'found', kind: 'text' },
  { key: 'title', kind: 'text', table: false },
  { key: 'remedy', kind: 'text', table: false },
];

/** Columns of starts, in the order of docs/json.md. */
export const bootColumns: readonly Column<BootRow>[] = [
  { key: 'server', kind: 'text' },
  { key: 'release', kind: 'text' },
  { key: 'mode', kind: 'text' },
  { key: 'starts', kind: 'boolean', cell: ({ starts }) => (starts ? 'yes' : 'no') },
  { key: 'snapshot', title: 'from', kind: 'text' },
  { key: 'txns', kind: 'number' },
  { key: 'zxid', title: 'up to', kind: 'hex' },
  { key: 'znodes', kind: 'number' },
  { key: 'deletes', kind: 'json', cell: deletesText },
  { key: 'differs', title: 'differ', kind: 'json', cell: ({ differs }) => String(differs?.znodes ?? '-') },
  { key: 'code', title: 'stops by', kind: 'text' },
  { key: 'error', kind: 'text', table: false },
  { key: 'file', kind: 'text', table: false },
  { key: 'offset', kind: 'number', table: false },
  { key: 'expected', kind: 'text', table: false },
  { key: 'found', kind: 'text', table: false },
  { key: 'why', kind: 'text', table: false },
  { key: 'remedy', kind: 'text', table: false },
  { key: 'passedOver', kind: 'json', table: false },
  { key: 'ignored', kind: 'json', table: false },
  { key: 'changes', kind: 'json', table: false },
  { key: 'notes', kind: 'json', table: false },
];

/** Columns of members, in the order of docs/json.md. */
export const memberColumns: readonly Column<Member>[] = [
  { key: 'server', title: 'member', kind: 'text' },
  { key: 'myid', kind: 'text' },
  { key: 'currentEpoch', title: 'current epoch', kind: 'number' },
  { key: 'acceptedEpoch', title: 'accepted', kind: 'number' },
  { key: 'firstZxid', title: 'logs from', kind: 'hex' },
  { key: 'newestZxid', title: 'newest', kind: 'hex' },
  { key: 'behind', title: 'txns behind', kind: 'number' },
];

function deletesText({ deletes }: BootRow): string {
  const list = Object.entries(deletes ?? {});
  return list.length === 0 ? '-' : list.map(([kind, count]) => `${count} ${kind}`).join(', ');
}
