// A moment up to which a history is asked for: `DIR@WHEN`.
import { UsageError } from '../errors.js';
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { When } from '../tree/log-survey.js';
import { surveyLogs } from './log-survey.js';
import { findMoment } from './moment.js';
import type { ResolvedDirectory } from './resolve.js';
import { SourceLog } from './source-log.js';
import type { SourceOptions } from './source-options.js';

/**
 * The zxid that WHEN stands for in a directory's history; a note says where that is in doubt.
 * @throws UsageError where nothing here reaches it.
 */
export function historyEnd(
  { dir, name, shown }: ResolvedDirectory,
  when: When,
  options: SourceOptions,
): Zxid {
  const log = new SourceLog(options, shown);
  const [oldest, newest] = [dir.snapshots[0]?.zxid ?? 0n, dir.snapshots.at(-1)?.zxid ?? 0n];
  const found = findMoment(when, surveyLogs(dir, when, log), oldest, newest);
  if (found === null) throw new UsageError(`${name}: no txn here, and only they tell times`);
  const { zxid, against, doubt } = found;
  if (against !== null) {
    throw new UsageError(`${name}: ${formatZxid(zxid)} cannot be had: ${against}`);
  }
  if (doubt !== null) log.note(`${name}: ${doubt}`);
  return zxid;
}
