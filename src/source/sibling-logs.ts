// What the other servers of a folder or an archive tell of where epochs begin: of their logs only those are read that
// hold the end of the old epoch and the begin of the new one.
import type { DataDir, DataFile } from '../datadir/data-dir.js';
import { ContinuityBuilder, type ZxidStep } from '../tree/continuity.js';
import { joinRuns, type SnapshotMark } from '../tree/holdings.js';
import { OtherServers } from '../tree/other-servers.js';
import { LogFile } from './log-file.js';
import { mergeLogs } from './merge-logs.js';
import type { NamedDir } from './servers.js';
import { SlowScan } from './slow-scan.js';
import { type SnapshotCandidate, snapshotCandidates } from './snapshot-ends.js';
import { SourceLog } from './source-log.js';

/** What servers that lie beside the one that is read tell of these changes of epoch; null where there are none. */
export function siblingWitnesses(
  siblings: readonly NamedDir[],
  steps: readonly ZxidStep[],
  log: SourceLog,
): OtherServers | null {
  if (siblings.length === 0 || steps.length === 0) return null;
  // What is wrong with their files is no problem of what was asked for.
  const silent = new SourceLog({ ...log.options, onProblem: () => {}, onNote: () => {} });
  const servers = siblings.map(({ name, dir }) => ({
    server: name,
    runs: joinRuns(steps.flatMap((step) => runsAround(dir, step, silent))),
    snapshots: marksOf(dir, silent),
  }));
  return new OtherServers(servers, 1);
}

function runsAround(dir: DataDir, { after, next }: ZxidStep, log: SourceLog) {
  const logs = dir.logs.filter(({ content }) => content === 'log');
  const files = logs.filter((file, i) => reaches(file, logs[i + 1], after, next));
  const open = files.map(({ path }) => new LogFile(path, log));
  const continuity = new ContinuityBuilder();
  try {
    for (const { record } of mergeLogs(open, next, new SlowScan(log), log)) continuity.note(record.zxid);
  } finally {
    for (const file of open) file.close();
  }
  return continuity.runs;
}

/** True where a log, by its name and that of the one behind it, may hold zxids of a range. */
function reaches(file: DataFile, behind: DataFile | undefined, from: bigint, to: bigint): boolean {
  return file.zxid <= to && (behind === undefined || behind.zxid > from);
}

/** The snapshots of a server. */
export function marksOf(dir: DataDir, log: SourceLog): SnapshotMark[] {
  return snapshotCandidates(dir, log).map(markOf);
}

// The digest stands at the end of the file: it is read only where it is asked for.
function markOf(candidate: SnapshotCandidate): SnapshotMark {
  return {
    zxid: candidate.zxid,
    get digestZxid() {
      return candidate.digestZxid();
    },
    newestZxid: 0n,
  };
}
