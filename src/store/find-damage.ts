// Telling a damaged index from a bug of ours, when reading it has failed in a way that neither foresees. A whole index
// is not checked each time it is opened: that would read all of it.
import { IndexError } from '../errors.js';
import { type Database, damagedIndex, openedIndexes, openForReading } from './database.js';

const WRONG_PATH = `SELECT id FROM path p WHERE parent_id >= id OR parent_id < 0 OR typeof(name) NOT IN ('text', 'blob')
   OR parent_id > 0 AND NOT EXISTS (SELECT 1 FROM path WHERE id = p.parent_id) LIMIT 1`;

/** What is wrong with an index that this process has opened, the last one first; null where all are sound. */
export function findIndexDamage(): IndexError | null {
  for (const file of [...openedIndexes].reverse()) {
    const damage = damageOf(file);
    if (damage !== null) return damage;
  }
  return null;
}

/** What is wrong with an index, null where nothing is. Reads all of it. */
export function damageOf(file: string): IndexError | null {
  try {
    const database = openForReading(file);
    try {
      const fault = faultOf(database);
      return fault === null ? null : damagedIndex(database, fault);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof IndexError) return error;
    return new IndexError(
      file,
      `is damaged: ${(error as Error).message}`,
      'make it again with: zoolog index',
    );
  }
}

function faultOf(database: Database): string | null {
  // Pages and cells, and that each value is of its column's type (the tables are STRICT).
  const integrity = String(database.pragma('integrity_check(1)', { simple: true }));
  if (integrity !== 'ok') return integrity.replaceAll('\n', ' ');
  // Row ids that lead nowhere.
  const [dangling] = database.pragma('foreign_key_check') as { table: string; parent: string }[];
  if (dangling !== undefined) return `a row of ${dangling.table} refers to none of ${dangling.parent}`;
  const path = database.prepare(WRONG_PATH).pluck().get();
  return path === undefined ? null : `path ${path} has no place below another`;
}
