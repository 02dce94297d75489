// Making an index, or bringing one up to date: whole or not at all.
//
// The work is done on a private file beside the target, which is synced and renamed over it at the end; a run that
// is killed leaves the old index as it was. What it left behind is removed by the next one.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DataDir } from '../datadir/data-dir.js';
import { IndexError } from '../errors.js';
import type { OnProblem } from '../problems.js';
import { type Database, isSqliteError, openForBuilding, openForReading } from './database.js';
import { IndexWriter, type SnapshotChoice } from './index-writer.js';
import { NotOrdinary } from './load-snapshot.js';
import { lock } from './lock.js';

/** A server's directory and the name it goes by. */
export interface ServerInput {
  readonly name: string;
  readonly dir: DataDir;
}

/** The servers of a cluster. */
export interface ClusterInput {
  readonly name: string;
  readonly servers: readonly ServerInput[];
}

export interface BuildOptions {
  /** Leave data out (default false). */
  readonly withoutData?: boolean;
  /** Which snapshots' znodes to load: the newest sound one of each server (default), all, or those with these zxids. */
  readonly snapshots?: SnapshotChoice;
  /** Record the SHA-256 of each input (default false). */
  readonly hash?: boolean;
  readonly onProblem?: OnProblem;
  /** Bytes of files read, and bytes there are to read. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** What a build did. */
export interface BuildSummary {
  readonly file: string;
  /** True where there was no index before. */
  readonly isNew: boolean;
  readonly clusters: number;
  readonly servers: number;
  /** Znodes in the index. */
  readonly znodes: number;
  /** Txns in the index. */
  readonly txns: number;
  /** Files of which something could not be read. */
  readonly badFiles: number;
  /** Files read in this run, wholly or from where the last one ended. */
  readonly filesRead: number;
}

/**
 * Makes the index `file` of these clusters, or brings it up to date: what is new is added, what changed is loaded
 * again, what vanished is marked gone.
 * @throws IndexError where `file` is not an index, another run writes it, or the disk refuses.
 */
export function buildIndex(
  file: string,
  clusters: readonly ClusterInput[],
  options: BuildOptions = {},
): BuildSummary {
  const isNew = !existsSync(file);
  if (!isNew) openForReading(file).close();
  const unlock = lock(file);
  const scratch = scratchName(file, process.pid);
  try {
    removeLeftovers(file);
    const summary = build(file, scratch, clusters, options, isNew);
    publish(scratch, file);
    return { file, isNew, ...summary };
  } catch (error) {
    if (isSqliteError(error)) throw new IndexError(file, `cannot be written: ${error.message}`);
    if (isFileSystemError(error)) throw new IndexError(file, `cannot be written: ${error.message}`);
    throw error;
  } finally {
    rmSync(scratch, { force: true });
    unlock();
  }
}

function build(
  file: string,
  scratch: string,
  clusters: readonly ClusterInput[],
  options: BuildOptions,
  isNew: boolean,
) {
  for (const isCareful of [false, true]) {
    if (!isNew) copyFileSync(file, scratch, constants.COPYFILE_FICLONE);
    closeSync(openSync(scratch, 'a', 0o600));
    const database = openForBuilding(scratch, isNew);
    try {
      return write(database, clusters, options, isNew && !isCareful);
    } catch (error) {
      // A first snapshot with a path twice, or a znode without its parent: once more, looking up every path.
      const isNotOrdinary = error instanceof NotOrdinary || isConstraint(error);
      if (!isNotOrdinary || isCareful) throw error;
    } finally {
      database.close();
    }
    rmSync(scratch, { force: true });
  }
  throw new Error('unreachable: the careful run either returns or throws');
}

function write(
  database: Database,
  clusters: readonly ClusterInput[],
  options: BuildOptions,
  isFast: boolean,
) {
  const writer = new IndexWriter(database, options, isFast);
  database.exec('BEGIN');
  writer.prepare();
  writer.expect(clusters.flatMap((cluster) => cluster.servers.map((server) => server.dir)));
  for (const cluster of clusters) {
    for (const server of cluster.servers) writer.addServer(cluster.name, server.name, server.dir);
  }
  const summary = writer.finish();
  database.exec('COMMIT');
  return summary;
}

function publish(scratch: string, file: string): void {
  chmodSync(scratch, 0o600);
  sync(scratch);
  renameSync(scratch, file);
  sync(dirname(file));
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function scratchName(file: string, pid: number | string): string {
  return join(dirname(file), `.${basename(file)}.${pid}.tmp`);
}

// Called under the lock, so that no other run is using them.
function removeLeftovers(file: string): void {
  const isLeftover = new RegExp(`^\\.${escapeRegExp(basename(file))}\\.\\d+\\.tmp(-journal)?$`);
  for (const name of readdirSync(dirname(file))) {
    if (isLeftover.test(name)) rmSync(join(dirname(file), name), { force: true });
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isConstraint(error: unknown): boolean {
  return isSqliteError(error) && error.code.startsWith('SQLITE_CONSTRAINT');
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
