// How the tree at a moment is to be had: which snapshot to begin with, how far to go, and what speaks against it.
// The same for a directory and an index.
import { UsageError } from '../errors.js';
import { displayText } from '../jute/raw-text.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import {
  type BaseCandidate,
  chooseBase,
  nearestServed,
  nextOf,
  reachOf,
  servedRanges,
} from '../tree/choose-base.js';
import { type Continuity, stepOf, type ZxidStep } from '../tree/continuity.js';
import type { Witnesses } from '../tree/epoch-steps.js';
import { type Exactness, exactnessOf } from '../tree/exactness.js';
import type { LogSurvey, When } from '../tree/log-survey.js';
import type { OtherServers } from '../tree/other-servers.js';
import type { TreeAt } from '../tree/tree-at.js';
import { findMoment, timeText } from './moment.js';
import type { SourceLog } from './source-log.js';
import type { Moment } from './sources.js';

/** A snapshot that a replay may begin with, or the new tree of a server that has written none. */
export interface MomentCandidate extends BaseCandidate {
  readonly isNewTree: boolean;
  /** zxid of its digest block; null where it has none or cannot be read. */
  digestZxid(): Zxid | null;
}

/** A reason why something cannot be had, and what to do. */
export interface Obstacle {
  readonly against: string;
  readonly hint: string;
}

/** Snapshots and logs of one server, or of a cluster. */
export interface MomentPlace<C extends MomentCandidate> {
  /** What it is called, as it can be typed: `backup/zk1`, `case.db#prod/zk1`. */
  readonly name: string;
  /** Oldest first. */
  readonly candidates: readonly C[];
  /** Names of the damaged snapshots behind a zxid, oldest first. */
  damagedAfter(base: Zxid): readonly string[];
  survey(when: When): LogSurvey;
  /** What other servers tell of these changes of epoch; absent where no others are here. */
  others?(steps: readonly ZxidStep[]): OtherServers | null;
  /** The same for the newest tree from a snapshot on: `next` is the first txn behind the first hole after it. */
  surveyNewest(base: Zxid): LogSurvey;
  /** What keeps a tree that the files have from being had here; null where nothing does. */
  obstacle?(to: Zxid, logs: Continuity): Obstacle | null;
}

/** What to replay for a moment. */
export interface MomentPlan<C> {
  readonly base: C;
  /** The last zxid to apply, inclusive. */
  readonly to: Zxid;
  /** See `TreeAtInput`. */
  readonly nextSnapshot: Zxid | null;
  readonly witnesses: Omit<Witnesses, 'lastMatched'>;
  readonly survey: LogSurvey;
  /** Why the tree is not known to be that of the moment, whatever its replay shows; null where nothing says so. */
  readonly doubt: string | null;
  /** See `Moment`; null where no txn is behind a hole, or the moment was asked for. */
  readonly behindHole: string | null;
}

/**
 * Plans for `when`.
 * @throws UsageError, with the nearest moments that can be had, where there is no such tree here; with
 * `options.inexact` only where there is none that is anything like it.
 */
export function planMoment<C extends MomentCandidate>(
  place: MomentPlace<C>,
  when: When,
  log: SourceLog,
): MomentPlan<C> {
  const { name, candidates } = place;
  const [oldest, newest] = [candidates[0], candidates.at(-1)];
  const survey = place.survey(when);
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
  const { continuity } = survey;
  const choice = chooseBase(candidates, continuity, to);
  const obstacle = isServed(choice) || found.against !== null ? null : place.obstacle?.(to, continuity);
  const against =
    found.against ??
    obstacle?.against ??
    (choice === null ? noneBefore(candidates, to) : (choice.against ?? holeAt(choice.base.zxid, to, survey)));
  if (choice === null || (against !== null && !log.options.inexact)) {
    const what = 'time' in when ? `the tree of ${timeText(when.time)}` : `the tree at ${formatZxid(to)}`;
    const nearest = () => nearestServed(servedRanges(candidates, continuity), to);
    const hint = obstacle?.hint ?? hintOf(name, nearest(), choice !== null);
    throw new UsageError(`${name}: ${what} cannot be had: ${against}`, hint);
  }
  noteStepBack(survey, name, log);
  const { base, nextSnapshot } = choice;
  return {
    base,
    to,
    nextSnapshot,
    witnesses: witnessesOf(place, base, to, survey),
    survey,
    doubt: against ?? doubt ?? newTreeDoubt(base),
    behindHole: null,
  };
}

/**
 * Plans for the newest tree: the newest sound snapshot, and all txns after it. Behind a hole in the logs none can be
 * applied, which a note says. Null where there is no sound snapshot.
 */
