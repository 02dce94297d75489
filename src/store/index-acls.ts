// The access control lists of an index by their ids, read when they are asked for.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { RecentAcls } from '../snapshot/recent-acls.js';
import { type Database, damagedIndex, type Statement } from './database.js';
import { fromSql } from './sql-text.js';

type Row = readonly [perms: bigint, scheme: unknown, id: unknown];

/** Ids to lists. */
export class IndexAcls {
  readonly #database: Database;
  readonly #entries: Statement;
  readonly #exists: Statement;
  readonly #recent = new RecentAcls<number>();

  /** `schema` is the name of an attached index. */
  constructor(database: Database, schema = 'main') {
    this.#database = database;
    this.#entries = database
      .prepare(`SELECT perms, scheme, id FROM ${schema}.acl_entry WHERE acl_id = ? ORDER BY n`)
      .raw();
    this.#exists = database.prepare(`SELECT 1 FROM ${schema}.acl WHERE id = ?`).pluck();
  }

  /** The list with this id; null where the index has none. */
  get(id: number): readonly ACL[] | null {
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const acl: ACL[] = [];
    for (const [perms, scheme, who] of this.#entries.iterate(id) as Iterable<Row>) {
      acl.push({ perms: Number(perms), id: { scheme: this.#text(scheme), id: this.#text(who) } });
    }
    if (acl.length === 0 && this.#exists.get(id) === undefined) return null;
    return this.#recent.keep(id, acl);
  }

  #text(value: unknown): RawText | null {
    if (value === null) return null;
    if (typeof value === 'string' || Buffer.isBuffer(value)) return fromSql(value);
    throw damagedIndex(this.#database, 'an ACL entry has a number for a text');
  }
}
