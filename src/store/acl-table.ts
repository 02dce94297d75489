// Access control lists of an index, once each by content and order.
import { displayText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { formatPerms } from '../records/perms.js';
import type { Database, Statement } from './database.js';
import { fromSql, toSql } from './sql-text.js';

/** Finds or makes the row of an ACL. Holds all lists in memory: a cluster has few. */
export class AclTable {
  readonly #ids = new Map<string, number>();
  readonly #insert: Statement;
  readonly #insertEntry: Statement;

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO acl VALUES (?, ?)');
    this.#insertEntry = database.prepare('INSERT INTO acl_entry VALUES (?, ?, ?, ?, ?)');
    for (const [id, acl] of readAcls(database)) this.#ids.set(keyOf(acl), id);
  }

  /** The id of a list; null for null. */
  idOf(acl: readonly ACL[] | null): number | null {
    if (acl === null) return null;
    const key = keyOf(acl);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(key, id);
      this.#insert.run(id, aclText(acl));
      acl.forEach((entry, n) => {
        this.#insertEntry.run(id, n, BigInt(entry.perms), toSql(entry.id.scheme), toSql(entry.id.id));
      });
    }
    return id;
  }
}

/** Every list of an index by its id. */
export function readAcls(database: Database): Map<number, ACL[]> {
  const acls = new Map<number, ACL[]>();
  for (const id of database.prepare('SELECT id FROM acl ORDER BY id').pluck().iterate()) {
    acls.set(Number(id), []);
  }
  const entries = database
    .prepare('SELECT acl_id, perms, scheme, id FROM acl_entry ORDER BY acl_id, n')
    .raw();
  for (const row of entries.iterate() as Iterable<[bigint, bigint, Value, Value]>) {
    const [aclId, perms, scheme, id] = row;
    acls.get(Number(aclId))?.push({ perms: Number(perms), id: { scheme: text(scheme), id: text(id) } });
  }
  return acls;
}

type Value = string | Buffer | null;

function text(value: Value): RawText | null {
  return value === null ? null : fromSql(value);
}

/** A list as one line for people. */
function aclText(acl: readonly ACL[]): string {
  const part = (value: RawText | null) => (value === null ? '' : displayText(value));
  return acl.map(({ perms, id }) => `${part(id.scheme)}:${part(id.id)}:${formatPerms(perms)}`).join(',');
}

// Lengths make it unambiguous; ids can hold any character.
function keyOf(acl: readonly ACL[]): string {
  const part = (value: RawText | null) => (value === null ? '-' : `${value.length}:${value}`);
  return acl.map(({ perms, id }) => `${perms} ${part(id.scheme)} ${part(id.id)}`).join(' ');
}
