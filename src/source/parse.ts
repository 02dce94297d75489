// SOURCE as people type it: PATH[#WHO][@WHEN].
import { UsageError } from '../errors.js';
import { parseZxid } from '../records/zxid.js';
import type { When } from '../tree/log-survey.js';
import { parseTime } from './time.js';

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
 * before it divide the text, as long as something of that name `exists`. `zone` is that of a time without one.
 *
 * @example
 * parseSource('case.db#prod/zk1@5:47', existsSync); // { path: 'case.db', who: { cluster: 'prod', … }, … }
 * @throws UsageError for a WHO or WHEN that cannot be meant.
 */
export function parseSource(text: string, exists: (path: string) => boolean, zone = 'UTC'): SourceName {
  const readings = [[text, null, null] as const, ...divisions(text)];
  const [path, who, when] = readings.find(([name]) => exists(name)) ?? readings[1] ?? readings[0]!;
  if (!exists(path)) return { path, who: null, when: null };
  return {
    path,
    who: who === null ? null : parseWho(who),
    when: when === null ? null : parseWhen(when, zone),
  };
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

/** What is meant to be a time: `parseTime` says whether it is one. */
const TIME = /^\d{4}-\d\d/;

/**
 * A WHEN: `0x` and hex, `EPOCH:COUNTER`, or an ISO 8601 time, of `zone` where it has none; a part that is missing
 * means its beginning. @throws UsageError for anything else; bare digits or hex are refused with both readings.
 */
export function parseWhen(text: string, zone = 'UTC'): When {
  if (TIME.test(text)) return { time: parseTime(text, zone) };
  if (/^(0x[0-9a-f]+|\d+:\d+|[0-9a-f]{1,16})$/i.test(text)) return { zxid: parseZxid(text) };
  throw new UsageError(
    `@${text} is neither a zxid nor a time`,
    'type @0x50000002f, @5:47 (EPOCH:COUNTER) or @2026-11-21T03:17',
  );
}
