// The thread behind PathFeed: writes the paths it is handed, and their index, into a database of its own.
import { workerData } from 'node:worker_threads';
import { IndexError } from '../errors.js';
import { rawTextOf } from '../jute/raw-text.js';
import { type Database, isSqliteError, openForBuilding } from './database.js';
import type { PathFailure, PathThreadData } from './path-feed.js';
import {
  DONE,
  END,
  FAILED,
  type PathRing,
  publish,
  RECORD_HEAD,
  RUNNING,
  SLOTS,
  STATE,
  slotOf,
} from './path-ring.js';
import { ROOT_ID } from './path-table.js';
import { PATH_INDEX, TABLES } from './schema.js';
import { toSql } from './sql-text.js';

/** Pre-order keeps to few pages at a time. */
const CACHE_KIB = 24 * 1024;

/**
 * Milliseconds for a row beyond which the index is dropped and made at the end instead, where the other side waits.
 * Keeping it costs 0.5 µs a row while siblings are near each other, as in pre-order; under a znode with millions of
 * children, whose order is random, it comes to 6 µs and more.
 */
const SLOW_ROW_MS = 0.004;

try {
  const { file, ring } = workerData as PathThreadData;
  serve(file, ring);
} catch (error) {
  fail((workerData as PathThreadData).ring, error);
}

function serve(file: string, ring: PathRing): void {
  publish(ring.control, STATE, RUNNING);
  const database = openForBuilding(file, true, CACHE_KIB);
  try {
    database.exec(TABLES.find(({ name }) => name === 'path')!.ddl);
    database.exec(PATH_INDEX);
    database.exec('BEGIN');
    takeAll(database, ring);
    database.exec(PATH_INDEX);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  publish(ring.control, STATE, DONE);
}

/** Inserts what comes until the end of it. */
function takeAll(database: Database, ring: PathRing): void {
  const insert = database.prepare('INSERT INTO path VALUES (?, ?, ?)');
  insert.run(ROOT_ID, 0, '');
  let nextId = ROOT_ID + 1;
  let isIndexed = true;
  for (let slot = 0; ; slot = (slot + 1) % SLOTS) {
    Atomics.wait(ring.control, slot, 0);
    const used = Atomics.load(ring.control, slot);
    if (used === END) return;
    const buffer = slotOf(ring, slot);
    const firstId = nextId;
    const start = performance.now();
    for (let at = 0; at < used; ) {
      const end = at + RECORD_HEAD + buffer.readUInt32LE(at + 4);
      const name = rawTextOf(buffer.subarray(at + RECORD_HEAD, end));
      insert.run(nextId++, buffer.readUInt32LE(at), toSql(name));
      at = end;
    }
    const isSlow = performance.now() - start > SLOW_ROW_MS * (nextId - firstId);
    const isBehind = ring.control.every((length, i) => i >= SLOTS || length !== 0);
    publish(ring.control, slot, 0);
    if (isIndexed && isSlow && isBehind) {
      database.exec('DROP INDEX path_by_name');
      isIndexed = false;
    }
  }
}

function fail({ control, failure }: PathRing, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const told: PathFailure = { kind: kindOf(error), message: message.slice(0, 200) };
  const text = JSON.stringify(told).padEnd(failure.length);
  failure.set(Buffer.from(text).subarray(0, failure.length));
  publish(control, STATE, FAILED);
  // The other side may be waiting for any slot.
  for (let slot = 0; slot < SLOTS; slot++) publish(control, slot, 0);
}

function kindOf(error: unknown): PathFailure['kind'] {
  if (isSqliteError(error)) return error.code.startsWith('SQLITE_CONSTRAINT') ? 'constraint' : 'database';
  return error instanceof IndexError ? 'database' : 'bug';
}
