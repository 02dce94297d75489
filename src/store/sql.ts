// Read-only SQL over an index, for people.
import { UsageError } from '../errors.js';
import { displayText, rawText } from '../jute/raw-text.js';
import { formatHex } from '../records/zxid.js';
import { type Database, isSqliteError, openForReading, type Statement } from './database.js';
import { ROOT_ID } from './path-table.js';
import { PathText } from './path-text.js';
import { toSql } from './sql-text.js';

/** A value of a row: integers are bigints, reals numbers. */
export type SqlValue = null | bigint | number | string | Buffer;

/** What a statement gives. */
export interface SqlResult {
  /** Names of the columns; two can be the same. */
  readonly columns: readonly string[];
  /** Read as they are asked for, once. @throws UsageError where the statement fails on the way. */
  readonly rows: Iterable<readonly SqlValue[]>;
}

/** An index on which statements run. Close it when done. */
export interface SqlSession {
  /** @throws UsageError where it is not one statement that reads. */
  query(statement: string): SqlResult;
  close(): void;
}

/** A function that statements can call, beside SQLite's own. */
export interface SqlFunction {
  /** How it is called. */
  readonly call: string;
  readonly purpose: string;
}

/** What `zoolog sql` adds to SQLite's functions; other programs that open an index do not have them. */
export const SQL_FUNCTIONS: readonly SqlFunction[] = [
  { call: 'hex_id(i)', purpose: 'a zxid, session id or digest as 0x… of the unsigned 64 bits' },
  { call: 'iso(ms)', purpose: 'milliseconds since 1970 as ISO 8601 in UTC' },
  {
    call: 'path_of(path_id)',
    purpose: 'the text of a path; a byte that is not valid UTF-8 is shown as \\xNN',
  },
  {
    call: 'id_of(path)',
    purpose: 'the id in path of a path; null where the index has none. \\xNN is a byte',
  },
];

/**
 * Opens an index for `query`: `openSql('case.db').query('SELECT * FROM forks').rows`.
 * @throws IndexError where `file` is no index.
 */
export function openSql(file: string): SqlSession {
  const database = openForReading(file);
  // A function may not ask the connection that is calling it.
  const lookup = openForReading(file);
  addFunctions(database, lookup);
  return {
    query: (statement) => query(database, statement),
    close: () => {
      database.close();
      lookup.close();
    },
  };
}

function query(database: Database, text: string): SqlResult {
  const keyword = firstKeyword(text);
  if (!READING.has(keyword)) {
    const what = keyword === '' ? 'nothing' : keyword;
    throw new UsageError(`not a statement that reads: ${what}`, 'type one SELECT, WITH, VALUES or EXPLAIN');
  }
  const statement = attempt(text, () => database.prepare(text));
  // WITH can begin an INSERT, and RETURNING makes a writer a reader.
  if (!statement.reader || !statement.readonly) throw new UsageError('an index is read only');
  statement.raw();
  return { columns: statement.columns().map(({ name }) => name), rows: rows(text, statement) };
}

// PRAGMA is not among them: SELECT * FROM pragma_table_info('znode') and the like do what only reads.
const READING: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'EXPLAIN']);

/** The first word behind spaces and comments, in capitals. */
function firstKeyword(text: string): string {
  const start = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*/.exec(text)![0].length;
  return /^\w*/.exec(text.slice(start))![0].toUpperCase();
}

function* rows(text: string, statement: Statement): Generator<readonly SqlValue[]> {
  const iterator = attempt(text, () => statement.iterate()) as IterableIterator<readonly SqlValue[]>;
  try {
    for (;;) {
      const next = attempt(text, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    iterator.return?.();
  }
}

// What is wrong with the statement is the person's to know, in SQLite's words.
function attempt<T>(text: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (isSqliteError(error) && !/^SQLITE_(CORRUPT|NOTADB|IOERR)/.test(error.code))
      throw new UsageError(`${error.message}${placeOf(error.message, text)}`);
    // What better-sqlite3 says of several statements at once, or of parameters.
    if (error instanceof RangeError || error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}

// SQLite names the word it stumbled over; where that occurs once, its place is known.
function placeOf(message: string, text: string): string {
  const word =
    /^near "(.*)": /s.exec(message)?.[1] ?? /^no such (?:column|table|function): (.*)$/s.exec(message)?.[1];
  if (word === undefined || text.split(word).length !== 2) return '';
  return ` (character ${text.indexOf(word) + 1})`;
}

function addFunctions(database: Database, lookup: Database): void {
  const paths = new PathText(lookup);
  const child = lookup.prepare('SELECT id FROM path WHERE parent_id = ? AND name = ?').pluck();
  const known = lookup.prepare('SELECT 1 FROM path WHERE id = ?').pluck();
  const add = (name: string, fn: (value: unknown) => unknown) =>
    database.function(name, { deterministic: true, safeIntegers: true }, (value) => {
      return value === null ? null : fn(value);
    });
  add('hex_id', (id) => formatHex(integer(id, 'hex_id')));
  add('iso', (time) => isoText(integer(time, 'iso')));
  add('path_of', (id) => {
    const pathId = Number(integer(id, 'path_of'));
    return known.get(pathId) === undefined ? null : displayText(paths.of(pathId));
  });
  add('id_of', (path) => (typeof path === 'string' ? idOf(path, child) : null));
}

function integer(value: unknown, name: string): bigint {
  if (typeof value === 'bigint') return value;
  throw new TypeError(`${name}() wants an integer`);
}

// A number where no Date can hold it.
function isoText(time: bigint): string {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

function idOf(path: string, child: Statement): bigint | null {
  if (path === '' || path === '/') return BigInt(ROOT_ID);
  if (!path.startsWith('/')) return (child.get(0, toSql(rawText(path))) as bigint | undefined) ?? null;
  let id: bigint | undefined = BigInt(ROOT_ID);
  for (const name of path.slice(1).split('/')) {
    id = child.get(id, toSql(rawText(name))) as bigint | undefined;
    if (id === undefined) return null;
  }
  return id;
}
