// Times as people type them: ISO 8601 with any part left out from the right, `T` or a space between date and time.
import { UsageError } from '../errors.js';

const SHAPE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,3})\d*)?)?)?\s*(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?)?)?$/i;
const HINT = 'type 2026-11-21T03:17, 2026-11-21 03:17:05.250 or 2026-11-21T03:17+01:00';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Milliseconds since 1970 of a time as typed. A part that is missing means its beginning. Without an offset of its
 * own it is a time of `zone`, a name of the tz database.
 * @throws UsageError for what is no time, and for a local time that does not exist or exists twice.
 * @example parseTime('2026-11-21 03:17', 'UTC') // 1795231020000n
 */
export function parseTime(text: string, zone = 'UTC'): bigint {
  const match = SHAPE.exec(text.trim());
  if (match === null) throw new UsageError(`${text} is not a time`, HINT);
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    fraction = '0',
    offset,
  ] = match as unknown as [string, string, ...(string | undefined)[]];
  const wall = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second, +fraction.padEnd(3, '0'));
  if (new Date(wall).toISOString().slice(0, 19) !== `${year}-${month}-${day}T${hour}:${minute}:${second}`) {
    throw new UsageError(`${text} is not a time: there is no such day or hour`, HINT);
  }
  if (offset !== undefined) return BigInt(wall - offsetMs(offset));
  return BigInt(instantOf(wall, zone, text));
}

/** The zone as typed. @throws UsageError for one that the tz database does not have. */
export function timeZone(zone: string): string {
  // Asking for a formatter takes 5 ms, and most never name a zone.
  if (zone === 'UTC') return zone;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new UsageError(`${zone} is not a time zone`, 'type a name like Europe/Berlin, or UTC');
  }
}

function offsetMs(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = +digits.slice(0, 2) * 60 + +digits.slice(2);
  return (offset.startsWith('-') ? -minutes : minutes) * MINUTE_MS;
}

// A zone's offsets a day before and after are those between which it may change at most once.
function instantOf(wall: number, zone: string, text: string): number {
  const offsets = new Set([zoneOffset(wall - DAY_MS, zone), zoneOffset(wall + DAY_MS, zone)]);
  const instants = [...offsets]
    .map((offset) => wall - offset)
    .filter((at) => at + zoneOffset(at, zone) === wall);
  const [first, second] = instants.sort((a, b) => a - b);
  if (first === undefined) {
    throw new UsageError(`${text} does not exist in ${zone}: clocks went forward`, 'type it with its offset');
  }
  if (second !== undefined) {
    const both = [first, second].map((at) => new Date(at).toISOString()).join(' or ');
    throw new UsageError(`${text} exists twice in ${zone}: clocks went back`, `type ${both}`);
  }
  return first;
}

/** Milliseconds that a zone is ahead of UTC at an instant. */
function zoneOffset(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((found) => found.type === type)!.value);
  const wall = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
  return wall - Math.floor(at / 1000) * 1000;
}
