// What `top` says of a stretch of history as a whole.
import type { TimeBucket, TimeLine } from '../analysis/time-buckets.js';
import type { TopCounter } from '../analysis/top.js';
import { formatZxid } from '../records/zxid.js';
import { chartLines } from '../render/chart.js';
import { formatBytes } from '../render/human.js';
import type { EnvelopeFields } from '../render/json.js';
import { formatTime } from '../render/value.js';

/** Range and totals, and a chart of what happened when; `columns` is the room for it. */
export function headLines(counter: TopCounter, columns: number): string[] {
  const { totals } = counter;
  if (totals === null) return ['no op'];
  const { sums, txns, sessionsCreated, sessionsClosed } = totals;
  const { firstZxid, lastZxid, firstTime, lastTime, ops, failed, bytes } = sums;
  const lines = [
    `${formatZxid(firstZxid)}..${formatZxid(lastZxid)}, ${formatTime(firstTime)} to ${formatTime(lastTime)}`,
    `${txns} txns, ${ops} ops, ${failed} of them failed; ${formatBytes(bytes)} written; ${sessionsCreated} sessions created, ${sessionsClosed} closed`,
  ];
  const line = counter.timeLine(columns);
  return line === null ? lines : [...lines, '', ...timeChart(line, columns)];
}

/** Few stretches are drawn wider, up to this many columns each. */
const WIDEST_BAR = 4;

function timeChart({ bucketMs, buckets }: TimeLine, columns: number): string[] {
  const width = Math.min(Math.max(Math.floor(columns / buckets.length), 1), WIDEST_BAR);
  const bars = (count: (bucket: TimeBucket) => number) =>
    buckets.flatMap((bucket) => Array<number>(width).fill(count(bucket)));
  const series = [
    { label: 'ops', values: bars(({ ops }) => ops), height: 4 },
    { label: 'failed', values: bars(({ failed }) => failed) },
    { label: 'new sessions', values: bars(({ sessionsCreated }) => sessionsCreated) },
    { label: 'closed', values: bars(({ sessionsClosed }) => sessionsClosed) },
  ];
  const first = buckets[0]!.time;
  const end = buckets.at(-1)!.time + bucketMs;
  return chartLines(series, [formatTime(first), `${formatTime(end)}, each ${lengthText(bucketMs)}`]);
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

function lengthText(ms: number): string {
  for (const [unit, length] of UNITS) {
    if (ms >= length) return `${ms / length} ${unit}${ms === length ? '' : 's'}`;
  }
  return `${ms} ms`;
}

/** The totals for json; null where there was no op. */
export function totalsFields(counter: TopCounter): EnvelopeFields | null {
  const { totals } = counter;
  if (totals === null) return null;
  const { sums, ...counts } = totals;
  const { firstZxid, lastZxid, firstTime, lastTime, ...rest } = sums;
  return {
    ...counts,
    ...rest,
    firstZxid: formatZxid(firstZxid),
    lastZxid: formatZxid(lastZxid),
    firstTime: formatTime(firstTime),
    lastTime: formatTime(lastTime),
  };
}

/** The chart's numbers for json, at most `most` stretches. */
export function timeLineFields(counter: TopCounter, most: number): EnvelopeFields | null {
  const line = counter.timeLine(most);
  if (line === null) return null;
  const buckets = line.buckets.map((bucket) => ({ ...bucket, time: formatTime(bucket.time) }));
  return { bucketMs: line.bucketMs, buckets };
}
