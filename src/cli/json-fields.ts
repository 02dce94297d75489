// A row as fields of a json envelope.
import { type Column, rawValue } from '../render/rows.js';
import { formatHex, formatTime } from '../render/value.js';

/** The values of a row as json has them; absent ones stay absent. */
export function jsonFields<R>(columns: readonly Column<R>[], row: R): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.map(({ key, kind }) => {
      const value = rawValue(row, key);
      if (value === null || value === undefined) return [key, value];
      if (kind === 'hex') return [key, formatHex(value as bigint)];
      if (kind === 'time') return [key, formatTime(value as bigint | number)];
      return [key, typeof value === 'bigint' ? Number(value) : value];
    }),
  );
}
