// What the steps of writing one server share.
import { fileChanged } from '../container/file-changed.js';
import type { PlainStream } from '../container/plain-stream.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { ensembleFiles } from '../datadir/ensemble-config.js';
import { FormatError, InputError } from '../errors.js';
import { type OnProblem, problem, problemOf } from '../problems.js';
import type { BuildState } from './build-state.js';
import { run, value } from './database.js';
import { FileTable } from './file-table.js';
import { ProblemTable } from './problem-table.js';
import { removeFile } from './remove-file.js';

/** A server's rows: itself, its files, what is wrong with them. */
export class ServerWriter {
  readonly build: BuildState;
  readonly dir: DataDir;
  readonly clusterId: number;
  readonly id: number;
  readonly files: FileTable;
  readonly #problems: ProblemTable;

  /** `shown` gives a path the name it has in the index. */
  constructor(build: BuildState, clusterName: string, name: string, dir: DataDir, shown = asIs) {
    const { database, options } = build;
    this.build = build;
    this.dir = dir;
    run(database, 'INSERT OR IGNORE INTO cluster (name) VALUES (?)', clusterName);
    this.clusterId = Number(value(database, 'SELECT id FROM cluster WHERE name = ?', clusterName));
    this.#writeRow(name, shown);
    const sql = 'SELECT id FROM server WHERE cluster_id = ? AND name = ?';
    this.id = Number(value(database, sql, this.clusterId, name));
    this.files = new FileTable(database, this.id, shown, options.hash ?? false);
    this.#problems = new ProblemTable(database, this.id, shown);
    run(database, 'DELETE FROM problem WHERE server_id = ? AND file_id IS NULL', this.id);
    for (const found of dir.problems) this.#problems.add(null, found);
    run(database, 'DELETE FROM config WHERE server_id = ?', this.id);
    for (const { file, text } of ensembleFiles(dir)) {
      run(database, 'INSERT INTO config VALUES (?, ?, ?)', this.id, shown(file), text);
    }
  }

  #writeRow(name: string, shown: (path: string) => string): void {
    const { snapDir, logDir, myid, epochs } = this.dir;
    const epoch = (file: string) => epochs.find((one) => one.name === file)?.epoch ?? null;
    run(
      this.build.database,
      `INSERT INTO server (cluster_id, name, data_dir, log_dir, myid, current_epoch, accepted_epoch)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (cluster_id, name) DO UPDATE SET data_dir = excluded.data_dir, log_dir = excluded.log_dir,
         myid = excluded.myid, current_epoch = excluded.current_epoch, accepted_epoch = excluded.accepted_epoch`,
      this.clusterId,
      name,
      shown(snapDir),
      shown(logDir),
      myid,
      epoch('currentEpoch'),
      epoch('acceptedEpoch'),
    );
  }

  /** Takes problems of a file. */
  onProblem(fileId: number): OnProblem {
    return (found) => this.#problems.add(fileId, found);
  }

  /**
   * Deals with one file: `add` returns what it made of it. A file that vanishes or cannot be read is a finding; the
   * others are read all the same.
   */
  attempt<T>(file: DataFile, add: () => T): T | null {
    try {
      return add();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const known = this.files.known(file);
      if (known !== undefined) run(this.build.database, 'UPDATE file SET is_gone = 1 WHERE id = ?', known.id);
      const expected = `a ${file.kind}`;
      const found = problem('file-unreadable', { file: file.path, offset: 0, expected, found: error.reason });
      this.#problems.add(null, found);
      return null;
    } finally {
      this.build.progress.finish(file);
    }
  }

  /**
   * Runs `read` on a file that has a row. Damage that ends the reading becomes a problem of the file, and the
   * result null; a file that can be read no further leaves no row.
   */
  reading<T>(fileId: number, read: (onProblem: OnProblem) => T): T | null {
    const onProblem = this.onProblem(fileId);
    try {
      return read(onProblem);
    } catch (error) {
      if (error instanceof InputError) removeFile(this.build.database, fileId);
      if (!(error instanceof FormatError)) throw error;
      onProblem(problemOf(error));
      return null;
    }
  }
}

const asIs = (path: string) => path;

/** Reports a file that is not what it was when it was opened. */
export function checkUnchanged(stream: PlainStream, onProblem: OnProblem): void {
  const change = fileChanged(stream);
  if (change !== null) onProblem(change);
}
