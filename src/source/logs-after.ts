import type { DataFile } from '../datadir/data-dir.js';

/** The logs that servers look into: those that begin above `zxid`, and the one before (FileTxnLog.getLogFiles). */
export function logsAfter(logs: readonly DataFile[], zxid: bigint): string[] {
  const before = logs.filter((file) => file.zxid <= zxid).at(-1);
  return logs
    .filter((file) => file.content === 'log' && (file === before || file.zxid > zxid))
    .map((file) => file.path);
}
