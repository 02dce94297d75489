// A row as a field of a JSON envelope.
import type { Column } from '../../render/rows.js';
import { formatHex, formatTime } from '../../render/value.js';

/** A row's fields by the keys of its columns, ready for JSON: a bigint as its column says. */
export function rowFields<R>(columns: readonly Column<R>[], row: R): Readonly<Record<string, unknown>> {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    columns.map(({ key, kind }) => {
      const value = values[key];
      if (typeof value !== 'bigint') return [key, value];
      return [key, kind === 'hex' ? formatHex(value) : kind === 'time' ? formatTime(value) : Number(value)];
    }),
  );
}
