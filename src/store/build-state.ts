// What all parts of one build share.
import { AclTable } from './acl-table.js';
import type { BuildOptions } from './build-index.js';
import type { Database } from './database.js';
import { CAN_FEED, PathFeed } from './path-feed.js';
import { PathTable } from './path-table.js';
import { BuildProgress } from './progress.js';
import { TxnTable } from './txn-table.js';

/** A build under way. */
export class BuildState {
  readonly database: Database;
  readonly options: BuildOptions;
  readonly progress: BuildProgress;
  readonly acls: AclTable;
  /** Files read in this run. */
  filesRead = 0;
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
