// Whether a file has the tables and indexes of an index, as they are made here. SQLite keeps the text that made them.
import type { Database } from './database.js';
import { INDEXES, OWNER_INDEX, PATH_INDEX, TABLES, TXN_INDEX } from './schema.js';

/** What is wrong, for people; null where nothing is. Further tables, indexes and views do no harm. */
export function schemaFault(database: Database): string | null {
  const rows = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index')").raw();
  const found = new Map(rows.all() as [string, string | null][]);
  for (const { name, ddl } of TABLES) {
    const sql = found.get(name);
    if (sql === undefined) return `table ${name} is missing`;
    if (sql === null || bare(sql) !== bare(ddl)) return `table ${name} is not as zoolog makes it`;
  }
  for (const ddl of [PATH_INDEX, TXN_INDEX, OWNER_INDEX, ...INDEXES]) {
    const name = /NOT EXISTS (\w+)/.exec(ddl)![1]!;
    const sql = found.get(name);
    if (sql == null || bare(sql) !== bare(ddl)) return `SQLite index ${name} is missing`;
  }
  return null;
}

function bare(ddl: string): string {
  return ddl
    .replace('IF NOT EXISTS ', '')
    .replace(/--[^\n]*/g, '')
    .replace(/\s+/g, ' ');
}
