// One pass over the logs of a directory for a moment: what they hold, and where the moment lies in it.
import type { DataDir } from '../datadir/data-dir.js';
import { ContinuityBuilder } from '../tree/continuity.js';
import type { LogSurvey, TxnMoment, When } from '../tree/log-survey.js';
import { LogFile } from './log-file.js';
import { mergeLogs } from './merge-logs.js';
import { SlowScan } from './slow-scan.js';
import type { SourceLog } from './source-log.js';

/** Reads all logs once. Damaged ones count with what is left of them. */
export function surveyLogs(dir: DataDir, when: When, log: SourceLog): LogSurvey {
  const files = dir.logs.filter(({ content }) => content === 'log').map(({ path }) => new LogFile(path, log));
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
      const isLater = 'zxid' in when ? zxid > when.zxid : time > when.time;
      if (isLater) next ??= newest;
      else if (next !== null) stepBack = newest;
      if (next !== null) laterTxns++;
    }
  } finally {
    for (const file of files) file.close();
  }
  return { continuity, first, newest, next, laterTxns, stepBack };
}
