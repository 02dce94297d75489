// The columns that come with data, and those that come with evidence.
import { type DataMode, type FormattedData, formatData } from '../../render/bytes.js';

/** A row that holds data as bytes. */
interface WithData {
  readonly data?: Buffer | null | undefined;
}

/** A row whose data is text. */
export type Shown<R extends WithData> = Omit<R, 'data'> & FormattedData;

/** Makes text of a row's data; a row without data stays as it is. */
export function shown<R extends WithData>(row: R, mode: DataMode): Shown<R> {
  const { data, ...rest } = row;
  return data === undefined ? rest : { ...rest, ...formatData(data, mode) };
}
