// How rows of a history are written for programs.
import type { Cause } from '../../analysis/causes.js';
import type { HistoryRow } from '../../analysis/history-row.js';
import { shownPath } from '../../analysis/paths.js';
import { type DataMode, formatData } from '../../render/bytes.js';
import type { Column } from '../../render/rows.js';
import { formatHex, formatTime, isDate } from '../../render/value.js';
import { type ClientFields, clientColumns } from '../server-log.js';
import { type Shown, shown } from './data-columns.js';

/** A row with the client of its session, where server logs were read. */
export type ClientHistoryRow = HistoryRow & Partial<ClientFields>;

/** A row with its data as text, and with its cause as JSON has it. */
export type ShownChange = Omit<Shown<ClientHistoryRow>, 'oldData' | 'cause'> & {
  readonly oldData?: string | null;
  readonly oldDataEncoding?: string | null;
  readonly cause?: Readonly<Record<string, unknown>> | undefined;
};

/** Makes text of a row's data. */
export function shownChange(row: ClientHistoryRow, mode: DataMode): ShownChange {
  const { oldData, cause, ...rest } = row;
  const old = oldData === undefined ? {} : formatData(oldData, mode);
  return {
    ...shown(rest, mode),
    ...('data' in old ? { oldData: old.data, oldDataEncoding: old.dataEncoding } : {}),
    cause: cause === undefined ? undefined : causeFields(cause),
  };
}

/** Columns of history rows, in the order of docs/json.md. */
export const historyColumns: readonly Column<ShownChange>[] = [
  { key: 'zxid', kind: 'hex' },
  { key: 'time', kind: 'time' },
  { key: 'session', kind: 'hex' },
  { key: 'server', kind: 'number' },
  ...(clientColumns as readonly Column<ShownChange>[]),
  { key: 'cxid', kind: 'number' },
  { key: 'type', kind: 'text' },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text' },
  { key: 'from', kind: 'text' },
  { key: 'after', kind: 'hex' },
  { key: 'afterTime', kind: 'time' },
  { key: 'upTo', kind: 'hex' },
  { key: 'upToTime', kind: 'time' },
  { key: 'missing', kind: 'number' },
  { key: 'unchanged', kind: 'boolean' },
  { key: 'unlogged', kind: 'boolean' },
  { key: 'ifCommitted', kind: 'boolean' },
  { key: 'count', kind: 'number' },
  { key: 'multi', kind: 'number' },
  { key: 'parts', kind: 'number' },
  { key: 'others', kind: 'json' },
  { key: 'implied', kind: 'boolean' },
  { key: 'commit', kind: 'text' },
  { key: 'cause', kind: 'json' },
  { key: 'kind', kind: 'text' },
  { key: 'ttl', kind: 'number' },
  { key: 'version', kind: 'number' },
  { key: 'oldVersion', kind: 'number' },
  { key: 'parentCVersion', kind: 'number' },
  { key: 'acl', kind: 'json' },
  { key: 'oldAcl', kind: 'json' },
  { key: 'dataLength', kind: 'number' },
  { key: 'data', kind: 'text' },
  { key: 'dataEncoding', kind: 'text' },
  { key: 'oldDataLength', kind: 'number' },
  { key: 'oldData', kind: 'text' },
  { key: 'oldDataEncoding', kind: 'text' },
  { key: 'digest', kind: 'hex' },
  { key: 'file', kind: 'text' },
  { key: 'offset', kind: 'number' },
  { key: 'length', kind: 'number' },
];

function causeFields(cause: Cause): Readonly<Record<string, unknown>> {
  const { kind } = cause;
  switch (kind) {
    case 'session': {
      const { session, end, timeout, created } = cause;
      const by = { session: formatHex(session), end, inferred: true, timeout };
      return { kind, ...by, createdZxid: hex(created?.zxid), createdTime: time(created?.time) };
    }
    case 'container':
      return { kind, ...childFields(cause.lastChild) };
    case 'ttl': {
      const { ttl, mtime } = cause;
      const due = mtime === null ? null : mtime + ttl;
      return { kind, mtime: time(mtime), due: time(due), ...childFields(cause.lastChild) };
    }
    case 'boot':
      return { kind, session: hex(cause.session), inferred: true, why: cause.why };
  }
}

function childFields(child: Extract<Cause, { kind: 'container' }>['lastChild']) {
  if (child === null) return { lastChild: null };
  return {
    lastChild: shownPath(child.path),
    lastChildZxid: hex(child.zxid),
    lastChildTime: time(child.time),
  };
}

function hex(value: bigint | null | undefined): string | null {
  return value == null ? null : formatHex(value);
}

function time(value: bigint | null | undefined): string | number | null {
  if (value == null) return null;
  return isDate(value) ? formatTime(value) : Number(value);
}
