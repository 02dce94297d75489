// json: pretty, for people and for jq. The text is what JSON.stringify(rows, null, 2) would give, in constant memory.

import { jsonNested, jsonString, jsonWriter } from './json-value.js';
import { type Column, type Rows, rawValue } from './rows.js';
import type { Sink } from './sink.js';

const INDENT = 2;

/**
 * Prints one array of all rows.
 *
 * When the rows end in an error the array stays open: cut short must not look complete.
 */
export function printJson<R>(rows: Rows<R>, sink: Sink): void {
  const object = compileJson(rows.columns, INDENT);
  let isFirst = true;
  sink.write('[');
  for (const row of rows.rows) {
    sink.write((isFirst ? '\n  ' : ',\n  ') + object(row));
    isFirst = false;
  }
  sink.write(isFirst ? ']\n' : '\n]\n');
}

/** Fields before or after the rows of an envelope: ready for JSON, so no bigint inside. */
export type EnvelopeFields = Readonly<Record<string, unknown>>;

/**
 * Prints rows inside one object: what `head` says, `rows`, and what `tail` says when the rows are through.
 *
 * Constant memory, like printJson; when the rows end in an error the object stays open.
 */
export function printJsonEnvelope<R>(
  head: EnvelopeFields,
  rows: Rows<R>,
  tail: () => EnvelopeFields,
  sink: Sink,
): void {
  const object = compileJson(rows.columns, 2 * INDENT);
  const field = ([key, value]: readonly [string, unknown]) =>
    `  ${jsonString(key)}: ${jsonNested(value, INDENT).replaceAll('\n', '\n  ')}`;
  const before = [...Object.entries(head).map(field), '  "rows": ['].join(',\n');
  sink.write(`{\n${before}`);
  let isFirst = true;
  for (const row of rows.rows) {
    sink.write((isFirst ? '\n    ' : ',\n    ') + object(row));
    isFirst = false;
  }
  const after = Object.entries(tail()).map(field);
  sink.write([isFirst ? ']' : '\n  ]', ...after].join(',\n') + '\n}\n');
}

/** Prints one row as an object of its own, for commands whose answer is a single thing. */
export function printJsonObject<R>(columns: readonly Column<R>[], row: R, sink: Sink): void {
  sink.write(compileJson(columns, 0)(row) + '\n');
}

/** Prepares the writing of rows as pretty objects that stand `margin` spaces from the left. */
function compileJson<R>(columns: readonly Column<R>[], margin: number): (row: R) => string {
  const end = '\n' + ' '.repeat(margin);
  const start = end + ' '.repeat(INDENT);
  const keys: readonly string[] = columns.map((column) => column.key);
  const names = keys.map((key) => `${jsonString(key)}: `);
  const writers = columns.map(({ kind }) => {
    const write = jsonWriter(kind, INDENT);
    // Line ends in JSON text are all its layout's: those inside strings are escaped.
    return kind === 'json' ? (value: unknown) => write(value).replaceAll('\n', start) : write;
  });
  return (row) => {
    let object = '';
    for (let i = 0; i < keys.length; i++) {
      const value = rawValue(row, keys[i]!);
      if (value === undefined) continue;
      object += object === '' ? '{' : ',';
      object += start + names[i];
      object += value === null ? 'null' : writers[i]!(value);
    }
    return object === '' ? '{}' : object + end + '}';
  };
}
