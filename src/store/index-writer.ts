// Writing a server's directory into an index, new or known.
//
// What is known of a file decides how much of it is read again: a snapshot with the same size and last bytes not at
// all, a log from behind the last sound record where that record still stands there, anything else from the start.
import { createHash } from 'node:crypto';
import { adler32 } from '../container/adler32.js';
import { FileBytes } from '../container/file-bytes.js';
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { FormatError, InputError } from '../errors.js';
import { type OnProblem, type Problem, problem, problemOf } from '../problems.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { readSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import { RECORD_FRAME_BYTES, RECORD_HEAD_BYTES } from '../txnlog/log-record.js';
import { type LogPosition, type LogReader, readLog } from '../txnlog/read-log.js';
import { AclTable } from './acl-table.js';
import type { BuildOptions } from './build-index.js';
import type { Database } from './database.js';
import { fileTail } from './file-tail.js';
import { loadLog } from './load-log.js';
import { loadSnapshot } from './load-snapshot.js';
import { PathTable } from './path-table.js';
import { scanSnapshot } from './scan-snapshot.js';
import { INDEXES, PATH_ID_BITS, PATH_INDEX, TABLES, TXN_INDEX, VIEWS } from './schema.js';

/** Which snapshots' znodes are loaded. */
export type SnapshotChoice = 'newest' | 'all' | readonly bigint[];

interface KnownFile {
  readonly id: bigint;
  readonly kind: string;
  readonly name: string;
  readonly size: bigint;
  readonly tail: Buffer | null;
}

interface KnownLog {
  readonly first_zxid: bigint | null;
  readonly last_zxid: bigint | null;
  readonly txns: bigint;
  readonly skipped: bigint;
  readonly tail_offset: bigint;
  readonly last_offset: bigint | null;
  readonly last_checksum: bigint | null;
}

/** Adds servers to a database that `buildIndex` opened. */
export class IndexWriter {
  readonly #database: Database;
  readonly #options: BuildOptions;
  readonly #onProblem: OnProblem;
  #paths!: PathTable;
  #acls!: AclTable;
  // True while the path table has no index: the first snapshot of a new index is being loaded.
  #isFirst: boolean;
  #totalBytes = 0;
  #doneBytes = 0;
  #filesRead = 0;
  #badFiles = new Set<number>();

  constructor(database: Database, options: BuildOptions, isFast: boolean) {
    this.#database = database;
    this.#options = options;
    this.#onProblem = options.onProblem ?? (() => {});
    this.#isFirst = isFast;
  }

