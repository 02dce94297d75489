// Parquet files in folders named as Hive names them (`day=2026-11-21/`), which DuckDB, ClickHouse, Spark and Trino read
// as one table with a column for each part of the name.
import type { OutputFolder } from '../container/output-folder.js';
import { type ParquetColumn, ParquetFile } from './parquet-file.js';

/** Files that are open at a time: days follow each other in a log, unless a clock was set. */
const MOST_OPEN = 8;

/** Rows in as many folders as their partitions ask for. */
export class ParquetDataset<R> {
  /** Rows so far. */
  rows = 0;
  /** Files so far. */
  files = 0;
  readonly #folder: OutputFolder;
  readonly #columns: readonly ParquetColumn<R>[];
  readonly #createdBy: string;
  /** By partition; the one that waited longest for a row is first. */
  readonly #open = new Map<string, ParquetFile<R>>();
  readonly #parts = new Map<string, number>();

  constructor(folder: OutputFolder, columns: readonly ParquetColumn<R>[], createdBy: string) {
    this.#folder = folder;
    this.#columns = columns;
    this.#createdBy = createdBy;
  }

  /** `partition` is a folder: `txns/cluster=prod/day=2026-11-21`. */
  add(partition: string, row: R): void {
    const file = this.#open.get(partition) ?? this.#begin(partition);
    this.#open.delete(partition);
    this.#open.set(partition, file);
    file.add(row);
    this.rows++;
  }

  /** Ends all files. A partition without rows has none; with `atLeast` one without rows is made there. */
  end(atLeast?: string): void {
    if (this.files === 0 && atLeast !== undefined) this.#begin(atLeast);
    for (const file of this.#open.values()) file.end();
    this.#open.clear();
  }

  #begin(partition: string): ParquetFile<R> {
    for (const [oldest, file] of this.#open) {
      if (this.#open.size < MOST_OPEN) break;
      file.end();
      this.#open.delete(oldest);
    }
    const part = this.#parts.get(partition) ?? 0;
    this.#parts.set(partition, part + 1);
    const place = this.#folder.file(`${partition}/part-${part}.parquet`);
    const file = new ParquetFile(place, this.#columns, this.#createdBy);
    this.#open.set(partition, file);
    this.files++;
    return file;
  }
}

/** A value in the name of a folder: what has a meaning there is written as %XX, as Hive does. */
export function partitionValue(text: string): string {
  return text === '' ? '__HIVE_DEFAULT_PARTITION__' : encodeURIComponent(text).replaceAll('*', '%2A');
}
