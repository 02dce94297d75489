// Holes in a history. Inside an epoch zxids follow one another, for failed requests take one too and are logged.
import { type Problem, problem } from '../problems.js';
import { FILE_HEADER_BYTES } from '../records/file-header.js';
import { epochOf, formatZxid } from '../records/zxid.js';

/** A record, or the end of a file. */
interface GapPlace {
  readonly file: string;
  readonly offset: number;
}

/** The problem of going from `last` to `next` where zxids between them are missing; null where none are. */
export function gapProblem(last: bigint | null, next: bigint, { file, offset }: GapPlace): Problem | null {
  if (last === null || next <= last + 1n || epochOf(last) !== epochOf(next)) return null;
  const missing = next - last - 1n;
  const found = `${formatZxid(next)}: ${missing} txn${missing === 1n ? '' : 's'} missing`;
  return problem('log-gap', { file, offset, expected: `zxid ${formatZxid(last + 1n)}`, found });
}

/** What is known of a log as a whole. */
interface LogRange {
  readonly file: string;
  /** Null in a log without a sound txn. */
  readonly firstZxid: bigint | null;
  /** Null also where the log was not read to its end; what follows such a log is not judged. */
  readonly lastZxid: bigint | null;
}

/** Holes that no log of a server (or of a cluster) fills; each is reported where the log behind it begins. */
export function gapsBetween(logs: readonly LogRange[]): Problem[] {
  const gaps: Problem[] = [];
  let highest: bigint | null = null;
  const known = logs.flatMap(({ file, firstZxid, lastZxid }) =>
    firstZxid === null ? [] : [{ file, firstZxid, lastZxid }],
  );
  known.sort((a, b) => (a.firstZxid < b.firstZxid ? -1 : a.firstZxid > b.firstZxid ? 1 : 0));
  for (const { file, firstZxid, lastZxid } of known) {
    const gap = gapProblem(highest, firstZxid, { file, offset: FILE_HEADER_BYTES });
    if (gap !== null) gaps.push(gap);
    if (lastZxid === null) return gaps;
    if (highest === null || lastZxid > highest) highest = lastZxid;
  }
  return gaps;
}
