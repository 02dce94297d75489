// One pass over the logs of a directory for a moment: what they hold, and where the moment lies in it.
import type { DataDir } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { ContinuityBuilder, stepOf } from '../tree/continuity.js';
import type { LogSurvey, TxnMoment, When } from '../tree/log-survey.js';
import { LogFile } from './log-file.js';
import { logsAfter } from './logs-after.js';
import { mergeLogs } from './merge-logs.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/** Reads all logs once. Damaged ones count with what is left of them. */
export function surveyLogs(dir: DataDir, when: When, log: SourceLog): LogSurvey {
  const files = dir.logs.filter(({ content }) => content === 'log').map(({ path }) => path);
  return survey(files, log, ({ zxid, time }) => ('zxid' in when ? zxid > when.zxid : time > when.time));
}

/** What can be applied to the snapshot `base`: the moment is the last txn before the first hole behind it. */
export function surveyNewest(dir: DataDir, base: Zxid, log: SourceLog): LogSurvey {
  let last = base;
  return survey(logsAfter(dir.logs, base), log, ({ zxid }) => {
    if (stepOf(last, zxid)?.kind === 'hole') return true;
    if (zxid > last) last = zxid;
    return false;
  });
}

function survey(paths: readonly string[], log: SourceLog, isLater: (txn: TxnMoment) => boolean): LogSurvey {
  const files = paths.map((path) => new LogFile(path, log));
  const continuity = new ContinuityBuilder();
  let first: TxnMoment | null = null;
  let newest: TxnMoment | null = null;
  let next: TxnMoment | null = null;
  let stepBack: TxnMoment | null = null;
  let laterTxns = 0;
  try {
    for (const { record } of mergeLogs(files, null, new SlowScan(log), log)) {
      const { zxid, time } = record.header;
      continuity.note(zxid);
      newest = { zxid, time };
      first ??= newest;
      if (isLater(newest)) next ??= newest;
      else if (next !== null) stepBack = newest;
      if (next !== null) laterTxns++;
    }
  } finally {
    for (const file of files) file.close();
  }
  return { continuity, first, newest, next, laterTxns, stepBack };
}
