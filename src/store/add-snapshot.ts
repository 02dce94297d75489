// One snapshot file into an index, new or known.
import type { DataFile } from '../datadir/data-dir.js';
import type { OnProblem } from '../problems.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import { row, run } from './database.js';
import { isUnchanged } from './file-table.js';
import { fileTail } from './file-tail.js';
import { loadSnapshot, type SnapshotSums } from './load-snapshot.js';
import { anyPaths, newPaths } from './locate-path.js';
import { removeFile, unloadSnapshot } from './remove-file.js';
import { scanSnapshot } from './scan-snapshot.js';
import { checkUnchanged, type ServerWriter } from './server-writer.js';
import type { SnapshotChoice } from './snapshot-choice.js';

/** Adds a server's snapshots, newest first: the first sound one is the tree that a server would load. */
export function addSnapshots(server: ServerWriter, choice: SnapshotChoice): void {
  let hasSound = false;
  for (const file of [...server.dir.snapshots].reverse()) {
    const isWanted =
      choice === 'all' ||
      (choice === 'newest' ? !hasSound : (choice as readonly bigint[]).includes(file.zxid));
    const isSound = server.attempt(file, () => addSnapshot(server, file, isWanted));
    if (isSound === true) hasSound = true;
  }
}

/** Adds a snapshot or finds it unchanged; returns whether it is sound. */
function addSnapshot(server: ServerWriter, file: DataFile, isWanted: boolean): boolean {
  const { database, files } = server.build;
  const tail = fileTail(file.path);
  const known = server.files.known(file);
  if (known !== undefined) {
    const before = row(database, 'SELECT is_loaded, is_sound FROM snapshot WHERE id = ?', known.id);
    if (before !== undefined && isUnchanged(known, file, tail) && (before.is_loaded === 1n || !isWanted)) {
      server.files.touch(known.id, file, tail);
      files.unchanged++;
      if (before.is_loaded === 1n && !isWanted) unloadSnapshot(database, known.id);
      return before.is_sound === 1n;
    }
    removeFile(database, known.id);
  }
  files[known === undefined ? 'added' : 'readAgain']++;
  const fileId = server.files.add(file, tail);
  if (file.content !== 'snapshot') return false;
  const isSound = server.reading(fileId, (onProblem) => {
    const reader = openSnapshot(file.path, onProblem);
    try {
      return writeSnapshot(server, reader, fileId, file, isWanted, onProblem);
    } finally {
      checkUnchanged(reader.stream, onProblem);
      reader.close();
    }
  });
  return isSound === true;
}

function writeSnapshot(
  server: ServerWriter,
  reader: SnapshotReader,
  fileId: number,
  file: DataFile,
  isWanted: boolean,
  onProblem: OnProblem,
): boolean {
  const { znodes, sessions, dataBytes, newestZxid, treeDigest } = isWanted
    ? load(server, reader, fileId, file, onProblem)
    : scanSnapshot(reader, (bytes) => server.build.progress.within(bytes));
  const { trailer, isSound } = reader;
  run(
    server.build.database,
    `INSERT INTO snapshot VALUES (${Array(15).fill('?').join(', ')})`,
    fileId,
    server.id,
    file.zxid,
    isWanted ? 1 : 0,
    isSound ? 1 : 0,
    znodes,
    sessions,
    dataBytes,
    newestZxid,
    trailer?.digest?.zxid ?? null,
    trailer?.digest?.version ?? null,
    trailer?.digest?.digest ?? null,
    trailer?.lastProcessedZxid ?? null,
    treeDigest,
    trailer?.seals[0]?.expected ?? null,
  );
  return isSound;
}

function load(
  { build }: ServerWriter,
  reader: SnapshotReader,
  snapshotId: number,
  file: DataFile,
  onProblem: OnProblem,
): SnapshotSums {
  const { database, options, acls } = build;
  const feed = build.pathFeed(file.size);
  try {
    const sums = loadSnapshot(reader, {
      database,
      acls,
      snapshotId,
      locate: feed === null ? anyPaths(build.paths, file.path, onProblem) : newPaths(feed),
      withoutData: options.withoutData ?? false,
      onProblem,
      onProgress: (bytes) => build.progress.within(bytes),
    });
    feed?.finish(database);
    return sums;
  } finally {
    feed?.close();
  }
}
