// The lines of `history`: one a change, and with --patch what it did below it.
import type { HistoryRow } from '../analysis/history-row.js';
import type { DiffLine } from '../analysis/line-diff.js';
import type { DataMode } from '../render/bytes.js';
import { colours } from '../render/colour.js';
import { escapeForTerminal } from '../render/escape.js';
import type { Rows } from '../render/rows.js';
import { DEFAULT_TABLE_LIMIT } from '../render/table.js';
import { formatHex, formatTime } from '../render/value.js';
import { patchOf } from './rows/change-patch.js';
import type { ClientHistoryRow } from './rows/history-columns.js';
import { detailText, typeText, zxidText } from './rows/history-text.js';
import type { OutputArgs, Run } from './run.js';

/** What the lines show. */
export interface LineOptions {
  readonly withPath: boolean;
  /** How data is shown below each line; null for no patch. */
  readonly patch: DataMode | null;
  readonly withEvidence: boolean;
  /** With the client of each session. */
  readonly withClients: boolean;
}

const GAP = '  ';

/** Prints a heading and a line a row; all rows are held, for columns are as wide as their widest value. */
export function printHistoryLines(
  rows: Rows<ClientHistoryRow>,
  output: OutputArgs,
  options: LineOptions,
  run: Run,
): void {
  const { stdout, env } = run.context;
  const { bold, red, green, dim } = colours(stdout, env);
  const most = output.limit === undefined ? DEFAULT_TABLE_LIMIT : Number.POSITIVE_INFINITY;
  const shown: ClientHistoryRow[] = [];
  let count = 0;
  for (const row of run.guarded(rows, output.limit).rows) if (count++ < most) shown.push(row);
  const titles = [
    'zxid',
    'time',
    'session',
    'server',
    ...(options.withClients ? ['address', 'user'] : []),
    'type',
    ...(options.withPath ? ['path'] : []),
    'detail',
  ];
  const lines = [titles, ...shown.map((row) => cellsOf(row, options))];
  const widths = titles.map((_, i) => lines.reduce((widest, cells) => Math.max(widest, cells[i]!.length), 0));
  for (const [i, cells] of lines.entries()) {
    const line = cells.map((cell, n) => (n === cells.length - 1 ? cell : cell.padEnd(widths[n]!))).join(GAP);
    stdout.write(`${i === 0 ? bold(line.trimEnd()) : line.trimEnd()}\n`);
    if (i === 0) continue;
    const row = shown[i - 1]!;
    if (options.withEvidence) stdout.write(dim(`    ${escapeForTerminal(evidenceText(row))}`) + '\n');
    if (options.patch === null) continue;
    for (const { sign, text } of patchOf(row, options.patch)) {
      const colour = { '+': green, '-': red, ' ': (plain: string) => plain }[sign as DiffLine['sign']];
      stdout.write(`${colour(`    ${sign} ${escapeForTerminal(text)}`).trimEnd()}\n`);
    }
  }
  stdout.flush();
  if (count > shown.length) {
    run.error(
      `${shown.length} of ${count} lines shown; for all use --limit 0, or --format ndjson, csv or json`,
    );
  }
}

function cellsOf(row: ClientHistoryRow, { withPath, withClients }: LineOptions): string[] {
  const { time, session, server, path, address, user } = row;
  const cells = [
    zxidText(row),
    time === null ? '-' : formatTime(time),
    session === null ? '-' : formatHex(session),
    server === undefined ? '-' : String(server),
    ...(withClients ? [clientText(address), clientText(user)] : []),
    typeText(row),
    ...(withPath ? [path ?? '-'] : []),
    detailText(row),
  ];
  return cells.map(escapeForTerminal);
}

function clientText(text: string | null | undefined): string {
  return text === undefined ? '-' : (text ?? 'unknown');
}

function evidenceText({ file, offset, length }: HistoryRow): string {
  if (file === undefined) return 'no file';
  return length === 0 ? file : `${file} byte ${offset}, ${length} bytes`;
}