export function planNewest<C extends MomentCandidate>(
  place: MomentPlace<C>,
  log: SourceLog,
): MomentPlan<C> | null {
  const { name, candidates } = place;
  let newest: MomentPlan<C> | null = null;
  for (const base of [...candidates].reverse()) {
    const end = base.end();
    if (end === null) continue;
    const survey = place.surveyNewest(base.zxid);
    const { to } = reachOf(base.zxid, survey.continuity.runs);
    const isReached = end.zxid <= to;
    const plan = {
      base,
      to,
      nextSnapshot: nextOf(base, candidates),
      witnesses: witnessesOf(place, base, to, survey),
      survey,
      doubt: isReached
        ? newTreeDoubt(base)
        : `${base.name} holds effects of txns up to ${formatZxid(end.zxid)}`,
      behindHole: behindHole(to, survey),
    };
    newest ??= plan;
    // One that holds effects of later txns is what a server would take. An older one is better where it comes as far.
    if (to < newest.base.zxid) break;
    if (isReached) {
      if (plan !== newest)
        log.note(`${name}: ${newest.doubt}, more than the logs have; ${base.name} taken instead`);
      newest = plan;
      break;
    }
  }
  if (newest === null) return null;
  const damaged = [...place.damagedAfter(newest.base.zxid)].reverse().join(', ');
  if (damaged !== '') {
    log.note(`${damaged}: damaged, passed over as a server would; ${newest.base.name} taken instead`);
  }
  if (newest.behindHole !== null) log.note(`${name}: ${newest.behindHole}`);
  return newest;
}

function behindHole(to: Zxid, { next, laterTxns }: LogSurvey): string | null {
  if (next === null) return null;
  const txns = laterTxns === 1 ? '1 later txn is' : `${laterTxns} later txns are`;
  return `txns between ${formatZxid(to)} and ${formatZxid(next.zxid)} are missing, so ${txns} not applied`;
}

/** What besides the txns themselves can prove the changes of epoch from a base on. */
function witnessesOf(
  place: MomentPlace<MomentCandidate>,
  base: MomentCandidate,
  to: Zxid,
  { continuity }: LogSurvey,
): MomentPlan<MomentCandidate>['witnesses'] {
  const steps = continuity.steps.filter(
    ({ kind, after, next }) => kind === 'epoch' && next > base.zxid && after <= to,
  );
  return { snapshots: newEpochs(place.candidates, steps), others: place.others?.(steps) ?? null };
}

/** The label of a planned tree to which no txn is applied: its base alone. */
export function exactnessAsItStands({
  base,
  to,
  nextSnapshot,
  survey,
}: MomentPlan<MomentCandidate>): Exactness {
  return exactnessOf({
    base: { name: base.name, zxid: base.zxid, end: base.end()!, isSound: true },
    wanted: to,
    reached: to,
    beyond: survey.next?.zxid ?? null,
    steps: [],
    digests: null,
    unreadable: 0,
    notIdempotent: null,
    nextSnapshot,
    newestLogged: survey.newest?.zxid ?? null,
  });
}

function newTreeDoubt({ isNewTree }: MomentCandidate): string | null {
  return isNewTree
    ? 'there is no snapshot, so it begins with the new tree of 3.4; 3.5 and later have /zookeeper/config too'
    : null;
}

/** What is to be said of the planned tree, once it was replayed; a note says it too. */
export function momentOf(
  { to, doubt, behindHole: hole }: MomentPlan<unknown>,
  { exactness, doubtfulQuotas }: Pick<TreeAt, 'exactness' | 'doubtfulQuotas'>,
  name: string,
  log: SourceLog,
): Moment {
  const moment: Moment = {
    zxid: to,
    exactness: doubt === null ? exactness.label : 'unproven',
    reason: doubt ?? exactness.reason,
    ...(hole === null ? {} : { behindHole: hole }),
  };
  log.note(momentNote(name, moment));
  if (doubtfulQuotas.length > 0) {
    const paths = doubtfulQuotas.map(displayText).join(', ');
    log.note(`${name}: with a quota below another, servers may have other counts in ${paths}`);
  }
  return moment;
}

/** What is said of a tree at a moment. */
export function momentNote(name: string, { zxid, exactness, reason }: Moment): string {
  const label = exactness === 'exact' ? exactness : `${exactness}: ${reason}`;
  return `${name}: the tree at ${formatZxid(zxid)}, ${label}`;
}

function isServed(choice: { readonly serves: boolean } | null): boolean {
  return choice?.serves ?? false;
}

function noneBefore(candidates: readonly MomentCandidate[], to: Zxid): string {
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
  candidates: readonly MomentCandidate[],
  steps: readonly ZxidStep[],
): NonNullable<Witnesses['snapshots']> {
  const begins = new Set(steps.map(({ next }) => epochOf(next) << 32n));
  return candidates
    .filter(({ zxid }) => begins.has(zxid))
    .map((one) => ({ name: one.name, zxid: one.zxid, digestZxid: one.digestZxid() }));
}
