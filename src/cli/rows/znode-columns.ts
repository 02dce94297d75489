// How znode rows are written.
import { aclText } from '../../analysis/acl-row.js';
import type { ZnodeRow } from '../../analysis/znode-row.js';
import type { Column } from '../../render/rows.js';
import type { Shown } from './data-columns.js';

/** A znode row with its data as text. */
export type ShownZnode = Shown<ZnodeRow>;

/** What a table of znodes shows. */
export interface ZnodeTable {
  readonly data: boolean;
  readonly evidence: boolean;
}

/** Columns of znode rows, in the order of docs/json.md. */
export function znodeColumns({ data, evidence }: ZnodeTable): readonly Column<ShownZnode>[] {
  return [
    { key: 'path', kind: 'text' },
    { key: 'pathBase64', kind: 'text', table: false },
    { key: 'kind', kind: 'text', cell: kindText },
    { key: 'ttl', kind: 'number', table: false },
    { key: 'czxid', kind: 'hex', table: false },
    { key: 'mzxid', kind: 'hex' },
    { key: 'pzxid', kind: 'hex', table: false },
    { key: 'ctime', kind: 'time', table: false },
    { key: 'mtime', kind: 'time' },
    { key: 'version', kind: 'number' },
    { key: 'cversion', kind: 'number', table: false },
    { key: 'aversion', kind: 'number', table: false },
    { key: 'ephemeralOwner', kind: 'hex', table: false },
    { key: 'dataLength', title: 'bytes', kind: 'number' },
    { key: 'numChildren', title: 'children', kind: 'number' },
    { key: 'acl', kind: 'json', cell: ({ acl }) => aclText(acl) },
    { key: 'data', kind: 'text', ...(data ? {} : { table: false }) },
    { key: 'dataEncoding', kind: 'text', table: false },
    ...(evidence ? evidenceColumns : []),
  ];
}

const evidenceColumns: readonly Column<ShownZnode>[] = [
  { key: 'file', kind: 'text' },
  { key: 'offset', kind: 'number' },
  { key: 'length', kind: 'number' },
];

function kindText({ kind, ttl, ephemeralOwner }: ShownZnode): string {
  if (kind === 'ttl') return `ttl ${ttl} ms`;
  return kind === 'ephemeral' ? `ephemeral 0x${BigInt.asUintN(64, ephemeralOwner).toString(16)}` : kind;
}
