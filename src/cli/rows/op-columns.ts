// How op rows are written.
import { aclText } from '../../analysis/acl-row.js';
import type { OpRow } from '../../analysis/op-row.js';
import type { Column } from '../../render/rows.js';
import { type ClientFields, clientColumns } from '../server-log.js';
import type { Shown } from './data-columns.js';

/** An op row with its data as text, and with the client of its session where that was asked for. */
export type ShownOp = Shown<OpRow> & Partial<ClientFields>;

/** What a table of ops shows. */
export interface OpTable {
  readonly data: boolean;
  readonly evidence: boolean;
  /** With the client of the session (default false). */
  readonly clients?: boolean;
  /** Mark what is not known to be committed too: where something is known (default false). */
  readonly marksUnknown?: boolean;
}

/** Columns of op rows, in the order of docs/json.md. A table has few of them, and the rest in words. */
export function opColumns({
  data,
  evidence,
  clients = false,
  marksUnknown = false,
}: OpTable): readonly Column<ShownOp>[] {
  const where = evidence ? {} : ({ table: false } as const);
  return [
    { key: 'zxid', kind: 'hex' },
    { key: 'time', kind: 'time' },
    { key: 'session', kind: 'hex' },
    ...(clients ? (clientColumns as readonly Column<ShownOp>[]) : []),
    { key: 'cxid', kind: 'number', table: false },
    { key: 'type', kind: 'text', cell: typeText },
    { key: 'path', kind: 'text' },
    { key: 'pathBase64', kind: 'text', table: false },
    { key: 'multi', kind: 'number', table: false },
    { key: 'applied', kind: 'boolean', table: false },
    { key: 'implied', kind: 'boolean', table: false },
    { key: 'commit', kind: 'text', table: false },
    { key: 'error', kind: 'number', table: false },
    { key: 'errorName', title: 'detail', kind: 'text', cell: (row) => detailText(row, marksUnknown) },
    { key: 'version', kind: 'number', table: false },
    { key: 'parentCVersion', kind: 'number', table: false },
    { key: 'ephemeral', kind: 'boolean', table: false },
    { key: 'ttl', kind: 'number', table: false },
    { key: 'timeout', kind: 'number', table: false },
    { key: 'deletes', kind: 'number', table: false },
    { key: 'opCode', kind: 'number', table: false },
    { key: 'acl', kind: 'json', table: false },
    { key: 'dataLength', kind: 'number', table: false },
    { key: 'data', kind: 'text', ...(data ? {} : { table: false }) },
    { key: 'dataEncoding', kind: 'text', table: false },
    { key: 'digest', kind: 'hex', table: false },
    { key: 'file', kind: 'text', ...where },
    { key: 'offset', kind: 'number', ...where },
    { key: 'length', kind: 'number', ...where },
  ];
}

function typeText({ type, multi, implied }: ShownOp): string {
  if (implied) return `${type} (implied)`;
  return multi === undefined ? type : `${type} (multi ${multi})`;
}

function detailText(row: ShownOp, marksUnknown: boolean): string {
  const parts = [commitText(row, marksUnknown), row.applied === false ? 'not applied' : '', ...bodyText(row)];
  return parts.filter((part) => part !== '').join(', ');
}

function commitText({ commit }: ShownOp, marksUnknown: boolean): string {
  if (commit === 'single-copy') return 'SINGLE COPY';
  return commit === 'unknown' && marksUnknown ? 'not known to be committed' : '';
}

function bodyText(row: ShownOp): readonly string[] {
  switch (row.type) {
    case 'create':
    case 'create2':
    case 'createContainer':
    case 'createTTL':
      return [
        `${row.dataLength} bytes`,
        row.ephemeral ? 'ephemeral' : '',
        row.ttl ? `ttl ${row.ttl} ms` : '',
      ];
    case 'setData':
    case 'reconfig':
      return [`${row.dataLength} bytes`, `version ${row.version}`];
    case 'setACL':
      return [`aversion ${row.version}`, aclText(row.acl ?? null)];
    case 'check':
      return [`version ${row.version}`];
    case 'error':
      return [`${row.errorName} (${row.error})`];
    case 'createSession':
      return [`timeout ${row.timeout} ms`];
    case 'closeSession':
      return [row.deletes ? `${row.deletes} deletes` : ''];
    case 'unknown':
      return [`op code ${row.opCode}`, `${row.dataLength} bytes`];
    default:
      return [];
  }
}
