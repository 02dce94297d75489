// Plain lines instead of a table, where a row has one value that matters: paths for xargs and wc.
import { escapeForTerminal } from '../render/escape.js';
import type { Rows } from '../render/rows.js';
import type { OutputArgs, Run } from './run.js';

/** Prints one line a row, escaped, for a name may hold a line end; `--limit` holds. */
export function printLines<R>(rows: Rows<R>, text: (row: R) => string, output: OutputArgs, run: Run): void {
  const { stdout } = run.context;
  const counted: Iterable<R> = run.guarded(rows, output.limit).rows;
  for (const row of counted) stdout.write(`${escapeForTerminal(text(row))}\n`);
  stdout.flush();
}
