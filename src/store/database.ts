// Opening the SQLite file of an index. The only place that loads better-sqlite3.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { FileBytes } from '../container/file-bytes.js';
import { IndexError, InputError } from '../errors.js';
import { schemaFault } from './check-schema.js';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.js';

export type Database = BetterSqlite3.Database;
export type Statement = BetterSqlite3.Statement<unknown[]>;

const PAGE_SIZE = 8192;
/** Memory for pages while reading, in KiB: the paths of a million znodes. */
const READING_CACHE_KIB = 32 * 1024;
/** Memory for pages while building, in KiB. */
const CACHE_KIB = 64 * 1024;

// The addon is loaded when an index is opened, not with the program: most commands on raw files do without.
function connect(file: string, options: BetterSqlite3.Options): Database {
  const Constructor = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
  const database = new Constructor(file, options);
  // Session ids and digests exceed 2^53; without this they would be rounded without a warning.
  database.defaultSafeIntegers(true);
  return database;
}

/** Indexes that this process has opened for reading. */
export const openedIndexes = new Set<string>();

/**
 * Opens an index for reading.
 * @throws IndexError where there is none, it is not a whole index, or its schema is of another version.
 */
export function openForReading(file: string): Database {
  checkHeader(file);
  const database = connecting(file, () => connect(file, { readonly: true, fileMustExist: true }));
  checkIsIndex(file, database);
  database.pragma(`cache_size = -${READING_CACHE_KIB}`);
  openedIndexes.delete(file);
  openedIndexes.add(file);
  return database;
}

const SQLITE_MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const NAME_ONE = 'name a file that was made by zoolog index';
const COPY_AGAIN = 'copy it again, or make it again with: zoolog index';

// SQLite opens anything and complains later, in the middle of a query.
function checkHeader(file: string): void {
  if (!existsSync(file)) {
    throw new IndexError(file, 'no such index', 'make one with: zoolog index -o FILE DIR');
  }
  const header = Buffer.alloc(HEADER_BYTES);
  const size = readHeader(file, header);
  if (header.toString('latin1', 0, SQLITE_MAGIC.length) !== SQLITE_MAGIC) {
    throw new IndexError(file, 'is not an index: it is no SQLite file', NAME_ONE);
  }
  // 1 stands for 65536, which two bytes cannot hold.
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  const pages = header.readUInt32BE(28);
  if (size !== pages * pageSize) {
    const reason = `is cut or still being written: ${size} bytes, expected ${pages * pageSize}`;
    throw new IndexError(file, reason, COPY_AGAIN);
  }
}

/** Fills `header` as far as the file goes and returns the file's size. */
function readHeader(file: string, header: Buffer): number {
  try {
    const bytes = new FileBytes(file);
    bytes.readAt(header, 0);
    bytes.close();
    return bytes.size;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new IndexError(file, `cannot be opened as an index: ${error.reason}`);
  }
}

/** Opens a file for building: a new one with `isNew`, else a copy of an index. Not durable until it is synced. */
export function openForBuilding(file: string, isNew: boolean, cacheKib = CACHE_KIB): Database {
  const database = connecting(file, () => connect(file, {}));
  // The file is a private one, renamed when it is finished: a journal would only cost time.
  database.pragma('journal_mode = off');
  if (isNew) {
    database.pragma(`page_size = ${PAGE_SIZE}`);
    database.pragma(`application_id = ${APPLICATION_ID}`);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  } else checkIsIndex(file, database);
  database.pragma('synchronous = off');
  database.pragma('locking_mode = exclusive');
  database.pragma(`cache_size = -${cacheKib}`);
  database.pragma('temp_store = file');
  database.pragma('threads = 2');
  // REFERENCES in the schema are documentation: children are written before their parent.
  database.pragma('foreign_keys = off');
  return database;
}

/** Opens a database in a private temporary file, which SQLite removes when it is closed or the process ends. */
export function openTemporary(cacheKib = CACHE_KIB): Database {
  const database = connect('', {});
  database.pragma('journal_mode = memory');
  database.pragma('synchronous = off');
  database.pragma(`cache_size = -${cacheKib}`);
  return database;
}

function connecting(file: string, open: () => Database): Database {
  try {
    return open();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    throw new IndexError(file, `cannot be opened as an index: ${error.message}`);
  }
}

function checkIsIndex(file: string, database: Database): void {
  try {
    const application = Number(database.pragma('application_id', { simple: true }));
    const version = Number(database.pragma('user_version', { simple: true }));
    if (application !== APPLICATION_ID) {
      throw new IndexError(file, 'is a SQLite file but not an index of zoolog', NAME_ONE);
    }
    if (version !== SCHEMA_VERSION) {
      throw new IndexError(
        file,
        `has schema version ${version}, this zoolog reads version ${SCHEMA_VERSION}`,
        'make it again with: zoolog index',
      );
    }
    // What stands in a schema is not run on somebody's word.
    database.pragma('trusted_schema = off');
    const fault = schemaFault(database);
    if (fault !== null) throw new IndexError(file, `is not a whole index: ${fault}`, COPY_AGAIN);
  } catch (error) {
    database.close();
    if (!isSqliteError(error)) throw error;
    throw new IndexError(file, `is not an index: ${error.message}`, COPY_AGAIN);
  }
}

/** What to throw where rows contradict each other: a damaged disk, or somebody wrote to the index. */
export function damagedIndex(database: Database, what: string): IndexError {
  return new IndexError(database.name, `is damaged: ${what}`, 'make it again with: zoolog index');
}

/** True for an error of SQLite itself. */
export function isSqliteError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && error.name === 'SqliteError';
}

/** True for an index made with --no-data. */
export function lacksData(database: Database): boolean {
  return database.prepare("SELECT value FROM meta WHERE key = 'data'").pluck().get() === 'none';
}

/** Runs a statement that is too rare to be kept prepared. */
export function run(database: Database, sql: string, ...values: unknown[]): void {
  database.prepare(sql).run(...values);
}

/** The first column of the first row. */
export function value(database: Database, sql: string, ...values: unknown[]): unknown {
  return database
    .prepare(sql)
    .pluck()
    .get(...values);
}

/** The first row. */
export function row(
  database: Database,
  sql: string,
  ...values: unknown[]
): Record<string, unknown> | undefined {
  return database.prepare(sql).get(...values) as Record<string, unknown> | undefined;
}