  /** Makes the tables where there are none yet. */
  prepare(): void {
    const hasTables = this.#get('SELECT 1 FROM sqlite_schema WHERE name = ?', 'znode') !== undefined;
    if (!hasTables) for (const { ddl } of TABLES) this.#database.exec(ddl);
    this.#paths = new PathTable(this.#database);
    this.#acls = new AclTable(this.#database);
    if (!this.#isFirst) this.#database.exec(PATH_INDEX);
  }

  /** Says which directories will follow, for the progress. */
  expect(dirs: readonly DataDir[]): void {
    for (const dir of dirs) for (const file of [...dir.snapshots, ...dir.logs]) this.#totalBytes += file.size;
  }

  addServer(clusterName: string, name: string, dir: DataDir): void {
    const serverId = this.#serverRow(clusterName, name, dir);
    const known = this.#knownFiles(serverId);
    for (const found of dir.problems) this.#addProblem(null, found, dir);
    this.#addSnapshots(serverId, dir, known);
    for (const file of dir.logs) this.#attempt(file, () => this.#addLog(serverId, file, known));
    const present = new Set([...dir.snapshots, ...dir.logs].map(keyOf));
    for (const file of known.values()) {
      if (!present.has(keyOf(file))) this.#run('UPDATE file SET is_gone = 1 WHERE id = ?', file.id);
    }
  }

  /** Makes indexes and views; returns what the index holds. */
  finish() {
    for (const ddl of [PATH_INDEX, TXN_INDEX, ...INDEXES]) this.#database.exec(ddl);
    for (const { name, ddl } of VIEWS) {
      this.#database.exec(`DROP VIEW IF EXISTS ${name}`);
      this.#database.exec(ddl);
    }
    const meta = this.#database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
    meta.run('data', this.#options.withoutData ? 'none' : 'full');
    const count = (sql: string) => Number(this.#get(sql));
    return {
      clusters: count('SELECT count(*) FROM cluster'),
      servers: count('SELECT count(*) FROM server'),
      znodes: count('SELECT coalesce(sum(znodes), 0) FROM snapshot WHERE is_loaded = 1'),
      txns: count('SELECT count(*) FROM txn'),
      badFiles: this.#badFiles.size,
      filesRead: this.#filesRead,
    };
  }

  #serverRow(clusterName: string, name: string, dir: DataDir): bigint {
    this.#run('INSERT OR IGNORE INTO cluster (name) VALUES (?)', clusterName);
    const clusterId = this.#get('SELECT id FROM cluster WHERE name = ?', clusterName);
    const epoch = (file: string) => dir.epochs.find((one) => one.name === file)?.epoch ?? null;
    this.#run(
      `INSERT INTO server (cluster_id, name, data_dir, log_dir, myid, current_epoch, accepted_epoch)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (cluster_id, name) DO UPDATE SET data_dir = excluded.data_dir, log_dir = excluded.log_dir,
         myid = excluded.myid, current_epoch = excluded.current_epoch, accepted_epoch = excluded.accepted_epoch`,
      clusterId,
      name,
      dir.snapDir,
      dir.logDir,
      dir.myid,
      epoch('currentEpoch'),
      epoch('acceptedEpoch'),
    );
    return this.#get('SELECT id FROM server WHERE cluster_id = ? AND name = ?', clusterId, name) as bigint;
  }

  #knownFiles(serverId: bigint): Map<string, KnownFile> {
    const rows = this.#database.prepare('SELECT id, kind, name, size, tail FROM file WHERE server_id = ?');
    return new Map((rows.all(serverId) as KnownFile[]).map((file) => [keyOf(file), file]));
  }

