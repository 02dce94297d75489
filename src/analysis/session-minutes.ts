// Storms: sessions created and ended, minute by minute.
import type { SessionLife } from './session-life.js';

/** A minute in which sessions were created or ended. */
export interface SessionMinute {
  /** Its beginning, milliseconds since 1970. */
  readonly time: number;
  readonly created: number;
  /** Closed by their clients. */
  readonly closed: number;
  readonly expired: number;
  /** Of those that ended: they lived shorter than their timeout. */
  readonly short: number;
  /** Open at the end of the minute, as far as their creation or a snapshot is known. */
  readonly open: number;
}

const MINUTE_MS = 60_000;
/** Times a Date can hold. */
const DATE_LIMIT_MS = 8.64e15;

/** True for one that ended sooner than its timeout: it was closed soon, or could not be kept alive once. */
export function isShort({ duration, timeout }: Pick<SessionLife, 'duration' | 'timeout'>): boolean {
  return duration !== null && timeout !== null && duration < BigInt(timeout);
}

/** The minutes in which at least `least` sessions were created or ended, in order. */
export function sessionMinutes(lives: Iterable<SessionLife>, least = 1): SessionMinute[] {
  const minutes = new Map<number, { created: number; closed: number; expired: number; short: number }>();
  const at = (time: bigint) => {
    const minute = Math.floor(Number(time) / MINUTE_MS) * MINUTE_MS;
    if (!(Math.abs(minute) <= DATE_LIMIT_MS)) return null;
    let counts = minutes.get(minute);
    if (counts === undefined) {
      counts = { created: 0, closed: 0, expired: 0, short: 0 };
      minutes.set(minute, counts);
    }
    return counts;
  };
  let open = 0;
  for (const life of lives) {
    // One that is gone ended nobody knows when.
    if (life.state === 'gone') continue;
    if (life.createdTime === null) open++;
    const created = life.createdTime === null ? null : at(life.createdTime);
    if (created !== null) created.created++;
    const ended = life.endedTime === null ? null : at(life.endedTime);
    if (ended === null) continue;
    if (life.state === 'closed') ended.closed++;
    else ended.expired++;
    if (isShort(life)) ended.short++;
  }
  const rows: SessionMinute[] = [];
  for (const [time, counts] of [...minutes].sort(([a], [b]) => a - b)) {
    open += counts.created - counts.closed - counts.expired;
    if (counts.created + counts.closed + counts.expired >= least) rows.push({ time, ...counts, open });
  }
  return rows;
}
