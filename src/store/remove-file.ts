// Taking out of an index what came from one file.
import { type Database, run } from './database.js';
import { PATH_ID_BITS } from './schema.js';

/** Removes a file's row and everything that only it held. Paths and ACLs stay. */
export function removeFile(database: Database, fileId: number): void {
  unloadSnapshot(database, fileId);
  run(database, 'DELETE FROM snapshot WHERE id = ?', fileId);
  removeRecords(database, fileId);
  run(database, 'DELETE FROM log_range WHERE log_id = ?', fileId);
  run(database, 'DELETE FROM log WHERE id = ?', fileId);
  run(database, 'DELETE FROM problem WHERE file_id = ?', fileId);
  run(database, 'DELETE FROM file WHERE id = ?', fileId);
}

/** What only the loading of a snapshot finds; one that is not loaded is not said to be free of it. */
const PROBLEMS_OF_TREES = "'acl-missing', 'znode-duplicate', 'znode-orphan'";

/** Removes the tree of a snapshot and what is wrong with it; its row stays. */
export function unloadSnapshot(database: Database, snapshotId: number): void {
  const [first, next] = [snapshotId * 2 ** PATH_ID_BITS, (snapshotId + 1) * 2 ** PATH_ID_BITS];
  run(database, 'DELETE FROM znode WHERE id >= ? AND id < ?', first, next);
  run(database, 'DELETE FROM session WHERE snapshot_id = ?', snapshotId);
  run(database, 'DELETE FROM snapshot_acl WHERE snapshot_id = ?', snapshotId);
  run(database, `DELETE FROM problem WHERE file_id = ? AND code IN (${PROBLEMS_OF_TREES})`, snapshotId);
  run(database, 'UPDATE snapshot SET is_loaded = 0, tree_digest = NULL WHERE id = ?', snapshotId);
}

// Txns that no other log holds go with their record.
function removeRecords(database: Database, logId: number): void {
  database.exec('CREATE TEMP TABLE orphaned (id INTEGER PRIMARY KEY)');
  run(database, 'INSERT OR IGNORE INTO orphaned SELECT txn_id FROM record WHERE log_id = ?', logId);
  run(database, 'DELETE FROM record WHERE txn_id IN (SELECT id FROM orphaned) AND log_id = ?', logId);
  run(database, 'DELETE FROM orphaned WHERE EXISTS (SELECT 1 FROM record WHERE txn_id = orphaned.id)');
  run(database, 'DELETE FROM op WHERE txn_id IN (SELECT id FROM orphaned)');
  run(database, 'DELETE FROM txn WHERE id IN (SELECT id FROM orphaned)');
  database.exec('DROP TABLE orphaned');
}
