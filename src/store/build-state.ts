// What all parts of one build share.
import { AclTable } from './acl-table.js';
import type { BuildOptions } from './build-index.js';
import type { Database } from './database.js';
import { CAN_FEED, PathFeed } from './path-feed.js';
import { PathTable } from './path-table.js';
import { BuildProgress } from './progress.js';
import { TxnTable } from './txn-table.js';

/** What became of the files of a build. */
export interface FileCounts {
  /** Not in the index before. */
  added: number;
  /** Logs with txns behind the last one that was known. */
  grown: number;
  /** Read from the start again: rewritten or cut, or a snapshot whose znodes are loaded now. */
  readAgain: number;
  unchanged: number;
  /** In the index, and there no more since this run. */
  gone: number;
}

/** A build under way. */
export class BuildState {
  readonly database: Database;
  readonly options: BuildOptions;
  readonly progress: BuildProgress;
  readonly acls: AclTable;
  readonly files: FileCounts = { added: 0, grown: 0, readAgain: 0, unchanged: 0, gone: 0 };
  #sideFile: string | null;
  #txns: TxnTable | null = null;
  #paths: PathTable | null = null;

  /** With `sideFile` (for a new index) the first large snapshot may have its paths written there by a thread. */
  constructor(database: Database, options: BuildOptions, sideFile: string | null) {
    this.database = database;
    this.options = options;
    this.progress = new BuildProgress(options.onProgress);
    this.acls = new AclTable(database);
    this.#sideFile = sideFile;
  }

  get paths(): PathTable {
    this.#paths ??= new PathTable(this.database);
    return this.#paths;
  }

  /** The txns of a cluster; one table serves its logs, until those of another cluster come. */
  txns(clusterId: number): TxnTable {
    if (this.#txns?.clusterId !== clusterId) {
      const { database, paths, acls, options } = this;
      this.#txns = new TxnTable(database, clusterId, {
        paths,
        acls,
        withoutData: options.withoutData ?? false,
      });
    }
    return this.#txns;
  }

  /** A thread that takes the paths of a snapshot; null where the index has paths, or the file is small. */
  pathFeed(fileSize: number): PathFeed | null {
    const sideFile = this.#sideFile;
    if (sideFile === null || this.#paths !== null || !CAN_FEED) return null;
    if (fileSize < (this.options.threadFrom ?? THREAD_FROM)) return null;
    this.#sideFile = null;
    return new PathFeed(sideFile);
  }
}

/** Bytes; a thread takes 50 ms to start, in which 8 MiB are loaded without it. */
const THREAD_FROM = 32 * 1024 * 1024;
