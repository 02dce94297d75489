// Which logged txns were committed. Logs hold proposals: what a leader logged before it died may be on its disk only.
import { epochOf, type Zxid } from '../records/zxid.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import type { ZxidRun } from './continuity.js';
import type { EpochBounds } from './epoch-claims.js';
import type { Holdings } from './holdings.js';
import type { Voters } from './quorum.js';

/** Zxids, of one epoch, that stand for several txns. */
export interface Fork extends ZxidRun {
  /** Of each txn, the servers in whose logs it stands, by their place in the input, ascending. */
  readonly variants: readonly (readonly number[])[];
}

/** What is known of a cluster. */
export interface CommitInput {
  readonly servers: readonly Holdings[];
  /** Ascending; they do not overlap. */
  readonly forks: readonly Fork[];
  /** By `from`; null where nobody knows who votes, and then all is unknown. */
  readonly voters: readonly Voters[] | null;
}

/** Zxids of one state. Where a zxid in between was logged by nobody, that says nothing of it. */
export interface CommitRange extends ZxidRun {
  readonly state: CommitState;
}

/** A fork, or a part of one, with the state of each variant. */
export interface ForkVerdict extends Fork {
  readonly states: readonly CommitState[];
}

/** Both ascending. Where a range holds zxids of a fork, the fork's states are meant. */
export interface CommitVerdict {
  readonly ranges: readonly CommitRange[];
  readonly forks: readonly ForkVerdict[];
}

/** What the servers hold of one epoch. */
export interface EpochHoldings {
  readonly epoch: bigint;
  /** By the servers' places in the input; a server without a record of the epoch is not there. */
  readonly runs: ReadonlyMap<number, readonly ZxidRun[]>;
  /** How far each voter came, by its number. */
  readonly reaches: ReadonlyMap<number, Zxid>;
}

/** What decides the states in one epoch. */
export interface EpochFacts extends EpochHoldings, EpochBounds {
  readonly servers: readonly Holdings[];
  /** The voters when it began, and those of reconfigs in it. */
  readonly inForce: readonly Voters[];
  /** How far each voter may have come: those that are not here, and those with damage at the end of their logs. */
  readonly possible: ReadonlyMap<number, Zxid>;
  /** True where there is a later epoch. */
  readonly hasLater: boolean;
}

/** What later epochs say of a zxid; null in the last epoch. */
export function stateByLaterEpochs(
  zxid: Zxid,
  { inHistory, end, hasLater }: Pick<EpochFacts, 'inHistory' | 'end' | 'hasLater'>,
): CommitState | null {
  const isIn = inHistory !== null && zxid <= inHistory;
  const isOut = end !== null && zxid > end;
  if (isIn !== isOut) return isIn ? 'committed' : 'single-copy';
  // Where servers contradict each other, neither is taken for true.
  return isIn || hasLater ? 'unknown' : null;
}

/** Takes states in the order of zxids. */
export class VerdictBuilder implements CommitVerdict {
  readonly ranges: CommitRange[] = [];
  readonly forks: ForkVerdict[] = [];

  /** A range without a zxid is passed over; one of the same state as the last goes on in it. */
  addRange(range: CommitRange): void {
    if (range.to < range.from) return;
    const last = this.ranges.at(-1);
    const fork = this.forks.at(-1);
    const isNext = last?.state === range.state && (fork === undefined || fork.from < last.from);
    if (isNext) this.ranges[this.ranges.length - 1] = { ...last, to: range.to };
    else this.ranges.push(range);
  }

  addFork(fork: ForkVerdict): void {
    this.forks.push(fork);
  }
}

/** The last zxid that an epoch can have. */
export function lastOf(epoch: bigint): Zxid {
  return (epoch << 32n) | 0xffff_ffffn;
}

/** What is known of a zxid, by what was judged up to it; null where nothing was. */
export function stateIn(
  { ranges, forks }: CommitVerdict,
  zxid: Zxid,
): CommitState | readonly CommitState[] | null {
  const holds = ({ from, to }: ZxidRun) => from <= zxid && zxid <= to;
  return forks.find(holds)?.states ?? ranges.find(holds)?.state ?? null;
}

/** The epochs of some zxids, each once, ascending. */
export function epochsOf(zxids: Iterable<Zxid>): bigint[] {
  return [...new Set([...zxids].map(epochOf))].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
