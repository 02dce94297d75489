// Interning paths: each one a row, found by its parent and its last segment.
import type { RawText } from '../jute/raw-text.js';
import type { Database, Statement } from './database.js';
import { toSql } from './sql-text.js';

/** Row id of the root, whose parent is 0. */
export const ROOT_ID = 1;

const CACHE_ENTRIES = 50_000;

/** A path's row, and its parent's. */
export interface PathIds {
  readonly id: number;
  /** 0 for the root and for what no server writes, a path without a leading slash. */
  readonly parent: number;
}

const ROOT: PathIds = { id: ROOT_ID, parent: 0 };

/** Finds or makes the row of a path. */
export class PathTable {
  readonly #select: Statement;
  readonly #insert: Statement;
  // The most recent paths; two generations stand in for an LRU.
  #young = new Map<string, PathIds>();
  #old = new Map<string, PathIds>();
  #nextId: number;

  constructor(database: Database) {
    this.#select = database.prepare('SELECT id FROM path WHERE parent_id = ? AND name = ?').pluck();
    this.#insert = database.prepare('INSERT INTO path VALUES (?, ?, ?)');
    const last = database.prepare('SELECT coalesce(max(id), 0) FROM path').pluck().get() as bigint;
    this.#nextId = Number(last) + 1;
    if (this.#nextId === ROOT_ID) this.#insert.run(this.#nextId++, 0, '');
  }

  /** The rows of a path, "" or "/" for the root. Parents that are not there are made as well. */
  idsOf(path: RawText): PathIds {
    if (path === '' || path === '/') return ROOT;
    const known = this.#young.get(path) ?? this.#old.get(path);
    if (known !== undefined) return known;
    const parent = path.startsWith('/') ? this.parentOf(path) : 0;
    const name = path.slice(parent === 0 ? 0 : path.lastIndexOf('/') + 1) as RawText;
    return this.#remember(path, parent, this.childOf(parent, name));
  }

  /** The row id of a path's parent; the path begins with a slash. */
  parentOf(path: RawText): number {
    // Not by recursion: a hostile path has thousands of segments.
    let id = ROOT_ID;
    let end = path.lastIndexOf('/');
    const missing: number[] = [];
    for (; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const prefix = path.slice(0, end);
      const known = this.#young.get(prefix) ?? this.#old.get(prefix);
      if (known !== undefined) {
        id = known.id;
        break;
      }
      missing.push(end);
    }
    for (const stop of missing.reverse()) {
      const name = path.slice(Math.max(end, 0) + 1, stop) as RawText;
      id = this.#remember(path.slice(0, stop), id, this.childOf(id, name)).id;
      end = stop;
    }
    return id;
  }

  /** The row id of a child by its name. */
  childOf(parent: number, name: RawText): number {
    const value = toSql(name);
    const found = this.#select.get(parent, value) as bigint | undefined;
    if (found !== undefined) return Number(found);
    const id = this.#nextId++;
    this.#insert.run(id, parent, value);
    return id;
  }

  #remember(path: string, parent: number, id: number): PathIds {
    if (this.#young.size >= CACHE_ENTRIES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    const ids = { id, parent };
    this.#young.set(path, ids);
    return ids;
  }
}
