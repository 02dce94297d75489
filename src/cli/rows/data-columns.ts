// The columns that come with data, and those that come with evidence.
import { type DataMode, type FormattedData, formatData } from '../../render/bytes.js';

/** A row that holds data as bytes. */
interface WithData {
  readonly data?: Buffer | null | undefined;
}

/** A row whose data is text. */
export type Shown<R extends WithData> = Omit<R, 'data'> & FormattedData;

/**
 * Makes text of a row's data; a row without data stays as it is. In place, for rows are made for one output and a
 * copy costs a third of an export.
 */
export function shown<R extends WithData>(row: R, mode: DataMode): Shown<R> {
  const target = row as { -readonly [K in keyof FormattedData]: FormattedData[K] | undefined };
  if (row.data !== undefined) {
    const { data, dataEncoding } = formatData(row.data, mode);
    target.data = data;
    target.dataEncoding = dataEncoding;
  }
  return row as Shown<R>;
}
