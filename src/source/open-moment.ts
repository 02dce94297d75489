// The tree of a server's directory at a moment, or the newest: the newest snapshot that serves, and the txns after it.
import type { DataDir } from '../datadir/data-dir.js';
import { InputError } from '../errors.js';
import { formatZxid } from '../records/zxid.js';
import { snapshotBase } from '../tree/base-tree.js';
import type { When } from '../tree/log-survey.js';
import { treeAt } from '../tree/tree-at.js';
import { noteLogDir } from './log-dir-note.js';
import { LogFile } from './log-file.js';
import { LogSource } from './log-source.js';
import { surveyLogs, surveyNewest } from './log-survey.js';
import { logsAfter } from './logs-after.js';
import {
  exactnessAsItStands,
  type MomentCandidate,
  type MomentPlace,
  type MomentPlan,
  momentOf,
  planMoment,
  planNewest,
} from './moment-plan.js';
import { isFirstTxn, NEW_TREE, NewTreeScan } from './new-tree.js';
import { ReplayedSource } from './replayed-source.js';
import type { ResolvedDirectory } from './resolve.js';
import { siblingWitnesses } from './sibling-logs.js';
import { SnapshotCandidate, snapshotCandidates } from './snapshot-ends.js';
import { SnapshotScan } from './snapshot-scan.js';
import { SnapshotSource } from './snapshot-source.js';
import type { SourceLog } from './source-log.js';
import type { ZnodeSource } from './sources.js';

/**
 * Opens the tree of a directory as it was at `when`; with null, the newest. A note says how sure that is.
 * @throws UsageError as `planMoment` does; InputError where a newest tree has no sound snapshot to begin with.
 */
export function openMoment(
  resolved: Omit<ResolvedDirectory, 'when'>,
  when: When | null,
  log: SourceLog,
): ZnodeSource {
  const { dir, name, close: release } = resolved;
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, name, log);
  const plan = planOf(resolved, when, log);
  const { base, to, nextSnapshot, witnesses, survey } = plan;
  const laterTxns = dir.logs.length === 0 ? null : survey.laterTxns;
  if (base instanceof SnapshotCandidate && when === null && to === base.zxid) {
    return asItStands(plan as MomentPlan<SnapshotCandidate>, name, laterTxns, log, release);
  }
  const isInFile = base instanceof SnapshotCandidate;
  // Made before the snapshot is read, so that it shows where the file changes from then on.
  const scan = isInFile
    ? new SnapshotScan(base.file.path, log)
    : new NewTreeScan(log.shown(dir.snapDir), log.report);
  const logs = new LogSource(name, logsAfter(dir.logs, base.zxid), log);
  const tree = treeAt({
    base: isInFile ? snapshotBase(base.file.path, base.zxid, base.name, log.report) : null,
    txns: () => logs.txns({ fromZxid: base.zxid + 1n }),
    to,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
    witnesses,
  });
  const moment = momentOf(plan, tree, name, log);
  const baseTree = () => {
    const { file, name: snapshot } = base as SnapshotCandidate;
    return new SnapshotSource(
      file.path,
      { name: `${name} ${snapshot}`, zxid: base.zxid, laterTxns: null },
      log,
    );
  };
  return new ReplayedSource(
    scan,
    tree,
    isInFile ? baseTree : null,
    { name: `${name} at ${formatZxid(to)}`, moment, laterTxns },
    log,
    release,
  );
}

function planOf(
  resolved: Omit<ResolvedDirectory, 'when'>,
  when: When | null,
  log: SourceLog,
): MomentPlan<MomentCandidate> {
  const place = directoryPlace(resolved, log);
  if (when !== null) return planMoment(place, when, log);
  const { dir, name } = resolved;
  const plan = planNewest(place, log);
  if (plan !== null) return plan;
  const [first] = dir.logs;
  if (first === undefined || !beginsHistory(first.path, log)) throw noSnapshot(dir);
  log.note(
    `${name}: none of its snapshots is sound; its logs begin with the first txn, and make the tree alone`,
  );
  return planNewest({ ...place, candidates: [NEW_TREE] }, log)!;
}

/** What there is in a directory to have a tree at a moment. Candidates that are no new tree are SnapshotCandidates. */
export function directoryPlace(
  { dir, name, siblings }: Omit<ResolvedDirectory, 'when'>,
  log: SourceLog,
): MomentPlace<MomentCandidate> {
  const candidates = candidatesOf(dir, log);
  return {
    name,
    candidates,
    damagedAfter: (base) => damagedAfter(base, dir, candidates),
    survey: (moment) => surveyLogs(dir, moment, log),
    surveyNewest: (base) => surveyNewest(dir, base, log),
    others: (steps) => siblingWitnesses(siblings, steps, log),
  };
}

function candidatesOf(dir: DataDir, log: SourceLog): readonly MomentCandidate[] {
  const [first] = dir.logs;
  if (dir.snapshots.length > 0 || first === undefined) return snapshotCandidates(dir, log);
  return beginsHistory(first.path, log) ? [NEW_TREE] : [];
}

/** True for a log whose first txn is the first of all: nothing was before it but a new tree. */
function beginsHistory(file: string, log: SourceLog): boolean {
  return isFirstTxn(new LogFile(file, log).firstZxid());
}

// No txn is to be applied: the snapshot is the tree, and is read for each question alone.
function asItStands(
  plan: MomentPlan<SnapshotCandidate>,
  name: string,
  laterTxns: number | null,
  log: SourceLog,
  release: () => void,
): SnapshotSource {
  const { base } = plan;
  const moment = momentOf(plan, { exactness: exactnessAsItStands(plan), doubtfulQuotas: [] }, name, log);
  const facts = { name: `${name} ${base.name}`, zxid: base.zxid, laterTxns, moment };
  return new SnapshotSource(base.file.path, facts, log, release);
}

/** Names of the snapshots behind a zxid of which none was sound, files that are only named as one included. */
function damagedAfter(base: bigint, dir: DataDir, candidates: readonly MomentCandidate[]): string[] {
  const isSound = (name: string) => candidates.some((one) => one.name === name && one.end() !== null);
  const newer = dir.snapshots.filter(({ zxid }) => zxid > base).map(({ name }) => name);
  return newer.filter((name) => !isSound(name));
}

function noSnapshot({ path, snapshots, logs: { length: count } }: DataDir): InputError {
  const names = snapshots.map(({ name }) => name).reverse();
  if (names.length > 0) {
    const reason = `none of its snapshots is sound (${names.join(', ')})`;
    return new InputError(path, `${reason}; name one as a file to see what is left of it`);
  }
  const logs =
    count > 0 ? `, only ${count === 1 ? '1 log' : `${count} logs`}; its txns can be read with "log"` : '';
  return new InputError(path, `no snapshot here${logs}`);
}
