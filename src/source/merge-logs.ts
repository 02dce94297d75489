// Several logs as one history: the lowest zxid first, what several files hold alike once.
//
// Logs of one server do not overlap, so normally one file is open at a time: a file joins the merge when the others
// have come to its first zxid.
import { formatZxid } from '../records/zxid.js';
import { gapProblem } from '../txnlog/log-gap.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { LogFile } from './log-file.js';
import type { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

const LOWEST = -(2n ** 63n);

/** A record, valid until the next is asked for. */
export interface MergedRecord {
  readonly file: string;
  readonly record: LogRecord;
}

/** A log in the merge, at one of its records. */
interface Head {
  readonly log: LogFile;
  readonly records: Iterator<LogRecord>;
  record: LogRecord;
}

/**
 * Merges logs. Records with equal zxid and equal entries come once, with different entries each comes, and a note
 * says so. Files that begin after `toZxid` are not read.
 */
export function* mergeLogs(
  logs: readonly LogFile[],
  toZxid: bigint | null,
  slow: SlowScan,
  notes: SourceLog,
): Generator<MergedRecord> {
  // A file without a sound record comes first: reading it reports why.
  const waiting = logs
    .map((log) => ({ log, first: log.firstZxid() ?? LOWEST }))
    .filter(({ first }) => toZxid === null || first <= toZxid)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const heads: Head[] = [];
  let conflicts = 0;
  let highest: bigint | null = null;
  for (;;) {
    let lowest = lowestOf(heads);
    while (waiting.length > 0 && (lowest === null || waiting[0]!.first <= lowest)) {
      const head = headOf(waiting.shift()!.log, slow);
      // Nothing else is open: what lies between the files is in none. Holes inside a file its reader reports.
      if (head !== null && heads.length === 0) reportGap(highest, head, notes);
      if (head !== null) heads.push(head);
      lowest = lowestOf(heads);
    }
    if (lowest === null) break;
    if (highest === null || lowest > highest) highest = lowest;
    if (heads.length === 1) {
      const [head] = heads as [Head];
      yield { file: head.log.path, record: head.record };
      if (!advance(head)) heads.pop();
      continue;
    }
    const equal = heads.filter(({ record }) => record.zxid === lowest);
    const distinct = equal.filter((head, i) => !equal.slice(0, i).some((other) => isSame(other, head)));
    if (distinct.length > 1 && conflicts++ === 0) notes.note(conflictText(distinct, notes));
    for (const { log, record } of distinct) yield { file: log.path, record };
    for (const head of equal) if (!advance(head)) heads.splice(heads.indexOf(head), 1);
  }
  if (conflicts > 1)
    notes.note(`${conflicts} zxids stand for different txns in different files; all are shown`);
}

function reportGap(highest: bigint | null, { log, record }: Head, notes: SourceLog): void {
  const gap = gapProblem(highest, record.zxid, { file: log.path, offset: record.offset });
  if (gap !== null) notes.report(gap);
}

function headOf(log: LogFile, slow: SlowScan): Head | null {
  const records = log.records(slow);
  const { value, done } = records.next();
  return done ? null : { log, records, record: value };
}

/** Goes to the next record; false at the end, and then the file is closed. */
function advance(head: Head): boolean {
  const { value, done } = head.records.next();
  if (done) head.log.close();
  else head.record = value;
  return !done;
}

function lowestOf(heads: readonly Head[]): bigint | null {
  let lowest: bigint | null = null;
  for (const { record } of heads) if (lowest === null || record.zxid < lowest) lowest = record.zxid;
  return lowest;
}

function isSame(a: Head, b: Head): boolean {
  return a.record.entry.equals(b.record.entry);
}

function conflictText(heads: readonly Head[], notes: SourceLog): string {
  const places = heads.map(({ log, record }) => `${notes.shown(log.path)} byte ${record.offset}`);
  const zxid = formatZxid(heads[0]!.record.zxid);
  return `zxid ${zxid} is another txn in ${places.join(' than in ')}; both are shown`;
}
