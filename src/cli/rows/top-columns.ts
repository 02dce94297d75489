// How the rows of `top` are written.
import type { TimeBucket } from '../../analysis/time-buckets.js';
import type { TopKey, TopRow } from '../../analysis/top.js';
import type { Column, KeyOf } from '../../render/rows.js';
import { type ClientFields, clientColumns } from '../server-log.js';

/** A row of `top`, with the client of a session where that was asked for. */
export type ShownTop = TopRow & Partial<ClientFields>;

type TopColumn = Column<ShownTop>;

/** Characters of the longest bar. */
const BAR_WIDTH = 40;

const columns: readonly TopColumn[] = [
  { key: 'by', kind: 'text' },
  { key: 'type', kind: 'text' },
  { key: 'pattern', kind: 'text' },
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text' },
  { key: 'paths', kind: 'number' },
  { key: 'session', kind: 'hex' },
  ...(clientColumns as readonly TopColumn[]),
  { key: 'server', kind: 'number' },
  { key: 'error', kind: 'number' },
  { key: 'errorName', title: 'error', kind: 'text', cell: errorText },
  { key: 'ops', kind: 'number' },
  { key: 'failed', kind: 'number' },
  { key: 'creates', kind: 'number' },
  { key: 'deletes', kind: 'number' },
  { key: 'growth', kind: 'number' },
  { key: 'setData', kind: 'number' },
  { key: 'setACL', kind: 'number' },
  { key: 'bytes', kind: 'number' },
  { key: 'firstZxid', title: 'first zxid', kind: 'hex' },
  { key: 'lastZxid', title: 'last zxid', kind: 'hex' },
  { key: 'firstTime', title: 'first', kind: 'time' },
  { key: 'lastTime', title: 'last', kind: 'time' },
];

const CHANGES = ['ops', 'failed', 'creates', 'deletes', 'growth', 'setData', 'bytes'] as const;

/** What a table shows, in this order. */
const SHOWN: Readonly<Record<TopKey, readonly KeyOf<ShownTop>[]>> = {
  type: ['ops', 'failed', 'bytes', 'type'],
  pattern: [...CHANGES, 'paths', 'pattern'],
  path: [...CHANGES, 'path'],
  parent: ['growth', 'ops', 'failed', 'creates', 'deletes', 'setData', 'bytes', 'path'],
  session: [...CHANGES, 'session', 'firstTime', 'lastTime'],
  server: [...CHANGES, 'server'],
  error: ['ops', 'errorName', 'firstZxid', 'lastZxid', 'firstTime', 'lastTime'],
};

/** All columns, of the rows of any key; with those of clients where server logs were read. */
export function topColumns(clients: boolean): readonly TopColumn[] {
  return clients ? columns : columns.filter(({ key }) => !isOfClient(key));
}

/** The columns of a table of the rows of one key. */
export function topTable(by: TopKey, clients: boolean): readonly TopColumn[] {
  const titles: Partial<Record<string, string>> = by === 'parent' ? { path: 'parent' } : {};
  const shown = by === 'session' && clients ? [...SHOWN[by], ...CLIENT] : SHOWN[by];
  return shown.map((name) => {
    const column = columns.find(({ key }) => key === name)!;
    return { ...column, title: titles[name] ?? column.title ?? column.key };
  });
}

const CLIENT = ['address', 'user'] as const;

function isOfClient(key: string): boolean {
  return (CLIENT as readonly string[]).includes(key);
}

function errorText({ error, errorName }: ShownTop): string {
  return error === null ? 'not said' : `${errorName} (${error})`;
}

/** Columns of stretches of time. */
export const bucketColumns: readonly Column<TimeBucket>[] = [
  { key: 'time', kind: 'time' },
  { key: 'ops', kind: 'number' },
  { key: 'failed', kind: 'number' },
  { key: 'bytes', kind: 'number' },
  { key: 'sessionsCreated', title: 'sessions created', kind: 'number' },
  { key: 'sessionsClosed', title: 'closed', kind: 'number' },
];

/** The same with a bar for the ops, of which the largest number is `most`. */
export function bucketTable(most: number): readonly Column<TimeBucket>[] {
  const bar = ({ ops }: TimeBucket) => '#'.repeat(Math.ceil((ops / most) * BAR_WIDTH));
  return [...bucketColumns, { key: 'ops', title: '', kind: 'text', cell: bar }];
}
