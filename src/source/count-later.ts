// How many txns a server would replay over a snapshot.
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { LogFile } from './log-file.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/** Txns with a zxid above `zxid` in the logs of a directory, each zxid once. Damaged logs count with what is left. */
export function countLater(dir: DataDir, zxid: bigint, log: SourceLog): number {
  const slow = new SlowScan(log);
  let last = zxid;
  let count = 0;
  for (const path of logsAfter(dir.logs, zxid)) {
    const file = new LogFile(path, log);
    try {
      for (const record of file.records(slow)) {
        if (record.zxid <= last) continue;
        last = record.zxid;
        count++;
      }
    } finally {
      file.close();
    }
  }
  return count;
}

/** The logs that servers look into: those that begin above `zxid`, and the one before (FileTxnLog.getLogFiles). */
export function logsAfter(logs: readonly DataFile[], zxid: bigint): string[] {
  const before = logs.filter((file) => file.zxid <= zxid).at(-1);
  return logs
    .filter((file) => file.content === 'log' && (file === before || file.zxid > zxid))
    .map((file) => file.path);
}
