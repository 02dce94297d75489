// Rows of every kind with hostile values, for property tests.

import fc from 'fast-check';
import type { Rows } from '../../src/render/rows.js';

/** A row with one column of each kind; each may be null, and `text` may be missing. */
export interface AnyRow {
  readonly text?: string | null | undefined;
  readonly number: number | bigint | null;
  readonly hex: bigint | null;
  readonly time: bigint | null;
  readonly json: unknown;
  readonly boolean: boolean | null;
}

export const anyColumns: Rows<AnyRow>['columns'] = [
  { key: 'text', kind: 'text' },
  { key: 'number', kind: 'number' },
  { key: 'hex', kind: 'hex' },
  { key: 'time', kind: 'time' },
  { key: 'json', kind: 'json' },
  { key: 'boolean', kind: 'boolean' },
];

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const hostile = fc.constantFrom(
  '\u202e',
  '\x1b[2J',
  '\u2028',
  '"',
  '\\',
  ',',
  '\n',
  '\r',
  '=',
  '\u{e0041}',
  '\x9b',
);
/** Any well-formed text, with more of the awkward characters than chance would give. */
export const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), hostile), { maxLength: 5 })
  .map((parts) => parts.join(''));
const anyJson = fc
  .array(fc.record({ scheme: anyText, id: anyText, n: fc.integer() }), { maxLength: 3 })
  .map((list): unknown => list);

export const anyRow: fc.Arbitrary<AnyRow> = fc.record({
  text: fc.option(fc.option(anyText, { nil: undefined }), { nil: null }),
  number: fc.option(fc.oneof(fc.integer(), long), { nil: null }),
  hex: fc.option(long, { nil: null }),
  time: fc.option(fc.oneof(long, fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n })), { nil: null }),
  json: fc.option(anyJson, { nil: null }),
  boolean: fc.option(fc.boolean(), { nil: null }),
});

/** What JSON.parse has to give for a row; numbers beyond 2^53 lose digits in it, as they do in any JavaScript. */
export function expectedJson(row: AnyRow): Record<string, unknown> {
  const { time } = row;
  const isDate = time !== null && time >= -8_640_000_000_000_000n && time <= 8_640_000_000_000_000n;
  return {
    ...(row.text === undefined ? {} : { text: row.text }),
    number: row.number === null ? null : Number(row.number),
    hex: row.hex === null ? null : `0x${(row.hex < 0n ? row.hex + 2n ** 64n : row.hex).toString(16)}`,
    time: time === null ? null : isDate ? new Date(Number(time)).toISOString() : Number(time),
    json: row.json,
    boolean: row.boolean,
  };
}
