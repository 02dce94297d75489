// `log --format ndjson` over a SOURCE of log files.
import { statSync } from 'node:fs';
import { ops, opTest } from '../analysis/log-query.js';
import { noteLogDir } from '../source/log-dir-note.js';
import { LogFile } from '../source/log-file.js';
import { readableLogs } from '../source/log-source.js';
import { openTxns, type Resolved, resolve } from '../source/open.js';
import { SourceLog } from '../source/source-log.js';
import type { TxnRange, TxnSource } from '../source/sources.js';
import { isWithin } from '../source/txn-range.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type AskedPaths, noteAbsentPaths } from './absent-path.js';
import type { Context } from './context.js';
import { EXIT } from './exit-codes.js';
import { type Printed, printLogLines } from './log-lines.js';
import type { LineQuery, NamedFile } from './log-pieces.js';
import { OpLines } from './rows/op-line.js';
import { Run, type RunArgs } from './run.js';

/** Prints the ops of a log or of a directory's logs and returns the exit code; null for any other SOURCE. */
export async function printLogFiles(
  args: RunArgs & AskedPaths & { readonly source: string },
  query: LineQuery,
  context: Context,
): Promise<number | null> {
  const run = new Run(args, context);
  const resolved = resolve(args.source, run.sourceOptions);
  try {
    if (resolved.kind === 'index' || resolved.kind === 'snapshot') return null;
    const files = logFiles(resolved, run);
    const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0);
    const printed = await printLogLines(files, bytes, query, run.sourceOptions, context.stdout);
    if (printed.isDamaged) run.markIncomplete();
    const rest = printed.stoppedAfter === null ? 0 : mergeRest(args.source, query, printed, run);
    if (!printed.hasLines && rest === 0 && (args.path ?? args.subtree) !== undefined) {
      asking(args.source, run, (txns) => noteAbsentPaths(txns, args, run));
    }
    return run.finish(EXIT.ok);
  } finally {
    resolved.close();
  }
}

/** The logs that can be read, by first zxid; what cannot is reported. */
function logFiles(resolved: Exclude<Resolved, { kind: 'index' }>, run: Run): NamedFile[] {
  if (resolved.kind !== 'directory') {
    return [{ path: resolved.path, shown: resolved.shown(resolved.path), first: 0n }];
  }
  const { dir, shown } = resolved;
  const log = new SourceLog(run.sourceOptions, shown);
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, resolved.name, log);
  const { logs, areAll } = readableLogs(dir);
  if (!areAll) run.markIncomplete();
  const files = logs.map(({ path }) => {
    // A log without a sound txn goes first: it prints nothing, but what is wrong with it is reported.
    return { path, shown: shown(path), first: new LogFile(path, log).firstZxid() ?? -1n };
  });
  return files.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
}

// Files overlap from here on, or a zxid goes back: one by one, and txns that several hold once. What was printed is
// what this way begins with; a zxid does not tell, for a lower one may come. Returns how many lines that made.
function mergeRest(source: string, query: LineQuery, { stoppedAfter }: Printed, run: Run): number {
  return asking(source, run, (txns) => {
    const lines = new OpLines(query.data);
    const rest = within(query.range, txns.txns(), stoppedAfter!);
    let count = 0;
    for (const { logged, part } of ops(rest, opTest(query.ops))) {
      run.context.stdout.write(lines.line(logged, part));
      count++;
    }
    if (!txns.isComplete) run.markIncomplete();
    return count;
  });
}

function asking<T>(source: string, run: Run, ask: (txns: TxnSource) => T): T {
  const txns = openTxns(source, run.sourceOptions);
  try {
    return ask(txns);
  } finally {
    txns.close();
  }
}

/** Those of a range behind the first `skipped` txns. */
function* within(range: TxnRange, txns: Iterable<LoggedTxn>, skipped: number): Generator<LoggedTxn> {
  let left = skipped;
  for (const logged of txns) {
    if (left-- > 0) continue;
    const { header } = logged.txn;
    if (isWithin(range, { zxid: header.zxid, header })) yield logged;
  }
}
