// The formats, and the one way in for commands: print(format, rows, sink).

import { printCsv } from './csv.js';
import { printJson } from './json.js';
import { printNdjson } from './ndjson.js';
import type { Rows } from './rows.js';
import type { Sink } from './sink.js';
import { printTable, type TableOptions } from './table.js';

/** The values of `--format`, in the order help shows them. */
export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;

/** A value of `--format`. */
export type Format = (typeof FORMATS)[number];

/** What a renderer may be told. json, ndjson and csv take no notice of it. */
export type PrintOptions = TableOptions;

/** Writes rows to a sink in one format. */
export type Renderer = <R>(rows: Rows<R>, sink: Sink, options?: PrintOptions) => void;

/** The renderer of each format. */
export const renderers: Readonly<Record<Format, Renderer>> = {
  table: printTable,
  json: printJson,
  ndjson: printNdjson,
  csv: printCsv,
};

/**
 * Prints rows to a sink and flushes it, also when the rows end in an error: what could be read is printed.
 *
 * @example print('ndjson', children(tree, '/a'), fdSink(1))
 */
export function print<R>(format: Format, rows: Rows<R>, sink: Sink, options: PrintOptions = {}): void {
  try {
    renderers[format](rows, sink, options);
  } finally {
    sink.flush();
  }
}
