// How sessions are written.
import type { EphemeralRow } from '../../analysis/follow-sessions.js';
import type { SessionLife } from '../../analysis/session-life.js';
import type { SessionMinute } from '../../analysis/session-minutes.js';
import type { SessionRow } from '../../analysis/sessions.js';
import { formatHex } from '../../records/zxid.js';
import { formatDuration } from '../../render/human.js';
import type { Column } from '../../render/rows.js';
import { type ClientFields, clientColumns } from '../server-log.js';

type TableRow = SessionRow & Partial<ClientFields>;

/** Columns of the session table of one tree. */
export function tableColumns(clients: boolean): readonly Column<TableRow>[] {
  return [
    { key: 'id', kind: 'hex' },
    ...(clients ? (clientColumns as readonly Column<TableRow>[]) : []),
    { key: 'timeout', title: 'timeout ms', kind: 'number' },
    { key: 'server', kind: 'number' },
    { key: 'ephemerals', kind: 'number' },
    { key: 'alive', kind: 'boolean' },
  ];
}

/** A life in output. */
export interface LifeRow extends Omit<SessionLife, 'createdAt' | 'endedAt'>, Partial<ClientFields> {
  /** What the state of an ended session is known from: `cxid` of its closeSession, or a `server log`; else null. */
  readonly endedFrom: 'cxid' | 'server log' | null;
  readonly createdFile: string | null;
  readonly createdOffset: number | null;
  readonly endedFile: string | null;
  readonly endedOffset: number | null;
}

/** What a table of lives shows. */
export interface LifeTable {
  readonly clients: boolean;
  readonly evidence: boolean;
}

/** Columns of lives. */
export function lifeColumns({ clients, evidence }: LifeTable): readonly Column<LifeRow>[] {
  const hidden = { table: false } as const;
  return [
    { key: 'id', kind: 'hex' },
    { key: 'server', kind: 'number', ...hidden },
    ...(clients ? (clientColumns as readonly Column<LifeRow>[]) : []),
    { key: 'timeout', title: 'timeout ms', kind: 'number' },
    { key: 'state', kind: 'text' },
    { key: 'createdZxid', title: 'created', kind: 'hex', cell: createdText },
    { key: 'createdTime', title: '', kind: 'time' },
    { key: 'createdBefore', kind: 'hex', ...hidden },
    { key: 'endedZxid', title: 'ended', kind: 'hex', cell: endedText },
    { key: 'endedTime', title: '', kind: 'time' },
    { key: 'endedFrom', kind: 'text', ...hidden },
    { key: 'goneBy', kind: 'hex', ...hidden },
    { key: 'duration', title: 'lived', kind: 'number', cell: durationText },
    { key: 'ephemerals', kind: 'number' },
    { key: 'ephemeralsCreated', kind: 'number', ...hidden },
    { key: 'writes', kind: 'number' },
    { key: 'creates', kind: 'number', ...hidden },
    { key: 'deletes', kind: 'number', ...hidden },
    { key: 'setData', kind: 'number', ...hidden },
    { key: 'setACL', kind: 'number', ...hidden },
    { key: 'bytes', kind: 'number', ...hidden },
    { key: 'failed', kind: 'number' },
    { key: 'lastZxid', kind: 'hex', ...hidden },
    { key: 'lastTime', title: 'last request', kind: 'time' },
    ...(evidence ? placeColumns : []),
  ];
}

const placeColumns: readonly Column<LifeRow>[] = [
  { key: 'createdFile', kind: 'text' },
  { key: 'createdOffset', kind: 'number' },
  { key: 'endedFile', kind: 'text' },
  { key: 'endedOffset', kind: 'number' },
];

function createdText({ createdZxid, createdBefore }: LifeRow): string {
  if (createdZxid !== null) return formatHex(createdZxid);
  return createdBefore === null ? '-' : `before ${formatHex(createdBefore)}`;
}

function endedText({ endedZxid, goneBy }: LifeRow): string {
  if (endedZxid !== null) return formatHex(endedZxid);
  return goneBy === null ? '-' : `by ${formatHex(goneBy)}`;
}

/** How long it lived, "-" where that is not known. */
export function durationText({ duration }: Pick<LifeRow, 'duration'>): string {
  if (duration === null) return '-';
  return duration < 1000n ? `${duration} ms` : formatDuration(Number(duration) / 1000);
}

/** Columns of minutes. */
export const minuteColumns: readonly Column<SessionMinute>[] = [
  { key: 'time', kind: 'time' },
  { key: 'created', kind: 'number' },
  { key: 'closed', kind: 'number' },
  { key: 'expired', kind: 'number' },
  { key: 'short', kind: 'number' },
  { key: 'open', kind: 'number' },
];

/** Columns of the ephemerals of a session. */
export const ephemeralColumns: readonly Column<EphemeralRow>[] = [
  { key: 'path', kind: 'text' },
  { key: 'pathBase64', kind: 'text', table: false },
  { key: 'createdZxid', title: 'created', kind: 'hex' },
  { key: 'createdTime', title: '', kind: 'time' },
  { key: 'end', title: 'what became of it', kind: 'text', cell: fateText },
  { key: 'endedZxid', title: 'at', kind: 'hex' },
  { key: 'endedTime', title: '', kind: 'time' },
  { key: 'endedBy', kind: 'hex', table: false },
];

function fateText({ end, endedBy }: EphemeralRow): string {
  switch (end) {
    case 'there':
      return 'still there';
    case 'closed':
      return 'went with its session';
    case 'deleted':
      return `deleted by ${endedBy === null ? 'a request' : formatHex(endedBy)}`;
    case 'gone':
      return 'gone, no txn says how';
  }
}
