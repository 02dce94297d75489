// All rows of an index without row ids, read with plain SQL and apart from src/store's readers.
import Database from 'better-sqlite3';

type Row = Record<string, unknown>;

/**
 * Every row as one line of JSON, by table, sorted: equal for two indexes that hold the same, whatever the order in
 * which it came. Paths and ACLs stand in the rows that refer to them; those that nothing refers to are left out.
 */
export function dump(file: string): string[] {
  const database = new Database(file, { readonly: true });
  database.defaultSafeIntegers(true);
  try {
    return new Dump(database).lines();
  } finally {
    database.close();
  }
}

class Dump {
  readonly #database: Database.Database;
  readonly #paths = new Map<bigint, string>([[1n, '/']]);
  readonly #acls = new Map<bigint, unknown[]>();
  readonly #files = new Map<bigint, string>();
  readonly #txns = new Map<bigint, string>();

  constructor(database: Database.Database) {
    this.#database = database;
    const parents = new Map<bigint, { parent: bigint; name: string }>();
    for (const row of this.#rows('SELECT id, parent_id, name FROM path')) {
      parents.set(row.id as bigint, { parent: row.parent_id as bigint, name: bytesAsText(row.name) });
    }
    for (const id of parents.keys()) this.#paths.set(id, pathOf(id, parents));
    for (const row of this.#rows('SELECT * FROM acl_entry ORDER BY acl_id, n')) {
      const { acl_id, perms, scheme, id } = row;
      const entries = this.#acls.get(acl_id as bigint) ?? [];
      this.#acls.set(acl_id as bigint, [...entries, [perms, bytesAsText(scheme), bytesAsText(id)]]);
    }
    const files = `SELECT f.id, c.name AS cluster, s.name AS server, f.kind, f.name FROM file f
      JOIN server s ON s.id = f.server_id JOIN cluster c ON c.id = s.cluster_id`;
    for (const { id, ...names } of this.#rows(files)) {
      this.#files.set(id as bigint, Object.values(names).join('/'));
    }
    const txns = `SELECT t.id, c.name AS cluster, t.zxid, t.fingerprint FROM txn t JOIN cluster c ON c.id = t.cluster_id`;
    for (const { id, ...key } of this.#rows(txns)) this.#txns.set(id as bigint, Object.values(key).join('/'));
  }

  lines(): string[] {
    const configs = `SELECT c.name AS cluster, s.name AS server, g.* FROM config g JOIN server s ON s.id = g.server_id
      JOIN cluster c ON c.id = s.cluster_id`;
    const copies = configs.replace('FROM config g', 'FROM single_copy g');
    const agreements = 'SELECT c.name AS cluster, g.* FROM agreement g JOIN cluster c ON c.id = g.cluster_id';
    const servers = 'SELECT c.name AS cluster, s.* FROM server s JOIN cluster c ON c.id = s.cluster_id';
    return [
      ...this.#table('meta', 'SELECT * FROM meta'),
      ...this.#table('server', servers),
      ...this.#table('config', configs),
      ...this.#table('agreement', agreements),
      ...this.#table('single_copy', copies),
      ...this.#table('file', 'SELECT f.id AS file_id, f.* FROM file f'),
      ...this.#table('problem', 'SELECT * FROM problem'),
      ...this.#table('snapshot', 'SELECT id AS file_id, * FROM snapshot'),
      ...this.#table('session', 'SELECT snapshot_id AS file_id, * FROM session'),
      ...this.#table('snapshot_acl', 'SELECT snapshot_id AS file_id, * FROM snapshot_acl'),
      ...this.#table('znode', 'SELECT snapshot_id AS file_id, * FROM znode'),
      ...this.#table('log', 'SELECT id AS file_id, * FROM log'),
      ...this.#table('log_range', 'SELECT log_id AS file_id, * FROM log_range'),
      ...this.#table('txn', 'SELECT id AS txn_id, * FROM txn'),
      ...this.#table('op', 'SELECT * FROM op'),
      ...this.#table('record', 'SELECT log_id AS file_id, * FROM record'),
    ];
  }

  #table(name: string, sql: string): string[] {
    return this.#rows(sql)
      .map((row) => `${name} ${this.#line(row)}`)
      .sort();
  }

  #line({ id, cluster_id, server_id, snapshot_id, log_id, ...row }: Row): string {
    for (const key of ['path_id', 'parent_id'] as const) {
      if (typeof row[key] === 'bigint') row[key] = this.#paths.get(row[key]) ?? 'no such path';
    }
    if (typeof row.acl_id === 'bigint') row.acl_id = this.#acls.get(row.acl_id) ?? [];
    if (typeof row.file_id === 'bigint') row.file_id = this.#files.get(row.file_id) ?? 'no such file';
    if (typeof row.txn_id === 'bigint') row.txn_id = this.#txns.get(row.txn_id) ?? 'no such txn';
    return JSON.stringify(row, (_, value) => {
      if (typeof value === 'bigint') return String(value);
      return value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value;
    });
  }

  #rows(sql: string): Row[] {
    return this.#database.prepare<[], Row>(sql).all();
  }
}

function pathOf(id: bigint, parents: Map<bigint, { parent: bigint; name: string }>): string {
  const names: string[] = [];
  let at = id;
  for (let entry = parents.get(at); entry !== undefined && at !== 1n; entry = parents.get(at)) {
    names.push(entry.parent === 0n ? entry.name : `/${entry.name}`);
    at = entry.parent;
  }
  return names.reverse().join('') || '/';
}

// TEXT and BLOB of the same bytes become the same text, one character a byte.
function bytesAsText(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString('latin1') : Buffer.from(`${value}`).toString('latin1');
}
