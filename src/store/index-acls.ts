// The access control lists of an index by their ids, read when they are asked for.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { RecentAcls } from '../snapshot/recent-acls.js';
import type { Database, Statement } from './database.js';
import { fromSql } from './sql-text.js';

type Row = readonly [perms: bigint, scheme: string | Buffer | null, id: string | Buffer | null];

/** Ids to lists. */
export class IndexAcls {
  readonly #entries: Statement;
  readonly #exists: Statement;
  readonly #recent = new RecentAcls<number>();

  constructor(database: Database) {
    this.#entries = database
      .prepare('SELECT perms, scheme, id FROM acl_entry WHERE acl_id = ? ORDER BY n')
      .raw();
    this.#exists = database.prepare('SELECT 1 FROM acl WHERE id = ?').pluck();
  }

  /** The list with this id; null where the index has none. */
  get(id: number): readonly ACL[] | null {
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const acl: ACL[] = [];
    for (const [perms, scheme, who] of this.#entries.iterate(id) as Iterable<Row>) {
      acl.push({ perms: Number(perms), id: { scheme: text(scheme), id: text(who) } });
    }
    if (acl.length === 0 && this.#exists.get(id) === undefined) return null;
    return this.#recent.keep(id, acl);
  }
}

function text(value: string | Buffer | null): RawText | null {
  return value === null ? null : fromSql(value);
}
