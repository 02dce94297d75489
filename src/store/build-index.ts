// Making an index, or bringing one up to date: whole or not at all.
//
// The work is done on a private file beside the target, which is synced and renamed over it at the end; a run that
// is killed leaves the old index as it was. What it left behind is removed by the next one.
import { existsSync } from 'node:fs';
import type { DataDir } from '../datadir/data-dir.js';
import { IndexError } from '../errors.js';
import type { OnProblem } from '../problems.js';
import { isSqliteError, openForBuilding, openForReading, value } from './database.js';
import { type IndexTotals, makeTables, writeIndex } from './index-writer.js';
import { lock } from './lock.js';
import { NotOrdinary } from './path-feed.js';
import { readProblems } from './problem-table.js';
import type { OnProgress } from './progress.js';
import { ScratchFile } from './scratch-file.js';
import type { SnapshotChoice } from './snapshot-choice.js';

export type { SnapshotChoice } from './snapshot-choice.js';

/** A server's directory and the name it goes by. */
export interface ServerInput {
  readonly name: string;
  readonly dir: DataDir;
  /** What a file is called in the index; default: its path. A file from an archive lies in a temporary folder. */
  readonly shown?: (path: string) => string;
}

/** The servers of a cluster. */
export interface ClusterInput {
  readonly name: string;
  readonly servers: readonly ServerInput[];
}

export interface BuildOptions {
  /** Leave data out (default false). An index that was made so stays so. */
  readonly withoutData?: boolean;
  /** Which snapshots' znodes to load: the newest sound one of each server (default), all, or those with these zxids. */
  readonly snapshots?: SnapshotChoice;
  /** Record the SHA-256 of each input (default false). */
  readonly hash?: boolean;
  /** Called at the end with every problem that the index then holds. */
  readonly onProblem?: OnProblem;
  readonly onProgress?: OnProgress;
  /** Takes what should be known: servers that lack a chosen snapshot. */
  readonly onNote?: (text: string) => void;
  /** Bytes from which on the paths of a first snapshot are written by a thread of their own (default 32 MiB). */
  readonly threadFrom?: number;
}

/** What a build did, and what the index then holds. */
export interface BuildSummary extends IndexTotals {
  readonly file: string;
  /** True where there was no index before. */
  readonly isNew: boolean;
  /** How many txns more it has than before. */
  readonly newTxns: number;
}

/**
 * Makes the index `file` of these clusters, or brings it up to date: what is new is added, what changed is loaded
 * again, what vanished is marked gone.
 * @throws IndexError where `file` is not an index, another run writes it, or the disk refuses; UsageError where no
 * server has a chosen snapshot, or data is to be left out of an index that has some.
 */
export function buildIndex(
  file: string,
  clusters: readonly ClusterInput[],
  options: BuildOptions = {},
): BuildSummary {
  const unlock = lock(file);
  try {
    const isNew = !existsSync(file);
    const before = isNew ? 0 : countTxns(file);
    const scratch = new ScratchFile(file);
    try {
      const totals = build(scratch, isNew, clusters, options);
      scratch.publish();
      return { file, isNew, newTxns: totals.txns - before, ...totals };
    } finally {
      scratch.remove();
    }
  } catch (error) {
    if (!isSqliteError(error) && !isFileSystemError(error)) throw error;
    throw new IndexError(file, `cannot be written: ${error.message}`);
  } finally {
    unlock();
  }
}

/** Txns of an index. @throws IndexError where it is none. */
function countTxns(file: string): number {
  const database = openForReading(file);
  try {
    return Number(value(database, 'SELECT count(*) FROM txn'));
  } finally {
    database.close();
  }
}

function build(
  scratch: ScratchFile,
  isNew: boolean,
  clusters: readonly ClusterInput[],
  options: BuildOptions,
): IndexTotals {
  try {
    return write(scratch, isNew, clusters, options, isNew ? scratch.side : null);
  } catch (error) {
    if (!(error instanceof NotOrdinary)) throw error;
    return write(scratch, isNew, clusters, options, null);
  }
}

/** Writes the scratch file; `sideFile` see BuildState. */
function write(
  scratch: ScratchFile,
  isNew: boolean,
  clusters: readonly ClusterInput[],
  options: BuildOptions,
  sideFile: string | null,
): IndexTotals {
  scratch.prepare(isNew);
  const database = openForBuilding(scratch.path, isNew);
  try {
    if (isNew) makeTables(database);
    database.exec('BEGIN');
    const totals = writeIndex(database, scratch.target, clusters, options, sideFile);
    database.exec('COMMIT');
    if (options.onProblem) for (const problem of readProblems(database)) options.onProblem(problem);
    return totals;
  } finally {
    database.close();
  }
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
