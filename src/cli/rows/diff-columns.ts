// How differences are written.
import { type AclRow, aclText } from '../../analysis/acl-row.js';
import type { DiffRow } from '../../analysis/diff-row.js';
import type { DiffField } from '../../analysis/diff-rules.js';
import type { DiffStatRow } from '../../analysis/diff-stat.js';
import type { ZnodeRow } from '../../analysis/znode-row.js';
import { type DataMode, formatData } from '../../render/bytes.js';
import type { Column } from '../../render/rows.js';
import { formatHex, formatTime, isDate } from '../../render/value.js';

/** A row as JSON has it. */
export type ShownDiff = Omit<DiffRow, 'a' | 'b'> & {
  readonly a?: JsonZnode | null | undefined;
  readonly b?: JsonZnode | null | undefined;
};

type JsonZnode = Readonly<Record<string, unknown>>;

/** Columns of differences, in the order of docs/json.md. */
export const diffColumns: readonly Column<DiffRow | ShownDiff>[] = [
  { key: 'change', kind: 'text' },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text', table: false },
  { key: 'from', kind: 'text', table: false },
  { key: 'fromBase64', kind: 'text', table: false },
  { key: 'fields', title: 'what', kind: 'json', cell: (row) => differenceText(row as DiffRow) },
  { key: 'counter', kind: 'text', table: false },
  { key: 'a', kind: 'json', table: false },
  { key: 'b', kind: 'json', table: false },
  { key: 'znodes', kind: 'number', table: false },
  { key: 'bytes', kind: 'number', table: false },
];

/** Those of `--name-only`. */
export const nameColumns = diffColumns.slice(0, 5);

/** Columns of `--stat`. */
export const diffStatColumns: readonly Column<DiffStatRow>[] = [
  { key: 'added', kind: 'number' },
  { key: 'removed', kind: 'number' },
  { key: 'changed', kind: 'number' },
  { key: 'bytesA', title: 'bytes in A', kind: 'number' },
  { key: 'bytesB', title: 'bytes in B', kind: 'number' },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text', table: false },
];

/** The row as JSON has it, its data as text. */
export function shownDiff(row: DiffRow, mode: DataMode): ShownDiff {
  const { a, b } = row;
  return { ...row, a: a && jsonZnode(a, mode), b: b && jsonZnode(b, mode) };
}

function jsonZnode(row: ZnodeRow, mode: DataMode): JsonZnode {
  const { kind, ttl, version, cversion, aversion, dataLength, acl, data, file, offset, length } = row;
  return {
    kind,
    ttl: ttl === null ? null : Number(ttl),
    czxid: formatHex(row.czxid),
    mzxid: formatHex(row.mzxid),
    pzxid: formatHex(row.pzxid),
    ctime: jsonTime(row.ctime),
    mtime: jsonTime(row.mtime),
    version,
    cversion,
    aversion,
    ephemeralOwner: formatHex(row.ephemeralOwner),
    dataLength,
    acl,
    ...(data === undefined ? {} : formatData(data, mode)),
    ...(file === undefined ? {} : { file, offset, length }),
  };
}

function jsonTime(time: bigint): string | number {
  return isDate(time) ? formatTime(time) : Number(time);
}

/** What a row says besides the path. */
export function differenceText(row: DiffRow): string {
  const { change, from, fields = [], counter, a, b, znodes, bytes } = row;
  if (change === 'moved') return `from ${from}: ${znodes} znodes with ${bytes} bytes`;
  const parts = from === undefined ? [] : [`from ${from}`];
  if (a && b) parts.push(...fields.map((field) => fieldText(field, a, b)));
  else parts.push(znodeText((a ?? b)!));
  if (counter === 'critical')
    parts.push('CRITICAL: it has sequential children, whose numbers would come again');
  if (counter === 'behind') parts.push('sequence numbers would come again');
  return parts.join(', ');
}

function znodeText(znode: ZnodeRow): string {
  const { dataLength, acl, data } = znode;
  const parts = [kindText(znode), data === null ? 'null' : bytesText(dataLength)];
  const access = aclText(acl);
  if (access !== 'world:anyone:cdrwa') parts.push(`ACL ${access}`);
  return parts.join(', ');
}

function fieldText(field: DiffField, a: ZnodeRow, b: ZnodeRow): string {
  switch (field) {
    case 'data': {
      const [was, is] = [a, b].map(({ data, dataLength }) => (data === null ? 'null' : dataLength));
      if (was === is) return `data (${bytesText(a.dataLength)} in both)`;
      return `data ${was} -> ${is === 'null' ? is : bytesText(b.dataLength)}`;
    }
    case 'acl':
      return `ACL ${aclOf(a.acl)} -> ${aclOf(b.acl)}`;
    case 'kind':
      return `kind ${kindText(a)} -> ${kindText(b)}`;
    case 'ctime':
    case 'mtime':
      return `${field} ${formatTime(a[field])} -> ${formatTime(b[field])}`;
    case 'version':
    case 'cversion':
    case 'aversion':
      return `${field} ${a[field]} -> ${b[field]}`;
    default:
      return `${field} ${formatHex(a[field])} -> ${formatHex(b[field])}`;
  }
}

function aclOf(acl: readonly AclRow[] | null): string {
  return acl?.length === 0 ? 'empty' : aclText(acl);
}

function kindText({ kind, ttl }: ZnodeRow): string {
  return kind === 'ttl' ? `ttl ${ttl} ms` : kind;
}

function bytesText(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
