// A Parquet file, written a group of rows at a time (hyparquet-writer, Snappy).
import type { DecodedArray } from 'hyparquet';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { FolderFile } from '../container/output-folder.js';

/** What a column holds. Text is UTF-8; integers are signed. */
export type ParquetType = 'int64' | 'int32' | 'text' | 'bytes' | 'boolean';

/** A value of a cell. */
export type ParquetValue = bigint | number | string | Uint8Array | boolean | null;

/** A column of rows. */
export interface ParquetColumn<R> {
  readonly name: string;
  readonly type: ParquetType;
  /** Null where a row has no value. Bytes are copied. */
  value(row: R): ParquetValue;
}

/** Rows of a group: many make small files, few make little memory. */
const GROUP_ROWS = 20_000;
/** Bytes of text and data in a group. */
const GROUP_BYTES = 4 * 1024 * 1024;

const ELEMENTS: Readonly<Record<ParquetType, Omit<SchemaElement, 'name'>>> = {
  int64: { type: 'INT64', repetition_type: 'OPTIONAL' },
  int32: { type: 'INT32', repetition_type: 'OPTIONAL' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  bytes: { type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
  boolean: { type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
};

/** Writes rows into a file; memory is a group of them. */
export class ParquetFile<R> {
  /** Rows so far. */
  rows = 0;
  readonly #columns: readonly ParquetColumn<R>[];
  readonly #file: FolderFile;
  readonly #bytes: ByteWriter;
  readonly #writer: ParquetWriter;
  #group: ParquetValue[][];
  #groupRows = 0;
  #groupBytes = 0;

  constructor(file: FolderFile, columns: readonly ParquetColumn<R>[], createdBy: string) {
    this.#file = file;
    this.#columns = columns;
    this.#bytes = new ByteWriter();
    const root = { name: 'root', num_children: columns.length };
    const schema = [root, ...columns.map(({ name, type }) => ({ name, ...ELEMENTS[type] }))];
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, createdBy });
    this.#group = columns.map(() => []);
  }

  add(row: R): void {
    for (const [i, column] of this.#columns.entries()) {
      const value = column.value(row);
      if (typeof value === 'string') this.#groupBytes += value.length;
      if (value instanceof Uint8Array) {
        this.#groupBytes += value.length;
        this.#group[i]!.push(Uint8Array.prototype.slice.call(value));
      } else this.#group[i]!.push(value);
    }
    this.rows++;
    this.#groupRows++;
    if (this.#groupRows === GROUP_ROWS || this.#groupBytes >= GROUP_BYTES) this.#writeGroup();
  }

  /** Writes what is left and the footer, and ends the file. */
  end(): void {
    if (this.#groupRows > 0) this.#writeGroup();
    this.#writer.finish();
    this.#pass();
    this.#file.end();
  }

  #writeGroup(): void {
    const columnData = this.#columns.map(({ name }, i) => ({ name, data: this.#group[i] as DecodedArray }));
    this.#writer.write({ columnData, rowGroupSize: this.#groupRows });
    this.#pass();
    this.#group = this.#columns.map(() => []);
    this.#groupRows = 0;
    this.#groupBytes = 0;
  }

  /** Hands on what was written; offsets in the file go on counting. */
  #pass(): void {
    const { buffer, index } = this.#bytes;
    this.#file.write(Buffer.from(buffer, 0, index));
    this.#bytes.index = 0;
  }
}
