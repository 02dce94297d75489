// How the rows of inspect are written.
import type { FileFacts } from '../../analysis/file-facts.js';
import type { ServerFacts } from '../../analysis/inspect.js';
import { formatBytes } from '../../render/human.js';
import type { Column } from '../../render/rows.js';
import { formatHex, formatTime } from '../../render/value.js';

/** Columns of files, in the order of docs/json.md. */
export const fileColumns: readonly Column<FileFacts>[] = [
  { key: 'server', kind: 'text', table: false },
  { key: 'file', kind: 'text' },
  { key: 'kind', kind: 'text', table: false },
  { key: 'content', kind: 'text', cell: contentText },
  { key: 'codec', kind: 'text', table: false },
  { key: 'size', kind: 'number', cell: ({ size }) => formatBytes(size) },
  { key: 'zxid', kind: 'hex', table: false },
  { key: 'firstZxid', title: 'zxids', kind: 'hex', cell: zxidText },
  { key: 'lastZxid', kind: 'hex', table: false },
  { key: 'firstEpoch', kind: 'number', table: false },
  { key: 'lastEpoch', kind: 'number', table: false },
  { key: 'firstTime', title: 'until', kind: 'time', cell: ({ lastTime }) => timeText(lastTime) },
  { key: 'lastTime', kind: 'time', table: false },
  { key: 'checksums', kind: 'text', cell: checksumText },
  { key: 'sound', kind: 'boolean', table: false },
  { key: 'znodes', title: 'holds', kind: 'number', cell: holdsText },
  { key: 'persistent', kind: 'number', table: false },
  { key: 'ephemeral', kind: 'number', table: false },
  { key: 'container', kind: 'number', table: false },
  { key: 'ttl', kind: 'number', table: false },
  { key: 'sessions', kind: 'number', table: false },
  { key: 'acls', kind: 'number', table: false },
  { key: 'dataBytes', kind: 'number', table: false },
  { key: 'digestZxid', kind: 'hex', table: false },
  { key: 'digest', kind: 'hex', table: false },
  { key: 'lastProcessedZxid', kind: 'hex', table: false },
  { key: 'fuzzy', kind: 'boolean', table: false },
  { key: 'txns', kind: 'number', table: false },
  { key: 'ops', kind: 'json', table: false },
  { key: 'tail', kind: 'text' },
  { key: 'tailBytes', kind: 'number', table: false },
  { key: 'skipped', kind: 'number', table: false },
  { key: 'release', kind: 'text' },
  { key: 'hints', kind: 'json', table: false },
  { key: 'problems', kind: 'number' },
  { key: 'gone', kind: 'boolean', table: false },
];

/** Columns of servers, in the order of docs/json.md. */
export const serverColumns: readonly Column<ServerFacts>[] = [
  { key: 'server', kind: 'text' },
  { key: 'snapDir', kind: 'text', table: false },
  { key: 'logDir', kind: 'text', table: false },
  { key: 'myid', kind: 'text' },
  { key: 'currentEpoch', title: 'epochs', kind: 'number', cell: epochText },
  { key: 'acceptedEpoch', kind: 'number', table: false },
  { key: 'snapshots', kind: 'number' },
  { key: 'logs', kind: 'number' },
  { key: 'bytes', kind: 'number', cell: ({ bytes }) => formatBytes(bytes) },
  { key: 'newestSnapshot', title: 'newest snapshot', kind: 'hex' },
  { key: 'newestSound', title: 'newest sound', kind: 'hex' },
  { key: 'firstZxid', title: 'logs from', kind: 'hex' },
  { key: 'lastZxid', title: 'to', kind: 'hex' },
  { key: 'firstTime', kind: 'time', table: false },
  { key: 'lastTime', kind: 'time', table: false },
  { key: 'txns', kind: 'number' },
  { key: 'release', kind: 'text' },
  { key: 'problems', kind: 'number' },
  { key: 'others', kind: 'json', table: false },
];

function contentText({ content, codec, gone }: FileFacts): string {
  return `${content}${codec === 'raw' ? '' : `, ${codec}`}${gone ? ', gone' : ''}`;
}

function zxidText(file: FileFacts): string {
  const { kind, zxid, firstZxid, lastZxid, fuzzy } = file;
  const hex = (value: bigint | null) => (value === null ? '?' : formatHex(value));
  if (kind === 'log') return firstZxid === null ? '-' : `${hex(firstZxid)}..${hex(lastZxid)}`;
  return fuzzy ? `${hex(zxid)}, fuzzy to ${hex(endOf(file))}` : hex(zxid);
}

/** The newest zxid that a snapshot gives away. */
function endOf({ lastZxid, digestZxid, lastProcessedZxid }: FileFacts): bigint | null {
  let end = lastZxid;
  for (const other of [digestZxid, lastProcessedZxid]) {
    if (other !== null && (end === null || other > end)) end = other;
  }
  return end;
}

function timeText(time: bigint | null): string {
  return time === null ? '-' : formatTime(time);
}

function checksumText({ checksums, sound }: FileFacts): string {
  if (sound === false && checksums !== 'wrong') return 'unreadable';
  return checksums ?? '-';
}

function holdsText({ znodes, sessions, txns }: FileFacts): string {
  if (txns !== null) return `${txns} txns`;
  return znodes === null ? '-' : `${znodes} znodes, ${sessions} sessions`;
}

function epochText({ currentEpoch, acceptedEpoch }: ServerFacts): string {
  if (currentEpoch === null && acceptedEpoch === null) return '-';
  return `${currentEpoch ?? '-'}/${acceptedEpoch ?? '-'}`;
}