  // Newest first: the first sound one is the tree that a server would load.
  #addSnapshots(serverId: bigint, dir: DataDir, known: Map<string, KnownFile>): void {
    const choice = this.#options.snapshots ?? 'newest';
    let hasSound = false;
    for (const file of [...dir.snapshots].reverse()) {
      const isWanted: boolean =
        choice === 'all' || (choice === 'newest' ? !hasSound : choice.includes(file.zxid));
      const isSound: boolean | undefined = this.#attempt(file, () =>
        this.#addSnapshot(serverId, file, isWanted, known),
      );
      hasSound ||= isSound === true;
    }
  }

  /** Returns whether the snapshot is sound. */
  #addSnapshot(serverId: bigint, file: DataFile, isWanted: boolean, known: Map<string, KnownFile>): boolean {
    const before = known.get(keyOf(file));
    const tail = fileTail(file.path);
    if (before !== undefined) {
      const row = this.#row('SELECT is_loaded, is_sound FROM snapshot WHERE id = ?', before.id);
      const isSame = before.size === BigInt(file.size) && before.tail !== null && tail.equals(before.tail);
      if (isSame && row !== undefined && (row.is_loaded === 1n || !isWanted)) {
        this.#touch(before.id, file);
        if (row.is_loaded === 1n && !isWanted) this.#unloadZnodes(before.id);
        this.#advance(file);
        return row.is_sound === 1n;
      }
      this.#removeFile(before.id);
    }
    const fileId = this.#fileRow(serverId, file, tail);
    if (file.content !== 'snapshot') {
      this.#badFiles.add(fileId);
      this.#advance(file);
      return false;
    }
    return this.#reading(file, fileId, (onProblem) => {
      const reader = readSnapshot(file.path, onProblem);
      try {
        return this.#readSnapshot(reader, serverId, fileId, file, isWanted, onProblem);
      } finally {
        this.#checkUnchanged(reader.stream.hasChanged(), file, onProblem);
        reader.close();
      }
    });
  }

  #readSnapshot(
    reader: SnapshotReader,
    serverId: bigint,
    fileId: number,
    file: DataFile,
    isWanted: boolean,
    onProblem: OnProblem,
  ): boolean {
    const onProgress = (bytes: number) => this.#progress(bytes);
    let sums: { znodes: number; sessions: number; dataBytes: number; newestZxid: bigint };
    if (isWanted) {
      sums = loadSnapshot(reader, {
        database: this.#database,
        paths: this.#paths,
        acls: this.#acls,
        snapshotId: fileId,
        withoutData: this.#options.withoutData ?? false,
        isFirst: this.#isFirst,
        onProblem,
        onProgress,
      });
      if (this.#isFirst) this.#database.exec(PATH_INDEX);
      this.#isFirst = false;
    } else sums = scanSnapshot(reader, onProgress);
    const { trailer, isSound } = reader;
    this.#run(
      `INSERT INTO snapshot VALUES (${Array(13).fill('?').join(', ')})`,
      fileId,
      serverId,
      file.zxid,
      isWanted ? 1 : 0,
      isSound ? 1 : 0,
      sums.znodes,
      sums.sessions,
      sums.dataBytes,
      sums.newestZxid,
      trailer?.digest?.zxid ?? null,
      trailer?.digest?.version ?? null,
      trailer?.digest?.digest ?? null,
      trailer?.lastProcessedZxid ?? null,
    );
    if (!isSound) this.#badFiles.add(fileId);
    return isSound;
  }

  #addLog(serverId: bigint, file: DataFile, known: Map<string, KnownFile>): void {
    const before = known.get(keyOf(file));
    const tail = fileTail(file.path);
    this.#database.exec(TXN_INDEX);
    if (before !== undefined) {
      const row = this.#row('SELECT * FROM log WHERE id = ?', before.id) as KnownLog | undefined;
      const isSame = before.size === BigInt(file.size) && before.tail !== null && tail.equals(before.tail);
      if (row !== undefined && file.codec !== 'raw' && isSame) {
        this.#touch(before.id, file);
        this.#advance(file);
        return;
      }
      const from = row === undefined || file.codec !== 'raw' ? null : resumeAt(file, row);
      if (from !== null) {
        this.#touch(before.id, file, tail);
        this.#readLog(serverId, Number(before.id), file, from, row);
        return;
      }
      this.#removeFile(before.id);
    }
    const fileId = this.#fileRow(serverId, file, tail);
    if (file.content !== 'log') {
      this.#badFiles.add(fileId);
      this.#advance(file);
      return;
    }
    this.#readLog(serverId, fileId, file);
  }

  #readLog(serverId: bigint, fileId: number, file: DataFile, from?: LogPosition, before?: KnownLog): void {
    if (from !== undefined) {
      this.#run('DELETE FROM problem WHERE file_id = ? AND "offset" >= ?', fileId, from.offset);
    }
    this.#reading(file, fileId, (onProblem) => {
      const reader = readLog(file.path, onProblem, from);
      try {
        const last = loadLog(reader, {
          database: this.#database,
          paths: this.#paths,
          acls: this.#acls,
          clusterId: Number(this.#get('SELECT cluster_id FROM server WHERE id = ?', serverId)),
          logId: fileId,
          withoutData: this.#options.withoutData ?? false,
          onProblem,
          onProgress: (bytes) => this.#progress(bytes),
        });
        this.#logRow(reader, serverId, fileId, file, last, before);
      } finally {
        this.#checkUnchanged(reader.stream.hasChanged(), file, onProblem);
        reader.close();
      }
    });
  }

  #logRow(
    reader: LogReader,
    serverId: bigint,
    fileId: number,
    file: DataFile,
    last: { offset: number; checksum: number } | null,
    before?: KnownLog,
  ): void {
    const tail = reader.tail!;
    const firstZxid = before?.first_zxid ?? reader.firstZxid;
    if (firstZxid !== null && firstZxid !== file.zxid && before === undefined) {
      const expected = `zxid 0x${file.zxid.toString(16)}, as the name says`;
      const found = `0x${firstZxid.toString(16)}`;
      this.#addProblem(fileId, problem('log-first-zxid', { file: file.path, offset: 16, expected, found }));
    }
    this.#run(
      `INSERT OR REPLACE INTO log VALUES (${Array(10).fill('?').join(', ')})`,
      fileId,
      serverId,
      firstZxid,
      reader.lastZxid,
      BigInt(reader.recordCount) + (before?.txns ?? 0n),
      BigInt(reader.skipped) + (before?.skipped ?? 0n),
      tail.kind,
      tail.offset,
      last?.offset ?? before?.last_offset ?? null,
      last?.checksum ?? before?.last_checksum ?? null,
    );
    if (!reader.isSound) this.#badFiles.add(fileId);
  }

  // Runs the reading of one file; what it finds goes to the problem table, what ends it too.
  #reading<T>(file: DataFile, fileId: number, read: (onProblem: OnProblem) => T): T | false {
    const onProblem = (found: Problem) => this.#addProblem(fileId, found);
    this.#filesRead++;
    if (this.#options.hash) this.#run('UPDATE file SET sha256 = ? WHERE id = ?', sha256(file.path), fileId);
    try {
      return read(onProblem);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#badFiles.add(fileId);
      onProblem(problemOf(error));
      return false;
    } finally {
      this.#advance(file);
    }
  }

  // A file that vanishes or cannot be read is a finding; the others are read all the same.
  #attempt<T>(file: DataFile, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#badFiles.add(-1 - this.#badFiles.size);
      this.#addProblem(
        null,
        problem('file-unreadable', {
          file: file.path,
          offset: 0,
          expected: `a ${file.kind}`,
          found: error.reason,
        }),
      );
      return undefined;
    }
  }

  #checkUnchanged(hasChanged: boolean, file: DataFile, onProblem: OnProblem): void {
    if (!hasChanged) return;
    const found = 'another size or time after reading';
    onProblem(problem('file-changed', { file: file.path, offset: 0, expected: 'an unchanging file', found }));
  }

  #addProblem(fileId: number | null, found: Problem, dir?: DataDir): void {
    if (dir !== undefined)
      this.#run('DELETE FROM problem WHERE path = ? AND code = ?', found.file, found.code);
    const { code, severity, file, offset, expected, where } = found;
    this.#run(
      `INSERT INTO problem (file_id, code, severity, path, "offset", expected, found, context)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      fileId,
      code,
      severity,
      file,
      offset,
      expected,
      found.found,
      where ?? null,
    );
    this.#onProblem(found);
  }

  #fileRow(serverId: bigint, file: DataFile, tail: Buffer): number {
    const { kind, name, path, zxid, size, mtimeMs, codec, content } = file;
    const { lastInsertRowid } = this.#run(
      `INSERT INTO file (server_id, kind, name, path, zxid, size, mtime, codec, content, tail, is_gone)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
      serverId,
      kind,
      name,
      path,
      zxid,
      size,
      Math.floor(mtimeMs),
      codec,
      content,
      tail,
    );
    return Number(lastInsertRowid);
  }

  #touch(fileId: bigint, file: DataFile, tail?: Buffer): void {
    this.#run(
      'UPDATE file SET path = ?, size = ?, mtime = ?, tail = coalesce(?, tail), is_gone = 0 WHERE id = ?',
      file.path,
      file.size,
      Math.floor(file.mtimeMs),
      tail ?? null,
      fileId,
    );
  }

  #removeFile(fileId: bigint): void {
    this.#unloadZnodes(fileId);
    this.#run('DELETE FROM snapshot WHERE id = ?', fileId);
    this.#removeRecords(fileId);
    this.#run('DELETE FROM log WHERE id = ?', fileId);
    this.#run('DELETE FROM problem WHERE file_id = ?', fileId);
    this.#run('DELETE FROM file WHERE id = ?', fileId);
  }

  #unloadZnodes(snapshotId: bigint): void {
    const [first, next] = [snapshotId << BigInt(PATH_ID_BITS), (snapshotId + 1n) << BigInt(PATH_ID_BITS)];
    this.#run('DELETE FROM znode WHERE id >= ? AND id < ?', first, next);
    for (const table of ['session', 'snapshot_acl']) {
      this.#run(`DELETE FROM ${table} WHERE snapshot_id = ?`, snapshotId);
    }
    this.#run('UPDATE snapshot SET is_loaded = 0 WHERE id = ?', snapshotId);
  }

  // Txns that no other log holds go with their record.
  #removeRecords(logId: bigint): void {
    this.#database.exec(INDEXES.find((ddl) => ddl.includes('record_by_txn'))!);
    this.#database.exec('CREATE TEMP TABLE orphaned (id INTEGER PRIMARY KEY)');
    this.#run('INSERT OR IGNORE INTO orphaned SELECT txn_id FROM record WHERE log_id = ?', logId);
    this.#run('DELETE FROM record WHERE log_id = ?', logId);
    this.#run('DELETE FROM orphaned WHERE EXISTS (SELECT 1 FROM record WHERE txn_id = orphaned.id)');
    this.#run('DELETE FROM op WHERE txn_id IN (SELECT id FROM orphaned)');
    this.#run('DELETE FROM txn WHERE id IN (SELECT id FROM orphaned)');
    this.#database.exec('DROP TABLE orphaned');
  }

  #progress(fileBytes: number): void {
    this.#options.onProgress?.(this.#doneBytes + fileBytes, this.#totalBytes);
  }

  #advance(file: DataFile): void {
    this.#doneBytes += file.size;
    this.#progress(0);
  }

  #run(sql: string, ...values: unknown[]) {
    return this.#database.prepare(sql).run(...values);
  }

  #get(sql: string, ...values: unknown[]): unknown {
    return this.#database
      .prepare(sql)
      .pluck()
      .get(...values);
  }

  #row(sql: string, ...values: unknown[]): Record<string, unknown> | undefined {
    return this.#database.prepare(sql).get(...values) as Record<string, unknown> | undefined;
  }
}

