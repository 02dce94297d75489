// How rows of `blame` are written.
import type { BlamedZnodeRow, BlameRow } from '../../analysis/blame.js';
import type { Column } from '../../render/rows.js';
import { formatHex, formatTime } from '../../render/value.js';
import { type ClientFields, clientColumns } from '../server-log.js';
import { blameText, typeText, zxidText } from './history-text.js';

/** A row with the client of its session, where server logs were read. */
export type ClientBlameRow = BlameRow & Partial<ClientFields>;

/** What a table of parts shows. */
export interface BlameTable {
  readonly withEvidence: boolean;
  readonly withClients: boolean;
}

/** Columns of the parts of one znode. */
export function blameColumns({ withEvidence, withClients }: BlameTable): readonly Column<ClientBlameRow>[] {
  const where = withEvidence ? {} : ({ table: false } as const);
  return [
    { key: 'what', kind: 'text' },
    { key: 'zxid', kind: 'hex', cell: zxidText },
    { key: 'time', kind: 'time' },
    { key: 'session', kind: 'hex' },
    { key: 'server', kind: 'number' },
    ...(withClients ? (clientColumns as readonly Column<ClientBlameRow>[]) : []),
    { key: 'cxid', kind: 'number', table: false },
    { key: 'type', title: 'by', kind: 'text', cell: byText },
    { key: 'path', kind: 'text', table: false },
    { key: 'pathBase64', kind: 'text', table: false },
    { key: 'from', kind: 'text', table: false },
    { key: 'after', kind: 'hex', table: false },
    { key: 'afterTime', kind: 'time', table: false },
    { key: 'upTo', kind: 'hex', table: false },
    { key: 'upToTime', kind: 'time', table: false },
    { key: 'ifCommitted', kind: 'boolean', table: false },
    { key: 'count', kind: 'number', table: false },
    { key: 'multi', kind: 'number', table: false },
    { key: 'parts', kind: 'number', table: false },
    { key: 'implied', kind: 'boolean', table: false },
    { key: 'commit', kind: 'text', table: false },
    { key: 'unlogged', kind: 'boolean', table: false },
    { key: 'kind', title: 'detail', kind: 'text', cell: detailOf },
    { key: 'ttl', kind: 'number', table: false },
    { key: 'version', kind: 'number', table: false },
    { key: 'dataLength', kind: 'number', table: false },
    { key: 'acl', kind: 'json', table: false },
    { key: 'file', kind: 'text', ...where },
    { key: 'offset', kind: 'number', ...where },
    { key: 'length', kind: 'number', ...where },
  ];
}

function byText(row: BlameRow): string {
  return row.what === 'children' && row.type !== 'children' ? `${typeText(row)} ${row.path}` : typeText(row);
}

function detailOf(row: BlameRow): string {
  const detail = blameText(row);
  return row.from === 'snapshot' && row.zxid !== null
    ? `${detail}; the log of ${formatHex(row.zxid)} is not here`
    : detail;
}

/** Columns of many znodes. */
export function blamedZnodeColumns(withEvidence: boolean): readonly Column<BlamedZnodeRow>[] {
  return [
    { key: 'path', kind: 'text' },
    { key: 'pathBase64', kind: 'text', table: false },
    { key: 'kind', kind: 'text' },
    { key: 'version', kind: 'number' },
    { key: 'dataLength', title: 'bytes', kind: 'number' },
    { key: 'czxid', title: 'created', kind: 'hex', cell: ({ czxid, ctime }) => momentText(czxid, ctime) },
    { key: 'ctime', kind: 'time', table: false },
    { key: 'createdBy', title: 'created by', kind: 'hex' },
    { key: 'mzxid', title: 'data set', kind: 'hex', cell: ({ mzxid, mtime }) => momentText(mzxid, mtime) },
    { key: 'mtime', kind: 'time', table: false },
    { key: 'setBy', title: 'set by', kind: 'hex' },
    ...(withEvidence ? evidenceColumns : []),
  ];
}

const evidenceColumns: readonly Column<BlamedZnodeRow>[] = [
  { key: 'file', kind: 'text' },
  { key: 'offset', kind: 'number' },
  { key: 'length', kind: 'number' },
];

function momentText(zxid: bigint | null, time: bigint | null): string {
  if (zxid === null) return '-';
  return time === null ? formatHex(zxid) : `${formatHex(zxid)} ${formatTime(time)}`;
}
