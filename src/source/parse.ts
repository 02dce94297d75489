// SOURCE as people type it: PATH[#WHO][@WHEN].
import { UsageError } from '../errors.js';
import { parseZxid } from '../records/zxid.js';
import type { When } from '../tree/log-survey.js';

/** Which tree of an index, or which server of a folder: `#cluster`, `#cluster/server`, `#/server`. */
export interface Who {
  /** Null where only a server is named. */
  readonly cluster: string | null;
  /** Null where only a cluster is named. */
  readonly server: string | null;
}

/** A SOURCE taken apart. */
export interface SourceName {
  readonly path: string;
  readonly who: Who | null;
  readonly when: When | null;
}

/**
 * Takes a SOURCE apart. A file or directory whose name is the whole text wins; then the last `@` and the last `#`
 * before it divide the text, as long as something of that name `exists`.
 *
 * @example
 * parseSource('case.db#prod/zk1@5:47', existsSync); // { path: 'case.db', who: { cluster: 'prod', … }, … }
 * @throws UsageError for a WHO or WHEN that cannot be meant.
 */
export function parseSource(text: string, exists: (path: string) => boolean): SourceName {
  const readings = [[text, null, null] as const, ...divisions(text)];
  const [path, who, when] = readings.find(([name]) => exists(name)) ?? readings[1] ?? readings[0]!;
  if (!exists(path)) return { path, who: null, when: null };
  return { path, who: who === null ? null : parseWho(who), when: when === null ? null : parseWhen(when) };
}

// The usual division first, then those of names that hold an @ or # themselves.
function divisions(text: string): (readonly [path: string, who: string | null, when: string | null])[] {
  const [beforeAt, when] = divide(text, '@');
  const [path, who] = divide(beforeAt, '#');
  const [beforeHash, whoOfAll] = divide(text, '#');
  return [
    [path, who, when],
    [beforeAt, null, when],
    [beforeHash, whoOfAll, null],
  ];
}

function divide(text: string, mark: string): [before: string, after: string | null] {
  const at = text.lastIndexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function parseWho(text: string): Who {
  const slash = text.indexOf('/');
  const cluster = slash < 0 ? text : text.slice(0, slash);
  const server = slash < 0 ? '' : text.slice(slash + 1);
  if (cluster === '' && server === '') {
    throw new UsageError(`#${text} names nobody`, 'type #cluster, #cluster/server or #/server');
  }
  return { cluster: cluster === '' ? null : cluster, server: server === '' ? null : server };
}

const TIME =
  /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?)?)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;

/**
 * A WHEN: `0x` and hex, `EPOCH:COUNTER`, or an ISO 8601 time, UTC where it has no zone; a part that is missing
 * means its beginning. @throws UsageError for anything else; bare digits or hex are refused with both readings.
 */
export function parseWhen(text: string): When {
  const parts = TIME.exec(text);
  if (parts !== null) return { time: timeOf(text, parts) };
  if (/^(0x[0-9a-f]+|\d+:\d+|[0-9a-f]{1,16})$/i.test(text)) return { zxid: parseZxid(text) };
  throw new UsageError(
    `@${text} is neither a zxid nor a time`,
    'type @0x50000002f, @5:47 (EPOCH:COUNTER) or @2026-11-21T03:17',
  );
}

function timeOf(text: string, parts: RegExpExecArray): bigint {
  const [year, month, day, hour, minute, second, fraction] = [1, 2, 3, 4, 5, 6, 7].map((i) => parts[i]);
  const date = `${year}-${month}-${day ?? '01'}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}`;
  const wall = new Date(`${date}.${(fraction ?? '').padEnd(3, '0')}Z`);
  // Date turns the 31st of a shorter month into the 1st of the next.
  if (Number.isNaN(wall.getTime()) || !wall.toISOString().startsWith(date)) {
    throw new UsageError(`@${text}: there is no such time`, 'type it as 2026-11-21T03:17');
  }
  return BigInt(wall.getTime() - zoneOffset(parts[8] ?? 'Z'));
}

/** Milliseconds that a zone is ahead of UTC. */
function zoneOffset(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
