// The tree of a server's directory at a moment: the newest snapshot that serves, and the txns after it.
import { formatZxid } from '../records/zxid.js';
import { snapshotBase } from '../tree/base-tree.js';
import type { ZxidStep } from '../tree/continuity.js';
import type { When } from '../tree/log-survey.js';
import { treeAt } from '../tree/tree-at.js';
import { logsAfter } from './count-later.js';
import { noteLogDir } from './log-dir-note.js';
import { LogSource } from './log-source.js';
import { surveyLogs } from './log-survey.js';
import { momentOf, planMoment } from './moment-plan.js';
import { ReplayedSource } from './replayed-source.js';
import type { ResolvedDirectory } from './resolve.js';
import { siblingWitnesses } from './sibling-logs.js';
import { snapshotCandidates } from './snapshot-ends.js';
import { SnapshotScan } from './snapshot-scan.js';
import type { SourceLog } from './source-log.js';

/**
 * Opens the tree of a directory as it was at `when`. A note says how sure that is.
 * @throws UsageError as `planMoment` does.
 */
export function openMoment(
  { dir, name, siblings, close: release }: Omit<ResolvedDirectory, 'when'>,
  when: When,
  log: SourceLog,
): ReplayedSource {
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, name, log);
  const candidates = snapshotCandidates(dir, log);
  const survey = (moment: When) => surveyLogs(dir, moment, log);
  const others = (steps: readonly ZxidStep[]) => siblingWitnesses(siblings, steps, log);
  const plan = planMoment({ name, candidates, survey, others }, when, log);
  const { base, to, nextSnapshot, witnesses } = plan;
  // Made before the snapshot is read, so that it shows where the file changes from then on.
  const scan = new SnapshotScan(base.file.path, log);
  const logs = new LogSource(name, logsAfter(dir.logs, base.zxid), log);
  const tree = treeAt({
    base: snapshotBase(base.file.path, base.zxid, base.name, log.report),
    txns: () => logs.txns({ fromZxid: base.zxid + 1n }),
    to,
    nextSnapshot,
    newestLogged: plan.survey.newest?.zxid ?? null,
    witnesses,
  });
  const moment = momentOf(plan, tree, name, log);
  const facts = { name: `${name} at ${formatZxid(to)}`, moment, laterTxns: plan.survey.laterTxns };
  return new ReplayedSource(scan, tree, facts, log, release);
}
