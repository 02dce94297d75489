// The tree of one loaded snapshot in an index.
import type { RawText } from '../jute/raw-text.js';
import type { AclEntry } from '../snapshot/acl-entry.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import { type Database, lacksData, type Statement } from './database.js';
import type { IndexAcls } from './index-acls.js';
import { pathName } from './path-row.js';
import { ROOT_ID } from './path-table.js';
import { PathText } from './path-text.js';
import { PATH_ID_BITS } from './schema.js';
import { toSql } from './sql-text.js';
import { STAT_COLUMNS, type StatRow, statOf } from './stat-row.js';

/** What of a znode is wanted beside path and stat. */
export interface ZnodeFields {
  readonly data: boolean;
  readonly numChildren: boolean;
}

/** Some of the znodes of a tree: those with a 1 at their path's id, at these paths where only txns made them. */
export interface SomeZnodes {
  readonly places: Uint8Array;
  readonly paths: ReadonlySet<RawText>;
}

type ZnodeRow = readonly [
  ...StatRow,
  offset: bigint,
  length: bigint,
  aclId: bigint | null,
  dataLength: bigint | null,
  data: Buffer | null,
];

const FIELDS = `${STAT_COLUMNS}, z."offset", z.length, z.acl_id, z.data_length`;

/** Znodes from which on it is worth while to know all that have children. */
const SOME = 2000;

/** A tree in an index; constant memory but for the child names of the znodes on the way to the current one. */
export class IndexTree {
  readonly #database: Database;
  readonly #snapshotId: number;
  /** Row id of a znode without its path. */
  readonly #firstId: number;
  readonly #file: string;
  readonly #acls: IndexAcls;
  /** False in an index made with --no-data. */
  readonly hasData: boolean;
  readonly #paths: PathText;
  readonly #withData: Statement;
  readonly #withoutData: Statement;
  readonly #childNames: Statement;
  readonly #childCount: Statement;
  readonly #childId: Statement;
  #parents: Set<number> | null = null;

  constructor(database: Database, snapshotId: number, file: string, acls: IndexAcls) {
    this.#database = database;
    this.#snapshotId = snapshotId;
    this.#firstId = snapshotId * 2 ** PATH_ID_BITS;
    this.#file = file;
    this.#acls = acls;
    this.hasData = !lacksData(database);
    this.#paths = new PathText(database);
    const one = (fields: string) => database.prepare(`SELECT ${fields} FROM znode z WHERE z.id = ?`).raw();
    this.#withData = one(`${FIELDS}, z.data`);
    this.#withoutData = one(`${FIELDS}, NULL`);
    this.#childNames = database.prepare('SELECT id, name FROM path WHERE parent_id = ? ORDER BY name').raw();
    this.#childCount = database
      .prepare('SELECT count(*) FROM path p JOIN znode z ON z.id = ? + p.id WHERE p.parent_id = ?')
      .pluck();
    this.#childId = database.prepare('SELECT id FROM path WHERE parent_id = ? AND name = ?').pluck();
  }

  /** The znode at a path; null where the tree has none. */
  get(path: RawText, fields: ZnodeFields): Znode | null {
    const id = this.#idOf(path);
    return id === null ? null : this.#znode(path, id, fields);
  }

