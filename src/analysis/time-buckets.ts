// What happened when: ops in stretches of time of equal length, in bounded memory.
//
// The stretches begin short. When there are too many of them they become longer, neighbours being put together; each
// length is a multiple of the one before it, so nothing has to be counted again.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths in milliseconds, each a multiple of the one before. */
const LENGTHS = [
  ...[10, 100, 500, SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND],
  ...[MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  ...[HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 28 * DAY, 364 * DAY],
  // A clock that was wrong by millions of years is no reason to give up.
  ...[3640 * DAY, 36_400 * DAY, 364_000 * DAY, 3_640_000 * DAY],
] as const;
const MOST_BUCKETS = 4096;
/** Times a Date can hold; what lies outside was never a time. */
const DATE_LIMIT_MS = 8.64e15;

/** A stretch of time. */
export interface TimeBucket {
  /** Where it begins, milliseconds since 1970. */
  readonly time: number;
  /** Rows of `log`. */
  readonly ops: number;
  /** Of these, requests that failed and parts of multis that failed. */
  readonly failed: number;
  /** Bytes of data written. */
  readonly bytes: number;
  readonly sessionsCreated: number;
  readonly sessionsClosed: number;
}

/** Stretches of one length, without a gap: those in which nothing happened are there too. */
export interface TimeLine {
  /** Milliseconds. */
  readonly bucketMs: number;
  readonly buckets: readonly TimeBucket[];
}

type Counts = { -readonly [K in Exclude<keyof TimeBucket, 'time'>]: number };

/** Counts by time. */
export class TimeBuckets {
  #length = 0;
  #counts = new Map<number, Counts>();
  #firstIndex = Number.POSITIVE_INFINITY;
  #lastIndex = Number.NEGATIVE_INFINITY;

  /** Adds to the stretch of a time, milliseconds since 1970. */
  add(time: bigint, more: Counts): void {
    const at = Number(time);
    if (!(Math.abs(at) <= DATE_LIMIT_MS)) return;
    while (this.#counts.size >= MOST_BUCKETS && this.#lengthen());
    this.#addAt(Math.floor(at / LENGTHS[this.#length]!), more);
  }

  /** The stretches from the first op to the last, as many as fit into `most`; null where there is none. */
  line(most: number): TimeLine | null {
    if (this.#counts.size === 0) return null;
    while (this.#span > most && this.#lengthen());
    const bucketMs = LENGTHS[this.#length]!;
    const buckets: TimeBucket[] = [];
    const count = Math.min(this.#span, most);
    for (let index = this.#firstIndex; buckets.length < count; index++) {
      buckets.push({ time: index * bucketMs, ...(this.#counts.get(index) ?? NOTHING) });
    }
    return { bucketMs, buckets };
  }

  get #span(): number {
    return this.#lastIndex - this.#firstIndex + 1;
  }

  #addAt(index: number, more: Counts): void {
    let counts = this.#counts.get(index);
    if (counts === undefined) {
      counts = { ...NOTHING };
      this.#counts.set(index, counts);
      this.#firstIndex = Math.min(this.#firstIndex, index);
      this.#lastIndex = Math.max(this.#lastIndex, index);
    }
    counts.ops += more.ops;
    counts.failed += more.failed;
    counts.bytes += more.bytes;
    counts.sessionsCreated += more.sessionsCreated;
    counts.sessionsClosed += more.sessionsClosed;
  }

  /** Goes to the next length; false at the last. */
  #lengthen(): boolean {
    const before = LENGTHS[this.#length]!;
    const next = LENGTHS[this.#length + 1];
    if (next === undefined) return false;
    this.#length++;
    const old = this.#counts;
    this.#counts = new Map();
    this.#firstIndex = Number.POSITIVE_INFINITY;
    this.#lastIndex = Number.NEGATIVE_INFINITY;
    for (const [index, counts] of old) this.#addAt(Math.floor((index * before) / next), counts);
    return true;
  }
}

const NOTHING: Counts = { ops: 0, failed: 0, bytes: 0, sessionsCreated: 0, sessionsClosed: 0 };
