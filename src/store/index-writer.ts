// Writing servers into an index, new or known.
//
// What is known of a file decides how much of it is read again: one with the same size, time and last bytes not at
// all, a log from behind the last sound record where that record still stands there, anything else from the start.
import type { DataDir } from '../datadir/data-dir.js';
import { UsageError } from '../errors.js';
import { formatZxid } from '../records/zxid.js';
import { addLogs } from './add-log.js';
import { addSnapshots } from './add-snapshot.js';
import { judgeClusters } from './agreement.js';
import type { BuildOptions, ClusterInput } from './build-index.js';
import { BuildState, type FileCounts } from './build-state.js';
import { type Database, lacksData, run, value } from './database.js';
import { findImplied, forgetImplied } from './implied-deletes.js';
import { INDEXES, OWNER_INDEX, PATH_INDEX, TABLES, TXN_INDEX, VIEWS } from './schema.js';
import { ServerWriter } from './server-writer.js';
import { checkChoice } from './snapshot-choice.js';

/** What an index holds after a build. */
export interface IndexTotals {
  readonly clusters: number;
  readonly servers: number;
  /** Znodes of loaded snapshots. */
  readonly znodes: number;
  readonly txns: number;
  /** Files, gone ones apart, of which something could not be read. */
  readonly badFiles: number;
  /** Of this run. */
  readonly files: Readonly<FileCounts>;
}

/** Makes the tables where there are none. */
export function makeTables(database: Database): void {
  for (const { ddl } of TABLES) database.exec(ddl);
  database.exec(PATH_INDEX);
  database.exec(OWNER_INDEX);
}

/** Adds these clusters inside one transaction. `file` is the index's name for errors; `sideFile` see BuildState. */
export function writeIndex(
  database: Database,
  file: string,
  clusters: readonly ClusterInput[],
  options: BuildOptions,
  sideFile: string | null,
): IndexTotals {
  checkChoice(database, clusters, options.snapshots ?? 'newest', options.onNote ?? (() => {}));
  const build = new BuildState(database, withKnownData(database, file, options), sideFile);
  for (const { servers } of clusters) for (const { dir } of servers) build.progress.expect(dir);
  forgetImplied(database);
  for (const cluster of clusters) {
    for (const { name, dir, shown } of cluster.servers) {
      addServer(new ServerWriter(build, cluster.name, name, dir, shown), dir);
    }
  }
  for (const ddl of [TXN_INDEX, ...INDEXES]) database.exec(ddl);
  judgeClusters(database);
  findImplied(database);
  for (const { name, ddl } of VIEWS) {
    database.exec(`DROP VIEW IF EXISTS ${name}`);
    database.exec(ddl);
  }
  return totals(build);
}

function addServer(server: ServerWriter, dir: DataDir): void {
  addSnapshots(server, server.build.options.snapshots ?? 'newest');
  addLogs(server);
  server.build.files.gone += server.files.markGone([...dir.snapshots, ...dir.logs]);
}

// An index has the data of all that is in it, or of nothing.
function withKnownData(database: Database, file: string, options: BuildOptions): BuildOptions {
  const known = value(database, "SELECT value FROM meta WHERE key = 'data'");
  if (known === 'full' && options.withoutData === true) {
    throw new UsageError(`${file} has data in it`, 'write an index without data to another file');
  }
  const withoutData = known === undefined ? (options.withoutData ?? false) : lacksData(database);
  const choice = options.snapshots ?? 'newest';
  const snapshots = typeof choice === 'string' ? choice : choice.map(formatZxid).join(',');
  run(database, "INSERT OR REPLACE INTO meta VALUES ('data', ?)", withoutData ? 'none' : 'full');
  run(database, "INSERT OR REPLACE INTO meta VALUES ('snapshots', ?)", snapshots);
  return { ...options, withoutData };
}

function totals({ database, files }: BuildState): IndexTotals {
  const count = (sql: string) => Number(value(database, sql));
  return {
    clusters: count('SELECT count(*) FROM cluster'),
    servers: count('SELECT count(*) FROM server'),
    znodes: count('SELECT coalesce(sum(znodes), 0) FROM snapshot WHERE is_loaded = 1'),
    txns: count('SELECT count(*) FROM txn'),
    badFiles: count(BAD_FILES),
    files,
  };
}

// Not opened at all, opened as neither, or opened and damaged.
const BAD_FILES = `SELECT (SELECT count(DISTINCT path) FROM problem WHERE file_id IS NULL AND code = 'file-unreadable')
  + (SELECT count(*) FROM file f LEFT JOIN snapshot n ON n.id = f.id LEFT JOIN log l ON l.id = f.id
     WHERE f.is_gone = 0 AND NOT (coalesce(n.is_sound, 0)
       OR (l.id IS NOT NULL AND l.skipped = 0 AND l.tail <> 'corrupt')))`;
