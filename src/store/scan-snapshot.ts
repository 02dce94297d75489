// A snapshot that is not loaded: checked, counted and summed.
import type { SnapshotReader } from '../snapshot/read-snapshot.js';
import type { SnapshotSums } from './load-snapshot.js';

const PROGRESS_EVERY = 4096;

/** Reads a snapshot to its end. `onProgress` is called now and then with the bytes read of the file. */
export function scanSnapshot(
  reader: SnapshotReader,
  onProgress: (fileBytesRead: number) => void,
): SnapshotSums {
  let sessions = 0;
  for (const _ of reader.sessions()) sessions++;
  let dataBytes = 0;
  let newestZxid = 0n;
  let znodes = 0;
  for (const { view, statStart, dataLength } of reader.znodes()) {
    const mzxid = view.getBigInt64(statStart + 8);
    const pzxid = view.getBigInt64(statStart + 52);
    if (mzxid > newestZxid) newestZxid = mzxid;
    if (pzxid > newestZxid) newestZxid = pzxid;
    if (dataLength > 0) dataBytes += dataLength;
    if (++znodes % PROGRESS_EVERY === 0) onProgress(reader.fileBytesRead);
  }
  return { znodes, sessions, dataBytes, newestZxid };
}
