// inspect --digests: a row for each replay, and what is to be said of a difference.
import { type DigestRun, digestRuns, isDifferent } from '../analysis/digest-runs.js';
import type { DataDir } from '../datadir/data-dir.js';
import { UsageError } from '../errors.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import { SourceLog } from '../source/source-log.js';
import { EXIT } from './exit-codes.js';
import { digestColumns } from './rows/digest-columns.js';
import type { OutputArgs, Run } from './run.js';

/** A server's directory, and what its files are called. */
export interface DigestTarget {
  readonly server: string;
  readonly dir: DataDir;
  shown(file: string): string;
}

/** Compares digests server by server; exit code 1 where one differs. */
export function inspectDigests(
  targets: readonly (DigestTarget | null)[],
  args: OutputArgs & { readonly source: readonly string[] },
  run: Run,
): number {
  const dirs = targets.filter((target) => target !== null);
  if (dirs.length < targets.length) {
    throw new UsageError('--digests replays the logs of a directory', 'name directories only');
  }
  let code: number = EXIT.ok;
  const rows = function* (): Generator<DigestRun> {
    for (const { server, dir, shown } of dirs) {
      for (const row of digestRuns(dir, server, new SourceLog(run.sourceOptions, shown))) {
        if (isDifferent(row)) code = EXIT.no;
        sayDifference(row, run);
        yield row;
      }
    }
  };
  const isComplete = () => !run.problems.some(({ severity }) => severity === 'error');
  run.printWithEnvelope({ columns: digestColumns, rows: rows() }, args, { sources: args.source }, isComplete);
  if (!isComplete()) run.markIncomplete();
  return run.finish(code);
}

function sayDifference(row: DigestRun, run: Run): void {
  const { server, base, firstDifference, op, file, offset, expected, found, causes } = row;
  if (row.snapshotDigest === 'differs') run.error(`${server}: the digest in ${base} is not reproduced`);
  if (firstDifference === null) return;
  const values = `expected ${formatHex(expected!)}, found ${formatHex(found!)}`;
  run.error(
    `${server}: the digest of ${formatZxid(firstDifference)} (${op}) in ${file} byte ${offset} differs: ${values}`,
  );
  for (const cause of causes) run.error(`  possible: ${cause}`);
}
