// Interning paths: each one a row, found by its parent and its last segment.
import type { RawText } from '../jute/raw-text.js';
import type { Database, Statement } from './database.js';
import { toSql } from './sql-text.js';

/** Row id of the root, whose parent is 0. */
export const ROOT_ID = 1;

const CACHE_ENTRIES = 100_000;

/** Finds or makes the row of a path. */
export class PathTable {
  readonly #select: Statement;
  readonly #insert: Statement;
  // The most recent paths; two generations stand in for an LRU.
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #nextId: number;

  constructor(database: Database) {
    this.#select = database.prepare('SELECT id FROM path WHERE parent_id = ? AND name = ?').pluck();
    this.#insert = database.prepare('INSERT INTO path VALUES (?, ?, ?)');
    const last = database.prepare('SELECT coalesce(max(id), 0) FROM path').pluck().get() as bigint;
    this.#nextId = Number(last) + 1;
    if (this.#nextId === ROOT_ID) this.#insert.run(this.#nextId++, 0, '');
  }

  /** The row id of a path, "" or "/" for the root. Parents that are not there are made as well. */
  idOf(path: RawText): number {
    if (path === '' || path === '/') return ROOT_ID;
    const known = this.#young.get(path) ?? this.#old.get(path);
    if (known !== undefined) return known;
    const id = this.#find(path);
    this.#remember(path, id);
    return id;
  }

  /** The row id of a path's parent. */
  idOfParent(path: RawText): number {
    // Not by recursion over `idOf` alone: a hostile path has thousands of segments.
    let end = path.lastIndexOf('/');
    const missing: RawText[] = [];
    let id = ROOT_ID;
    for (; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const prefix = path.slice(0, end) as RawText;
      const known = this.#young.get(prefix) ?? this.#old.get(prefix);
      if (known !== undefined) {
        id = known;
        break;
      }
      missing.push(prefix);
    }
    for (let prefix = missing.pop(); prefix !== undefined; prefix = missing.pop()) {
      id = this.idOfChild(id, prefix.slice(prefix.lastIndexOf('/') + 1) as RawText);
      this.#remember(prefix, id);
    }
    return id;
  }

  // What no server writes, a path without a leading slash, stands beside the root.
  #find(path: RawText): number {
    if (!path.startsWith('/')) return this.idOfChild(0, path);
    return this.idOfChild(this.idOfParent(path), path.slice(path.lastIndexOf('/') + 1) as RawText);
  }

  /** The row id of a child by its name. */
  idOfChild(parent: number, name: RawText): number {
    const value = toSql(name);
    const found = this.#select.get(parent, value) as bigint | undefined;
    return found === undefined ? this.addChild(parent, value) : Number(found);
  }

  /** Adds a child that is known to be new. */
  addChild(parent: number, name: string | Buffer): number {
    const id = this.#nextId++;
    this.#insert.run(id, parent, name);
    return id;
  }

  #remember(path: string, id: number): void {
    if (this.#young.size >= CACHE_ENTRIES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(path, id);
  }
}
