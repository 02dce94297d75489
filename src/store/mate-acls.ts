// ACLs of two indexes that are equal for servers: the same entries in the same order, texts as they read them.
import { decodedText, type RawText } from '../jute/raw-text.js';
import type { Database } from './database.js';
import { IndexAcls } from './index-acls.js';

/**
 * SQL that is true where the ACLs of the znode rows `x` (of `main`) and `y` (of the index `other`) differ. Where ids do
 * not tell that by themselves, it asks temporary tables that are made here.
 */
export function mateAcls(database: Database, other: string): string {
  const numbers = new Map<string, number>();
  const ofMain = numbered(database, 'main', numbers);
  const ofOther = other === 'main' ? ofMain : numbered(database, other, numbers);
  if ([...ofMain, ...ofOther].every(([id, number]) => id === number)) return 'x.acl_id IS NOT y.acl_id';
  database.pragma('temp_store = memory');
  for (const [table, of] of [
    ['acl_of_x', ofMain],
    ['acl_of_y', ofOther],
  ] as const) {
    database.exec(`CREATE TEMP TABLE ${table} (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)`);
    const insert = database.prepare(`INSERT INTO temp.${table} VALUES (?, ?)`);
    for (const row of of) insert.run(row);
  }
  const numberOf = (side: string) => `(SELECT number FROM temp.acl_of_${side} WHERE id = ${side}.acl_id)`;
  return `${numberOf('x')} IS NOT ${numberOf('y')}`;
}

/** The ids of an index, each with a number that equal lists have in common: the lowest id of `main`, else one below 0. */
function numbered(database: Database, schema: string, numbers: Map<string, number>): Map<number, number> {
  const acls = new IndexAcls(database, schema);
  const ids = database.prepare(`SELECT id FROM ${schema}.acl ORDER BY id`).pluck().all() as bigint[];
  const found = new Map<number, number>();
  for (const id of ids.map(Number)) {
    const list = acls.get(id) ?? [];
    const content = JSON.stringify(
      list.map(({ perms, id: { scheme, id: who } }) => [perms, text(scheme), text(who)]),
    );
    const number = numbers.get(content) ?? (schema === 'main' ? id : -1 - numbers.size);
    numbers.set(content, number);
    found.set(id, number);
  }
  return found;
}

function text(value: RawText | null): string | null {
  return value === null ? null : decodedText(value);
}
