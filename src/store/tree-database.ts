// One tree in SQL, which can be changed and asked again and again: for conditions along a replay.
//
// It lies in a private temporary file that SQLite makes and removes, so that memory is its page cache.
import { UsageError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { type Database, isSqliteError, openTemporary, type Statement } from './database.js';
import { toSql } from './sql-text.js';

/** A znode of it. */
export interface TreeRow {
  readonly path: RawText;
  readonly stat: StatPersisted;
  /** Null data is null. Undefined leaves that of a znode that is there as it is. */
  readonly data: Buffer | null | undefined;
  /** In one line; null where it is not known. Undefined leaves it as it is. */
  readonly acl: string | null | undefined;
}

/** What `zoolog bisect` documents. */
const DDL = `
CREATE TABLE znode (
  path ANY PRIMARY KEY,       -- '/' for the root; BLOB where it is not valid UTF-8
  parent ANY,                 -- path of the parent; null for the root
  name ANY NOT NULL,          -- last segment
  data BLOB,
  data_length INTEGER,        -- bytes; null where the data is null
  acl TEXT,                   -- world:anyone:cdrwa,…
  czxid INTEGER NOT NULL,
  mzxid INTEGER NOT NULL,
  pzxid INTEGER NOT NULL,
  ctime INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  version INTEGER NOT NULL,
  cversion INTEGER NOT NULL,
  aversion INTEGER NOT NULL,
  ephemeral_owner INTEGER NOT NULL,
  kind TEXT AS (CASE WHEN ephemeral_owner = 0 THEN 'persistent'
    WHEN ephemeral_owner = -9223372036854775808 THEN 'container'
    WHEN (ephemeral_owner >> 40) = -65536 THEN 'ttl' ELSE 'ephemeral' END)
) STRICT, WITHOUT ROWID;
CREATE INDEX znode_by_parent ON znode (parent);
CREATE INDEX znode_by_owner ON znode (ephemeral_owner) WHERE ephemeral_owner <> 0;
CREATE TABLE session (session_id INTEGER PRIMARY KEY, timeout INTEGER NOT NULL) STRICT;
`;

const STAT = 'czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, ephemeral_owner';

/** A tree in SQL. Close it when done. */
export class TreeDatabase {
  readonly #database: Database;
  readonly #put: Statement;
  readonly #stat: Statement;
  readonly #data: Statement;
  readonly #acl: Statement;
  readonly #remove: Statement;
  readonly #putSession: Statement;
  readonly #removeSession: Statement;
  #statement: Statement | null = null;

  constructor() {
    const database = openTemporary();
    this.#database = database;
    database.exec(DDL);
    const prepare = (sql: string) => database.prepare(sql);
    this.#put = prepare(
      `REPLACE INTO znode (path, parent, name, data, data_length, acl, ${STAT}) VALUES (${'?, '.repeat(14)}?)`,
    );
    const assigned = STAT.split(', ').map((field) => `${field} = ?`);
    this.#stat = prepare(`UPDATE znode SET ${assigned.join(', ')} WHERE path = ?`);
    this.#data = prepare('UPDATE znode SET data = ?, data_length = ? WHERE path = ?');
    this.#acl = prepare('UPDATE znode SET acl = ? WHERE path = ?');
    this.#remove = prepare('DELETE FROM znode WHERE path = ?');
    this.#putSession = prepare('REPLACE INTO session VALUES (?, ?)');
    this.#removeSession = prepare('DELETE FROM session WHERE session_id = ?');
    database.exec('BEGIN');
  }

  /** Puts a znode with all its fields, or changes those of one that is there. */
  put(row: TreeRow): void {
    const path = sqlPath(row.path);
    const { czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, ephemeralOwner } = row.stat;
    const numbers = [BigInt(version), BigInt(cversion), BigInt(aversion)];
    const stat = [czxid, mzxid, pzxid, ctime, mtime, ...numbers, ephemeralOwner];
    const { data, acl } = row;
    if (data !== undefined && acl !== undefined) {
      const slash = row.path.lastIndexOf('/');
      const parent = row.path === '' ? null : sqlPath(row.path.slice(0, slash) as RawText);
      const name = toSql(row.path.slice(slash + 1) as RawText);
      this.#put.run(path, parent, name, data, lengthOf(data), acl, ...stat);
      return;
    }
    this.#stat.run(...stat, path);
    if (data !== undefined) this.#data.run(data, lengthOf(data), path);
    if (acl !== undefined) this.#acl.run(acl, path);
  }

  remove(path: RawText): void {
    this.#remove.run(sqlPath(path));
  }

  putSession(id: bigint, timeout: number): void {
    this.#putSession.run(id, BigInt(timeout));
  }

  removeSession(id: bigint): void {
    this.#removeSession.run(id);
  }

  /** Takes the statement that `holds` asks. @throws UsageError where it is not one SELECT of one value. */
  ask(text: string): void {
    const statement = this.#attempt(text, () => this.#database.prepare(text));
    if (!statement.reader || !statement.readonly) {
      throw new UsageError(`${text}: does not ask`, 'type one SELECT of one value');
    }
    if (statement.columns().length !== 1) {
      throw new UsageError(`${text}: gives ${statement.columns().length} columns`, 'select one value');
    }
    this.#statement = statement.pluck();
  }

  /** True where the first value is a number other than 0. @throws UsageError where it is text or a BLOB. */
  holds(): boolean {
    const statement = this.#statement!;
    const value = this.#attempt(statement.source, () => statement.get());
    if (value === undefined || value === null) return false;
    if (typeof value === 'bigint') return value !== 0n;
    if (typeof value === 'number') return value !== 0;
    throw new UsageError(
      `${statement.source}: gives ${typeof value === 'string' ? 'text' : 'a BLOB'}`,
      'compare it',
    );
  }

  /** Marks the tree as it is now. */
  mark(): void {
    this.#database.exec('SAVEPOINT mark');
  }

  /** Goes back to the mark and forgets it. */
  goBack(): void {
    this.#database.exec('ROLLBACK TO mark; RELEASE mark');
  }

  /** Forgets the mark; the tree stays as it is. */
  keep(): void {
    this.#database.exec('RELEASE mark');
  }

  close(): void {
    this.#database.close();
  }

  #attempt<T>(text: string, ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      if (!isSqliteError(error) && !(error instanceof RangeError)) throw error;
      throw new UsageError(
        `${text}: ${error.message}`,
        'tables are znode and session: see zoolog bisect --help',
      );
    }
  }
}

function lengthOf(data: Buffer | null): bigint | null {
  return data === null ? null : BigInt(data.length);
}

function sqlPath(path: RawText): string | Buffer {
  return path === '' ? '/' : toSql(path);
}
