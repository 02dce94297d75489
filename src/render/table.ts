// table: for people. cli-table3 has to see all rows before it can draw, and takes time that grows with the square of
// their number (1,000 rows 0.1 s, 4,000 rows 0.75 s; LIBS.md). So a table shows the first rows only unless told
// otherwise, and draws in pages of 1,000 rows whose column widths were settled over all of them.

import { createRequire } from 'node:module';
import { colours } from './colour.js';
import { escapeForTerminal } from './escape.js';
import { jsonNested } from './json-value.js';
import { type Column, type Rows, rawValue } from './rows.js';
import type { Sink } from './sink.js';
import { textWriter } from './value.js';
import { cutToWidth, fitWidths, type Measure, withFastAscii } from './width.js';

/** Rows in a table when no limit is given. */
export const DEFAULT_TABLE_LIMIT = 1000;

/** What can be said about a table. */
export interface TableOptions {
  /** Most rows shown. Default 1000; Infinity shows all and holds all in memory. */
  readonly limit?: number | undefined;
  /** Where to say that rows were left out. Default: nowhere. */
  readonly notes?: Sink | undefined;
  /** How to get the rows that were left out, after "for all rows ". */
  readonly forAllRows?: string | undefined;
}

/** Cells are cut here even in a pipe: one znode may hold a megabyte, and every other row would be padded to it. */
const CELL_LIMIT = 10_000;
const GAP = '  ';
const PAGE = 1000;
/** Kinds whose end may be cut off. A cut zxid, time or number would be another one. */
const CUTTABLE = new Set<string>(['text', 'json', 'scalar']);

/** Prints a header and a line a row, aligned, and notes how many rows were left out. */
export function printTable<R>(rows: Rows<R>, sink: Sink, options: TableOptions = {}): void {
  const columns = rows.columns.filter((column) => column.table !== false);
  const cells = columns.map(cellWriter);
  const limit = options.limit ?? DEFAULT_TABLE_LIMIT;
  const lines: string[][] = [];
  let count = 0;
  try {
    for (const row of rows.rows) {
      if (count < limit) lines.push(cells.map((cell) => cell(row)));
      count++;
    }
  } finally {
    // Also when the rows end in an error: what could be read is printed.
    draw(columns, lines, sink);
  }
  if (count > lines.length) noteLeftOut(count, lines.length, sink, options);
}

function cellWriter<R>(column: Column<R>): (row: R) => string {
  const write = column.kind === 'json' ? jsonNested : textWriter(column.kind);
  const { cell, key } = column;
  if (cell !== undefined) return (row) => escapeForTerminal(clip(cell(row)));
  return (row) => {
    const value = rawValue(row, key);
    if (value === undefined) return '';
    return value === null ? '-' : escapeForTerminal(clip(write(value)));
  };
}

function clip(text: string): string {
  if (text.length <= CELL_LIMIT) return text;
  // By way of bytes: a slice would keep the whole text alive for as long as the table is held.
  return Buffer.from(text.slice(0, CELL_LIMIT)).toString('utf8') + '…';
}

function noteLeftOut(count: number, shown: number, sink: Sink, options: TableOptions): void {
  const { notes, forAllRows = 'use --format ndjson, csv or json' } = options;
  if (notes === undefined) return;
  // The rows come first where both are one terminal.
  sink.flush();
  notes.write(`${shown} of ${count} rows shown, ${count - shown} left out; for all rows ${forAllRows}\n`);
  notes.flush();
}

function draw<R>(columns: readonly Column<R>[], lines: readonly string[][], sink: Sink): void {
  if (columns.length === 0) return;
  const { Table, measure } = loadCliTable();
  const titles = columns.map((column) => escapeForTerminal(column.title ?? column.key));
  const { bold } = colours(sink);
  const widths = columnWidths(columns, [titles, ...lines], sink, measure);
  const cut = (cells: readonly string[]): string[] => cells.map((c, i) => cutToWidth(c, widths[i]!, measure));
  for (let at = 0; at === 0 || at < lines.length; at += PAGE) {
    const table = new Table({
      ...plainStyle,
      head: at === 0 ? cut(titles).map(bold) : [],
      colWidths: [...widths],
      colAligns: columns.map((column) => (column.kind === 'number' ? 'right' : 'left')),
    });
    table.push(...lines.slice(at, at + PAGE).map(cut));
    for (const line of table.toString().split('\n')) sink.write(withoutPadding(line) + '\n');
  }
}

// Not by / +$/, which looks at every run of spaces as often as it is long: ten thousand times for a wide cell.
function withoutPadding(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ') end--;
  return line.slice(0, end);
}

function columnWidths<R>(
  columns: readonly Column<R>[],
  lines: readonly (readonly string[])[],
  sink: Sink,
  measure: Measure,
): readonly number[] {
  const natural = columns.map((column, i) => {
    const most = Math.min((sink.isTerminal ? column.width : undefined) ?? CELL_LIMIT, CELL_LIMIT);
    return lines.reduce((widest, cells) => Math.max(widest, Math.min(most, measure(cells[i]!))), 1);
  });
  if (!sink.isTerminal) return natural;
  const mayCut = columns.map((column) => column.cell !== undefined || CUTTABLE.has(column.kind));
  return fitWidths(natural, mayCut, sink.columns - GAP.length * (columns.length - 1));
}

const SIDES = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
];

const plainStyle = {
  chars: { ...Object.fromEntries(SIDES.map((side) => [side, ''])), middle: GAP },
  style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  // Never seen, since cells come cut to width. But cli-table3 cuts every cell to ten columns for a debug message,
  // in time that grows with the square of the length for wide characters; with a mark this wide it stops at once.
  truncate: ' '.repeat(10),
};

type CliTable = typeof import('cli-table3');

/** Loaded when a table is drawn: 10 ms that no other format should wait for. */
function loadCliTable(): { Table: CliTable; measure: Measure } {
  const require = createRequire(import.meta.url);
  // Its own measure, for columns line up only if we cut by the same widths as it pads.
  const utils = require('cli-table3/src/utils') as { strlen: Measure };
  return { Table: require('cli-table3') as CliTable, measure: withFastAscii(utils.strlen) };
}
