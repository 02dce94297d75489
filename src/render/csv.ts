// csv: RFC 4180 with a header line of field names, for spreadsheets and databases.
//
// Lines end in "\n" and not in the RFC's CRLF: every reader takes both, and cut, awk and diff on the other end of a
// pipe would see a stray CR in the last field. Null is nothing between the commas and the empty string is "", which
// PostgreSQL and others read back as they were.

import { escapeForTerminal } from './escape.js';
import { jsonNested } from './json-value.js';
import { type Column, type Rows, rawValue } from './rows.js';
import type { Sink } from './sink.js';
import { isDate, textWriter } from './value.js';

const NEEDS_QUOTES = /[",\r\n]/;
/** What makes a spreadsheet take text for a formula, as OWASP's page on CSV injection lists it. */
const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * Prints a header line and one record a row, in constant memory.
 *
 * On a terminal the control characters of text are escaped too; in a pipe or file they are what they are.
 */
export function printCsv<R>(rows: Rows<R>, sink: Sink): void {
  const keys: readonly string[] = rows.columns.map((column) => column.key);
  const writers = rows.columns.map((column) => cellWriter(column, sink.isTerminal));
  const head = rows.columns.map(({ key }) => textCell(key, sink.isTerminal));
  sink.write(head.join(',') + '\n');
  for (const row of rows.rows) {
    let line = '';
    for (let i = 0; i < keys.length; i++) {
      const value = rawValue(row, keys[i]!);
      if (i > 0) line += ',';
      if (value !== undefined && value !== null) line += writers[i]!(value);
    }
    sink.write(line + '\n');
  }
}

function cellWriter<R>(column: Column<R>, isTerminal: boolean): (value: unknown) => string {
  if (column.kind === 'json') return (value) => quoted(jsonNested(value));
  const text = (value: unknown) => textCell(String(value), isTerminal);
  if (column.kind === 'text') return text;
  if (column.kind === 'scalar') return (value) => (typeof value === 'string' ? text(value) : String(value));
  const write = textWriter(column.kind);
  // A year beyond four digits begins with a sign: +275760-09-13T00:00:00.000Z.
  if (column.kind === 'time') return (value) => (isDate(value as bigint) ? text(write(value)) : write(value));
  return write;
}

function textCell(text: string, isTerminal: boolean): string {
  const harmless = withoutFormula(text);
  return quoted(isTerminal ? escapeForTerminal(harmless) : harmless);
}

/** A leading apostrophe makes a spreadsheet show a formula instead of running it. */
function withoutFormula(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  if (text === '') return '""';
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
