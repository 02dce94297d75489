// The file rows of a server: what the index knows of each file from an earlier run.
import { createHash } from 'node:crypto';
import { FileBytes } from '../container/file-bytes.js';
import type { DataFile } from '../datadir/data-dir.js';
import type { Database } from './database.js';

/** A file as it was when it was read last. */
export interface KnownFile {
  readonly id: number;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** See `fileTail`. */
  readonly tail: Buffer;
}

/** True for a file that was not written to since, or with the very bytes it had. */
export function isUnchanged(known: KnownFile, { size, mtimeMs }: DataFile, tail: Buffer): boolean {
  return known.size === size && known.mtime === Math.floor(mtimeMs) && known.tail.equals(tail);
}

interface KnownRow {
  readonly id: bigint;
  readonly kind: string;
  readonly name: string;
  readonly size: bigint;
  readonly mtime: bigint;
  readonly tail: Buffer;
}

/** Finds and writes the file rows of one server. */
export class FileTable {
  readonly #database: Database;
  readonly #serverId: number;
  readonly #shown: (path: string) => string;
  readonly #withHash: boolean;
  readonly #known = new Map<string, KnownFile>();

  /** `shown` gives a file the name it has in the index; `withHash` records the SHA-256 of each file. */
  constructor(database: Database, serverId: number, shown: (path: string) => string, withHash: boolean) {
    this.#database = database;
    this.#serverId = serverId;
    this.#shown = shown;
    this.#withHash = withHash;
    const rows = database.prepare('SELECT id, kind, name, size, mtime, tail FROM file WHERE server_id = ?');
    for (const { id, size, mtime, tail, ...file } of rows.all(serverId) as KnownRow[]) {
      this.#known.set(keyOf(file), { id: Number(id), size: Number(size), mtime: Number(mtime), tail });
    }
  }

  /** What is known of a file of this kind and name. */
  known(file: DataFile): KnownFile | undefined {
    return this.#known.get(keyOf(file));
  }

  /** Adds a file that is not known; returns its id. */
  add(file: DataFile, tail: Buffer): number {
    const { kind, name, path, zxid, size, mtimeMs, codec, content } = file;
    const hash = this.#withHash ? sha256(path) : null;
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO file (server_id, kind, name, path, zxid, size, mtime, codec, content, tail, sha256, is_gone)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      )
      .run(
        this.#serverId,
        kind,
        name,
        this.#shown(path),
        zxid,
        size,
        Math.floor(mtimeMs),
        codec,
        content,
        tail,
        hash,
      );
    return Number(lastInsertRowid);
  }

  /** Notes size and time of a known file that is there again, unchanged or with more behind what was read. */
  touch(id: number, { path, size, mtimeMs }: DataFile, tail: Buffer): void {
    const hash = this.#withHash ? sha256(path) : null;
    const sql = `UPDATE file SET path = ?, sha256 = CASE WHEN ? IS NULL AND size = ? AND tail = ? THEN sha256 ELSE ? END,
      size = ?, mtime = ?, tail = ?, is_gone = 0 WHERE id = ?`;
    this.#database
      .prepare(sql)
      .run(this.#shown(path), hash, size, tail, hash, size, Math.floor(mtimeMs), tail, id);
  }

  /** Marks what is known and not among these files; returns how many of them were there until now. */
  markGone(present: readonly DataFile[]): number {
    const keys = new Set(present.map(keyOf));
    const mark = this.#database.prepare('UPDATE file SET is_gone = 1 WHERE id = ? AND is_gone = 0');
    let gone = 0;
    for (const [key, { id }] of this.#known) if (!keys.has(key)) gone += mark.run(id).changes;
    return gone;
  }
}

function keyOf({ kind, name }: { kind: string; name: string }): string {
  return `${kind} ${name}`;
}

function sha256(path: string): string {
  const hash = createHash('sha256');
  const bytes = new FileBytes(path);
  try {
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    for (let read = bytes.read(chunk); read > 0; read = bytes.read(chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    bytes.close();
  }
  return hash.digest('hex');
}
