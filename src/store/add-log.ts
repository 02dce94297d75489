// One txn log into an index, new or known.
import type { DataFile } from '../datadir/data-dir.js';
import { type OnProblem, problem } from '../problems.js';
import { formatZxid } from '../records/zxid.js';
import { type LogPosition, type LogReader, openTxnLog } from '../txnlog/read-log.js';
import { row, run } from './database.js';
import { isUnchanged } from './file-table.js';
import { fileTail } from './file-tail.js';
import { type LastRecord, loadLog } from './load-log.js';
import { removeFile } from './remove-file.js';
import { type KnownLog, resumeAt } from './resume-log.js';
import { checkUnchanged, type ServerWriter } from './server-writer.js';

/** Adds a server's logs, oldest first. */
export function addLogs(server: ServerWriter): void {
  for (const file of server.dir.logs) server.attempt(file, () => addLog(server, file));
}

/** Adds a log, goes on where the last run ended, or finds it unchanged. */
function addLog(server: ServerWriter, file: DataFile): void {
  const { database, files } = server.build;
  const tail = fileTail(file.path);
  const known = server.files.known(file);
  if (known !== undefined) {
    const log = row(database, 'SELECT * FROM log WHERE id = ?', known.id) as KnownLog | undefined;
    // Raw logs of one size that were copied in one second can end in the same bytes: their last record tells.
    const isSame = file.codec !== 'raw' && isUnchanged(known, file, tail);
    const from = log === undefined || isSame ? null : resumeAt(file, log);
    if (log !== undefined && (isSame || from !== null)) {
      server.files.touch(known.id, file, tail);
      const found = from === null ? 0 : readOn(server, file, known.id, from, log);
      files[found > 0 ? 'grown' : 'unchanged']++;
      return;
    }
    removeFile(database, known.id);
  }
  files[known === undefined ? 'added' : 'readAgain']++;
  const fileId = server.files.add(file, tail);
  if (file.content === 'log') readOn(server, file, fileId);
}

/** Reads a log, from its start or from where an earlier run ended; returns how many txns it found. */
function readOn(
  server: ServerWriter,
  file: DataFile,
  fileId: number,
  from?: LogPosition,
  before?: KnownLog,
): number {
  const { database, progress } = server.build;
  if (from !== undefined) {
    const sql = `DELETE FROM problem WHERE file_id = ? AND ("offset" >= ? OR code = 'file-changed')`;
    run(database, sql, fileId, from.offset);
  }
  const found = server.reading(fileId, (onProblem) => {
    const reader = openTxnLog(file.path, from === undefined ? onProblem : unlessHeader(onProblem), from);
    try {
      const last = loadLog(reader, {
        database,
        txns: server.build.txns(server.clusterId),
        logId: fileId,
        onProblem,
        onProgress: (bytes) => progress.within(bytes),
      });
      if (before === undefined) checkFirstZxid(reader, file, onProblem);
      writeRow(server, reader, fileId, last, before);
      return reader.recordCount;
    } finally {
      checkUnchanged(reader.stream, onProblem);
      reader.close();
    }
  });
  return found ?? 0;
}

// The header is read again with every run; what is wrong with it is known.
function unlessHeader(onProblem: OnProblem): OnProblem {
  return (found) => {
    if (found.code !== 'file-format-version') onProblem(found);
  };
}

function checkFirstZxid({ firstZxid }: LogReader, file: DataFile, onProblem: OnProblem): void {
  if (firstZxid === null || firstZxid === file.zxid) return;
  const expected = `zxid ${formatZxid(file.zxid)}, as the name says`;
  const found = formatZxid(firstZxid);
  onProblem(problem('log-first-zxid', { file: file.path, offset: 16, expected, found }));
}

function writeRow(
  server: ServerWriter,
  reader: LogReader,
  fileId: number,
  last: LastRecord | null,
  before: KnownLog | undefined,
): void {
  const tail = reader.tail!;
  run(
    server.build.database,
    `INSERT OR REPLACE INTO log VALUES (${Array(10).fill('?').join(', ')})`,
    fileId,
    server.id,
    before?.first_zxid ?? reader.firstZxid,
    reader.lastZxid,
    BigInt(reader.recordCount) + (before?.txns ?? 0n),
    BigInt(reader.skipped) + (before?.skipped ?? 0n),
    tail.kind,
    tail.offset,
    last?.offset ?? before?.last_offset ?? null,
    last?.checksum ?? before?.last_checksum ?? null,
  );
}
