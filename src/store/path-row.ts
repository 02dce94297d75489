// Rows of the path table as they must be. Parents are given their ids first, so ids ascend on the way down: who walks
// up or down comes to an end, whatever a damaged file says.
import type { RawText } from '../jute/raw-text.js';
import { type Database, damagedIndex } from './database.js';
import { fromSql } from './sql-text.js';

/**
 * The name of a path, where it may have this parent; parent 0 is none.
 * @throws IndexError where it may not.
 */
export function pathName(database: Database, id: number, parentId: number, name: unknown): RawText {
  if (parentId >= id || parentId < 0) {
    throw damagedIndex(database, `path ${id} has parent ${parentId}, which cannot come before it`);
  }
  if (typeof name !== 'string' && !Buffer.isBuffer(name)) {
    throw damagedIndex(database, `the name of path ${id} is neither text nor bytes`);
  }
  const text = fromSql(name);
  if (parentId !== 0 && text.includes('/'))
    throw damagedIndex(database, `the name of path ${id} has a slash`);
  return text;
}