function keyOf({ kind, name }: { kind: string; name: string }): string {
  return `${kind} ${name}`;
}

/** Where to go on in a log that was read before; null where its last sound record no longer stands there. */
function resumeAt(
  file: DataFile,
  { last_offset, last_checksum, last_zxid, tail_offset }: KnownLog,
): LogPosition | null {
  if (last_offset === null || last_zxid === null || BigInt(file.size) < tail_offset) return null;
  const bytes = new FileBytes(file.path);
  try {
    const record = Buffer.alloc(Number(tail_offset - last_offset));
    if (bytes.readAt(record, Number(last_offset)) < record.length) return null;
    const isSame = file.content === 'log' && isRecord(record, last_checksum, last_zxid);
    return isSame ? { offset: Number(tail_offset), zxid: last_zxid } : null;
  } finally {
    bytes.close();
  }
}

// The same sound record as before: its checksum, which is right, and its zxid.
function isRecord(record: Buffer, checksum: bigint | null, zxid: bigint): boolean {
  if (record.length < RECORD_FRAME_BYTES + TXN_HEADER_BYTES) return false;
  const [start, end] = [RECORD_HEAD_BYTES, record.length - 1];
  const isSame = record.readBigInt64BE(0) === checksum && record.readBigInt64BE(start + 12) === zxid;
  return isSame && BigInt(adler32(record, start, end)) === checksum;
}

function sha256(path: string): string {
  const hash = createHash('sha256');
  const bytes = new FileBytes(path);
  try {
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    for (let read = bytes.read(chunk); read > 0; read = bytes.read(chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    bytes.close();
  }
  return hash.digest('hex');
}
