// Telling a damaged index from a bug of ours, when reading it has failed in a way that neither foresees. A whole index
// is not checked each time it is opened: that would read all of it.
import { IndexError } from '../errors.js';
import { damagedIndex, openedIndexes, openForReading } from './database.js';
import { TABLES } from './schema.js';
import { columnsOf } from './schema-doc.js';

/** The first thing that SQLite finds wrong with an index that this process has opened; null where all are sound. */
export function findIndexDamage(): IndexError | null {
  for (const file of openedIndexes) {
    try {
      const database = openForReading(file);
      try {
        for (const table of TABLES) {
          const columns = columnsOf(table).map((column) => `t."${column.name}"`);
          database.prepare(`SELECT ${columns.join(', ')} FROM ${table.name} t`);
        }
        // Pages and cells, and that each value is of its column's type (the tables are STRICT).
        const [first] = database.pragma('integrity_check(1)') as { integrity_check: string }[];
        if (first?.integrity_check !== 'ok') {
          return damagedIndex(database, String(first?.integrity_check).replaceAll('\n', ' '));
        }
        // Row ids that lead nowhere.
        const [dangling] = database.pragma('foreign_key_check') as { table: string; parent: string }[];
        if (dangling !== undefined) {
          return damagedIndex(database, `a row of ${dangling.table} has no ${dangling.parent}`);
        }
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
  return null;
}
