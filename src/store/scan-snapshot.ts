// A snapshot that is not loaded: checked, counted and summed.
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import type { SnapshotSums } from './load-snapshot.js';

const PROGRESS_EVERY = 4096;

/** Reads a snapshot to its end. `onProgress` is called now and then with the bytes read of the file. */
export function scanSnapshot(
  reader: SnapshotReader,
  onProgress: (fileBytesRead: number) => void,
): SnapshotSums {
  let sessions = 0;
  for (const _ of reader.sessions()) sessions++;
  const tally = new SnapshotTally();
  for (const znode of reader.znodes()) {
    tally.add(znode, 0);
    if (tally.znodes % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  const { znodes, bytes: dataBytes, newest: newestZxid } = tally;
  return { znodes, sessions, dataBytes, newestZxid, treeDigest: null };
}
