// The tree of a server's directory at a moment: the newest snapshot that serves, and the txns after it.
import type { DataDir } from '../datadir/data-dir.js';
import { UsageError } from '../errors.js';
import { displayText } from '../jute/raw-text.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import { snapshotBase } from '../tree/base-tree.js';
import { chooseBase, nearestServed, servedRanges } from '../tree/choose-base.js';
import { stepOf } from '../tree/continuity.js';
import type { Witnesses } from '../tree/epoch-steps.js';
import { treeAt } from '../tree/tree-at.js';
import { logsAfter } from './count-later.js';
import { noteLogDir } from './log-dir-note.js';
import { LogSource } from './log-source.js';
import { type LogSurvey, surveyLogs } from './log-survey.js';
import { findMoment, timeText } from './moment.js';
import type { When } from './parse.js';
import { ReplayedSource } from './replayed-source.js';
import { type SnapshotCandidate, snapshotCandidates } from './snapshot-ends.js';
import { SnapshotScan } from './snapshot-scan.js';
import type { SourceLog } from './source-log.js';
import type { Moment } from './sources.js';

/**
 * Opens the tree of a directory as it was at `when`. A note says how sure that is. `name` is what the directory is
 * called.
 * @throws UsageError, with the nearest moments that can be had, where there is no such tree here; with
 * `options.inexact` only where there is none that is anything like it.
 */
export function openMoment(
  dir: DataDir,
  name: string,
  when: When,
  log: SourceLog,
  release: () => void,
): ReplayedSource {
  for (const problem of dir.problems) log.report(problem);
  noteLogDir(dir, name, log);
  const candidates = snapshotCandidates(dir, log);
  const [oldest, newest] = [candidates[0], candidates.at(-1)];
  const survey = surveyLogs(dir, when, log);
  if (oldest === undefined || newest === undefined) {
    throw new UsageError(
      `${name}: no snapshot here, so there is no tree to begin with`,
      '"zoolog log" shows its txns',
    );
  }
  const found = findMoment(when, survey, oldest.zxid, newest.zxid);
  if (found === null) {
    const hint = `type a zxid: ${name}@${formatZxid(newest.zxid)}`;
    throw new UsageError(`${name}: no txn here, and only they tell times`, hint);
  }
  const { zxid: to, doubt } = found;
  const choice = chooseBase(candidates, survey.continuity, to);
  const against =
    found.against ??
    (choice === null ? noneBefore(candidates, to) : (choice.against ?? holeAt(choice.base.zxid, to, survey)));
  if (choice === null || (against !== null && !log.options.inexact)) {
    const what = 'time' in when ? `the tree of ${timeText(when.time)}` : `the tree at ${formatZxid(to)}`;
    const ranges = servedRanges(candidates, survey.continuity);
    throw new UsageError(
      `${name}: ${what} cannot be had: ${against}`,
      hintOf(name, nearestServed(ranges, to), choice !== null),
    );
  }
  noteStepBack(survey, name, log);
  const { base, nextSnapshot } = choice;
  // Made before the snapshot is read, so that it shows where the file changes from then on.
  const scan = new SnapshotScan(base.file.path, log);
  const logs = new LogSource(name, logsAfter(dir.logs, base.zxid), log);
  const tree = treeAt({
    base: snapshotBase(base.file.path, base.zxid, base.name, log.report),
    txns: () => logs.txns({ fromZxid: base.zxid + 1n }),
    to,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
    witnesses: { snapshots: newEpochs(candidates, base.zxid, survey) },
  });
  const reason = against ?? doubt ?? tree.exactness.reason;
  const exactness = against === null && doubt === null ? tree.exactness.label : 'unproven';
  const moment: Moment = { zxid: to, exactness, reason };
  log.note(momentNote(name, moment));
  if (tree.doubtfulQuotas.length > 0) {
    const paths = tree.doubtfulQuotas.map(displayText).join(', ');
    log.note(`${name}: with a quota below another, servers may have other counts in ${paths}`);
  }
  const facts = { name: `${name} at ${formatZxid(to)}`, moment, laterTxns: survey.laterTxns };
  return new ReplayedSource(scan, tree, facts, log, release);
}

/** What is said of a tree at a moment. */
export function momentNote(name: string, { zxid, exactness, reason }: Moment): string {
  const label = exactness === 'exact' ? exactness : `${exactness}: ${reason}`;
  return `${name}: the tree at ${formatZxid(zxid)}, ${label}`;
}

function noneBefore(candidates: readonly SnapshotCandidate[], to: Zxid): string {
  const damaged = candidates.filter((one) => one.zxid <= to).map((one) => one.name);
  return damaged.length === 0
    ? `the oldest snapshot is ${candidates[0]!.name}, newer than that`
    : `every older snapshot is damaged (${damaged.join(', ')})`;
}

/** That a moment lies in a hole of the logs: then nobody knows what was done before it; null where it does not. */
function holeAt(base: Zxid, to: Zxid, { continuity }: LogSurvey): string | null {
  let after = base;
  for (const run of continuity.runs) {
    if (run.to >= to && run.from <= to) return null;
    if (run.from > to) {
      if (after === to || stepOf(after, run.from)?.kind !== 'hole') return null;
      return `txns between ${formatZxid(after)} and ${formatZxid(run.from)} are missing`;
    }
    if (run.to > after) after = run.to;
  }
  return null;
}

function hintOf(
  name: string,
  { below, above }: { readonly below: Zxid | null; readonly above: Zxid | null },
  hasBase: boolean,
): string {
  const near = [below, above].flatMap((zxid) => (zxid === null ? [] : [`${name}@${formatZxid(zxid)}`]));
  const nearest = near.length === 0 ? 'no tree can be had here' : `the nearest: type ${near.join(' or ')}`;
  return hasBase ? `${nearest}; --inexact shows what there is` : nearest;
}

function noteStepBack({ next, stepBack, laterTxns }: LogSurvey, name: string, log: SourceLog): void {
  if (next === null || stepBack === null) return;
  log.note(
    `${name}: clocks stepped back: ${formatZxid(next.zxid)} is of ${timeText(next.time)}, and of the ${laterTxns} txns from there on the last with an earlier time than asked for is ${formatZxid(stepBack.zxid)}, of ${timeText(stepBack.time)}`,
  );
}

/** The snapshots that leaders wrote when they began an epoch that the logs come to; these are read. */
function newEpochs(
  candidates: readonly SnapshotCandidate[],
  from: Zxid,
  { continuity }: LogSurvey,
): NonNullable<Witnesses['snapshots']> {
  const steps = continuity.steps.filter(({ kind, after }) => kind === 'epoch' && after >= from);
  const begins = new Set(steps.map(({ next }) => epochOf(next) << 32n));
  return candidates
    .filter(({ zxid }) => begins.has(zxid))
    .map((one) => ({
      name: one.name,
      zxid: one.zxid,
      digestZxid: one.survey?.trailer?.digest?.zxid ?? null,
    }));
}
