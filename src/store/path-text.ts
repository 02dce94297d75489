// The text of a path by its row id.
import type { RawText } from '../jute/raw-text.js';
import { type Database, damagedIndex, type Statement } from './database.js';
import { pathName } from './path-row.js';
import { ROOT_ID } from './path-table.js';
import { toSql } from './sql-text.js';

const CACHE_ENTRIES = 50_000;

/** Puts paths together from their segments, keeping the recent ones. */
export class PathText {
  readonly #database: Database;
  readonly #select: Statement;
  readonly #child: Statement;
  readonly #known = new Map<number, RawText>();
  /** Ids by the path of a parent; null for one that is not there. */
  readonly #ids = new Map<string, number | null>();

  /** `schema` is the name of an attached index. */
  constructor(database: Database, schema = 'main') {
    this.#database = database;
    this.#select = database.prepare(`SELECT parent_id, name FROM ${schema}.path WHERE id = ?`).raw();
    this.#child = database.prepare(`SELECT id FROM ${schema}.path WHERE parent_id = ? AND name = ?`).pluck();
  }

  /** The row id of a path; null where the index has none. */
  idOf(path: RawText): number | null {
    if (path === '' || path === '/') return ROOT_ID;
    const end = path.lastIndexOf('/');
    const parent = path.startsWith('/') ? this.#idOfParent(path.slice(0, end)) : 0;
    return parent === null ? null : this.#childOf(parent, path.slice(path.startsWith('/') ? end + 1 : 0));
  }

  // Paths are asked for with their siblings.
  #idOfParent(path: string): number | null {
    const known = this.#ids.get(path);
    if (known !== undefined) return known;
    let id: number | null = ROOT_ID;
    for (const name of path.split('/').slice(1)) {
      if (id !== null) id = this.#childOf(id, name);
    }
    if (this.#ids.size > CACHE_ENTRIES) this.#ids.clear();
    this.#ids.set(path, id);
    return id;
  }

  #childOf(parent: number, name: string): number | null {
    const id = this.#child.get(parent, toSql(name as RawText)) as bigint | undefined;
    return id === undefined ? null : Number(id);
  }

  /** The path with this row id; "/" for the root, as txns address it. @throws IndexError where it leads nowhere. */
  of(id: number): RawText {
    return id === ROOT_ID ? ('/' as RawText) : this.#below(id);
  }

  /** The same of a row that was read already; its parent is null where it is not there. */
  ofRow(id: number, parentId: bigint | null, name: unknown): RawText {
    if (id === ROOT_ID) return '/' as RawText;
    if (parentId === null) throw damagedIndex(this.#database, `path ${id} is missing`);
    const parent = Number(parentId);
    const text = pathName(this.#database, id, parent, name);
    if (parent === 0) return text;
    return (parent === ROOT_ID ? `/${text}` : `${this.#below(parent)}/${text}`) as RawText;
  }

  // From the path up to a known ancestor, then down again: a hostile path has thousands of segments.
  #below(id: number): RawText {
    const names: { id: number; name: string }[] = [];
    let path = '';
    for (let at = id; at !== ROOT_ID; ) {
      const known = this.#known.get(at);
      if (known !== undefined) {
        path = known;
        break;
      }
      const row = this.#select.get(at) as [bigint, unknown] | undefined;
      if (row === undefined) throw damagedIndex(this.#database, `path ${at} is missing`);
      const parentId = Number(row[0]);
      const name = pathName(this.#database, at, parentId, row[1]);
      names.push({ id: at, name: parentId === 0 ? name : `/${name}` });
      if (parentId === 0) break;
      at = parentId;
    }
    if (this.#known.size > CACHE_ENTRIES) this.#known.clear();
    for (const { id: at, name } of names.reverse()) {
      path += name;
      this.#known.set(at, path as RawText);
    }
    return path as RawText;
  }
}