  /** The paths of a znode's children, by raw name bytes; with `changes` as those by path id make them. */
  *childPaths(path: RawText, changes?: ReadonlyMap<number, boolean>): Generator<RawText> {
    const parent = this.#idOf(path);
    if (parent === null) return;
    const rows = this.#database
      .prepare(
        'SELECT p.id, p.name, z.id IS NOT NULL FROM path p LEFT JOIN znode z ON z.id = ? + p.id WHERE p.parent_id = ? ORDER BY p.name',
      )
      .raw()
      .all(this.#firstId, parent) as [bigint, unknown, bigint][];
    const present = rows.filter(([id, , inBase]) => changes?.get(Number(id)) ?? inBase === 1n);
    for (const { name } of this.#named(present, parent)) yield `${path}/${name}` as RawText;
  }

  /** The children of a znode, by raw name bytes. */
  *children(path: RawText, fields: ZnodeFields): Generator<Znode> {
    const parent = this.#idOf(path);
    if (parent === null) return;
    for (const { id, name } of this.#childrenOf(parent)) {
      const znode = this.#znode(`${path}/${name}` as RawText, id, fields);
      if (znode !== null) yield znode;
    }
  }

  /** A znode and what is below it, in canonical order; or only some of them. */
  *subtree(path: RawText, fields: ZnodeFields, some?: SomeZnodes): Generator<Znode> {
    const id = this.#idOf(path);
    if (id === null) return;
    const isWanted = (pathId: number) => some === undefined || some.places[pathId] === 1;
    const top = isWanted(id) ? this.#znode(path, id, fields) : null;
    if (top !== null) yield top;
    // Paths and what is left of their children; not by recursion, a hostile tree is thousands deep.
    const stack = [{ path, children: this.#childrenOf(id), next: 0 }];
    let looked = 0;
    for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
      const child = level.children[level.next++];
      if (child === undefined) {
        stack.pop();
        continue;
      }
      const childPath = `${level.path}/${child.name}` as RawText;
      const znode = isWanted(child.id) ? this.#znode(childPath, child.id, fields) : null;
      if (znode !== null) yield znode;
      if (++looked > SOME && !this.#parentIds().has(child.id)) continue;
      const children = this.#childrenOf(child.id);
      if (children.length > 0) stack.push({ path: childPath, children, next: 0 });
    }
  }

  /** The tree in the snapshot's own order. */
  *inFileOrder(fields: ZnodeFields): Generator<Znode> {
    const rows = this.#database
      .prepare('SELECT path_id FROM znode WHERE id >= ? AND id < ? ORDER BY "offset"')
      .pluck()
      .iterate(this.#firstId, this.#firstId + 2 ** PATH_ID_BITS) as Iterable<bigint>;
    for (const pathId of rows) {
      const id = Number(pathId);
      yield this.#znode(this.#pathOf(id), id, fields)!;
    }
  }

  /** The session table, in the file's order. */
  *sessionTable(): Generator<Session> {
    const sql = 'SELECT session_id, timeout FROM session WHERE snapshot_id = ? ORDER BY ordinal';
    for (const [id, timeout] of this.#database.prepare(sql).raw().all(this.#snapshotId) as [
      bigint,
      bigint,
    ][]) {
      yield { id, timeout: Number(timeout) };
    }
  }

  /** The ACL table, in the file's order. */
  *aclTable(): Generator<AclEntry> {
    const sql = 'SELECT key, acl_id FROM snapshot_acl WHERE snapshot_id = ? ORDER BY ordinal';
    for (const [key, id] of this.#database.prepare(sql).raw().all(this.#snapshotId) as [bigint, bigint][]) {
      yield { key, acl: this.#acls.get(Number(id)) };
    }
  }

  /** The session table, by id. */
  *sessions(): Generator<Session> {
    const rows = this.#database
      .prepare('SELECT session_id, timeout FROM session WHERE snapshot_id = ? ORDER BY session_id')
      .raw();
    for (const [id, timeout] of rows.iterate(this.#snapshotId) as Iterable<[bigint, bigint]>) {
      yield { id, timeout: Number(timeout) };
    }
  }

  /** The znodes that have an owner: ephemerals, containers and TTL znodes. */
  *owned(): Generator<{ readonly path: RawText; readonly owner: bigint; readonly czxid: bigint }> {
    const rows = this.#database
      .prepare(
        `SELECT path_id, ephemeral_owner, czxid FROM znode INDEXED BY znode_by_owner
         WHERE ephemeral_owner <> 0 AND id >= ? AND id < ?`,
      )
      .raw();
    const range = [this.#firstId, this.#firstId + 2 ** PATH_ID_BITS] as const;
    for (const [pathId, owner, czxid] of rows.iterate(...range) as Iterable<[bigint, bigint, bigint]>) {
      yield { path: this.#pathOf(Number(pathId)), owner, czxid };
    }
  }

  /** Ids of the paths that have others below them: most have none, and need not be asked. */
  #parentIds(): ReadonlySet<number> {
    if (this.#parents === null) {
      const ids = this.#database.prepare('SELECT DISTINCT parent_id FROM path').pluck();
      this.#parents = new Set();
      for (const id of ids.iterate() as Iterable<bigint>) this.#parents.add(Number(id));
    }
    return this.#parents;
  }

  #pathOf(pathId: number): RawText {
    return pathId === ROOT_ID ? ('' as RawText) : this.#paths.of(pathId);
  }

  #idOf(path: RawText): number | null {
    let id = ROOT_ID;
    if (path === '') return id;
    for (const name of path.slice(1).split('/')) {
      const child = this.#childId.get(id, toSql(name as RawText)) as bigint | undefined;
      if (child === undefined) return null;
      id = Number(child);
    }
    return id;
  }

  // The index orders TEXT by bytes, and every BLOB behind every TEXT; a BLOB among them wants sorting.
  #childrenOf(parent: number): { id: number; name: RawText }[] {
    return this.#named(this.#childNames.all(parent) as [bigint, unknown][], parent);
  }

  #named(
    rows: readonly (readonly [bigint, unknown, ...unknown[]])[],
    parent: number,
  ): { id: number; name: RawText }[] {
    const children = rows.map(([id, name]) => {
      return { id: Number(id), name: pathName(this.#database, Number(id), parent, name) };
    });
    if (typeof rows.at(-1)?.[1] !== 'object') return children;
    return children.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #znode(path: RawText, pathId: number, { data, numChildren }: ZnodeFields): Znode | null {
    const statement = data && this.hasData ? this.#withData : this.#withoutData;
    const row = statement.get(this.#firstId + pathId) as ZnodeRow | undefined;
    if (row === undefined) return null;
    const [offset, length, aclId, dataLength, bytes] = [row[9], row[10], row[11], row[12], row[13]];
    return {
      path,
      data: dataLength === null ? null : data && this.hasData ? bytes : undefined,
      dataLength: Number(dataLength ?? 0n),
      acl: aclId === null ? null : this.#acls.get(Number(aclId)),
      stat: statOf(row),
      numChildren: numChildren ? Number(this.#childCount.get(this.#firstId, pathId)) : undefined,
      evidence: { file: this.#file, offset: Number(offset), length: Number(length) },
    };
  }
}
