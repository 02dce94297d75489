// What a command hands to a renderer: columns that say how values are written, and rows that hold them raw.

/**
 * How the values of a column are written. Null is null in every kind; undefined leaves the field out.
 *
 * | kind | raw value | written as |
 * | --- | --- | --- |
 * | text | string | the text |
 * | number | number or bigint | a number, exact beyond 2^53 too |
 * | hex | bigint (zxid, session id, owner, digest) | `"0x…"`, unsigned 64 bit, lower case, no padding |
 * | time | bigint or number, milliseconds since 1970 | ISO 8601 UTC; the raw number where a Date cannot hold it |
 * | json | arrays and objects ready for JSON, so no bigint inside | nested JSON |
 * | boolean | boolean | true or false |
 * | scalar | string, number or bigint, from row to row | the text, or the number |
 */
export type Kind = 'text' | 'number' | 'hex' | 'time' | 'json' | 'boolean' | 'scalar';

/** The field names of a row type; for a union, those of every member. */
export type KeyOf<R> = R extends unknown ? keyof R & string : never;

/** One column: where its value is in a row, and how it is shown. */
export interface Column<R> {
  /** Field name in the row, in JSON and in the csv header. */
  readonly key: KeyOf<R>;
  /** Heading in a table. Default: the key. */
  readonly title?: string;
  readonly kind: Kind;
  /** Most terminal columns it may take in a table on a terminal. Default: what there is room for. */
  readonly width?: number;
  /** False keeps the column out of tables; json, ndjson and csv have it. */
  readonly table?: false;
  /** Other text for tables, where people want more than the value. It is escaped like any cell. */
  readonly cell?: (row: R) => string;
}

/**
 * Rows ready to be printed. They are read once and one at a time, so they may be a generator over any amount.
 *
 * @example
 * const rows: Rows<{ path: string; czxid: bigint }> = {
 *   columns: [{ key: 'path', kind: 'text' }, { key: 'czxid', kind: 'hex' }],
 *   rows: [{ path: '/a', czxid: 0x50000002fn }],
 * };
 */
export interface Rows<R> {
  readonly columns: readonly Column<R>[];
  readonly rows: Iterable<R>;
}

/** The raw value of a column in a row; undefined when the row does not have it. */
export function rawValue<R>(row: R, key: string): unknown {
  return (row as Readonly<Record<string, unknown>>)[key];
}
