// The tree in a server's directory, as of its newest sound snapshot.
import type { DataDir } from '../datadir/data-dir.js';
import { countLater } from './count-later.js';
import { laterTxnsNote } from './later-txns-note.js';
import { noteLogDir } from './log-dir-note.js';
import { newestSound } from './newest-sound.js';
import { SnapshotSource } from './snapshot-source.js';
import type { SourceLog } from './source-log.js';

/**
 * Opens the tree of a directory. A note says what is not in it: txns that the logs hold after the snapshot.
 * `name` is what the directory is called.
 * @throws InputError where there is no sound snapshot.
 */
export function openDirectoryTree(
  dir: DataDir,
  name: string,
  log: SourceLog,
  release: () => void,
): SnapshotSource {
  for (const problem of dir.problems) log.report(problem);
  const snapshot = newestSound(dir, log);
  const { zxid } = snapshot;
  const laterTxns = dir.logs.length === 0 ? null : countLater(dir, zxid, log);
  if (laterTxns !== null && laterTxns > 0) log.note(laterTxnsNote(name, zxid, laterTxns));
  noteLogDir(dir, name, log);
  const facts = { name: `${name} ${snapshot.name}`, zxid, laterTxns };
  return new SnapshotSource(snapshot.path, facts, log, release);
}
