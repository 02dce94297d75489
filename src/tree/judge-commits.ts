// The state of every txn of a cluster.
//
// A txn is committed where a quorum of the voters has logged it, or where a later epoch's history holds it. A server
// logs an epoch's txns in order, so one that has logged (or has in a snapshot) a txn of an epoch has had all before it
// in that epoch: what counts is how far each server came. A txn that a later epoch's history leaves out is lost.
import { epochOf, maxZxid, minZxid, type Zxid } from '../records/zxid.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import {
  type CommitInput,
  type CommitRange,
  type CommitVerdict,
  type EpochFacts,
  type EpochHoldings,
  epochsOf,
  type Fork,
  lastOf,
  stateByLaterEpochs,
  stateIn,
  VerdictBuilder,
} from './commit-state.js';
import type { ZxidRun } from './continuity.js';
import { boundsOf, claimsOf } from './epoch-claims.js';
import type { Holdings } from './holdings.js';
import { judgeForks } from './judge-forks.js';
import { committedReach, type Voters } from './quorum.js';

/** Ranges and forks up to which txns are judged: what servers write has some hundreds. */
const MOST = 50_000;

/** What is said then. */
export const BEYOND = 'the logs have more holes than can be judged';

/** True for logs with so many holes, epochs or forks that their txns are not judged: no server writes such logs. */
export function isBeyondJudging({ servers, forks }: Pick<CommitInput, 'servers' | 'forks'>): boolean {
  return forks.length + servers.reduce((sum, { runs }) => sum + runs.length, 0) > MOST;
}

/**
 * Judges the txns of a cluster. Work and memory depend on how many ranges there are, not on the txns. Where nobody knows
 * who votes, and where it is beyond judging, all is unknown.
 */
export function judgeCommits(input: CommitInput): CommitVerdict {
  const { servers } = input;
  if (input.voters === null || isBeyondJudging(input)) return unknown(input);
  const holdings = byEpoch(servers);
  // What one server says of itself proves nothing: DESIGN.md 4.
  const claims = servers.map((server) => (servers.length > 1 ? claimsOf(server) : []));
  const bounds = boundsOf(
    holdings.map(({ epoch }) => epoch),
    claims,
  );
  const zxids = servers.flatMap(({ snapshots }) => snapshots.map(({ zxid }) => zxid));
  const newest = [...holdings.map(({ epoch }) => epoch), ...epochsOf(zxids)].reduce(maxZxid, 0n);
  const verdict = new VerdictBuilder();
  const forks = new ForkQueue(input.forks);
  const voters = new VoterList(input.voters);
  for (const own of holdings) {
    const { epoch } = own;
    const inForce = voters.during(epoch);
    const possible = possibleIn(own, servers, inForce);
    const facts = { ...own, ...bounds.get(epoch)!, servers, inForce, possible, hasLater: epoch < newest };
    const [from, to] = spanOf(own);
    const forked = forks.take(epoch);
    const plainTo = forked[0] === undefined ? to : forked[0].from - 1n;
    for (const range of judgePlain(facts, from, plainTo)) verdict.addRange(range);
    if (forked.length > 0) judgeForks(facts, forked, to, verdict);
    voters.drop(epoch, inForce, verdict);
  }
  return verdict;
}

function unknown({ servers, forks }: CommitInput): CommitVerdict {
  const all = servers.flatMap(({ runs }) =>
    runs.length === 0 ? [] : [{ from: runs[0]!.from, to: runs.at(-1)!.to }],
  );
  const states = forks.map((fork) => ({ ...fork, states: fork.variants.map((): CommitState => 'unknown') }));
  if (all.length === 0) return { ranges: [], forks: states };
  const from = all.map((one) => one.from).reduce(minZxid);
  const to = all.map((one) => one.to).reduce(maxZxid);
  return { ranges: [{ from, to, state: 'unknown' }], forks: states };
}

/** The txns of an epoch that come before any fork. */
function* judgePlain(facts: EpochFacts, from: Zxid, to: Zxid): Generator<CommitRange> {
  // Nobody votes in epoch 0, which servers that stand alone write in.
  const committed = facts.epoch === 0n ? null : committedReach(facts.inForce, facts.reaches);
  const possible = facts.epoch === 0n ? to : committedReach(facts.inForce, facts.possible);
  const limits = [committed, possible, facts.inHistory, facts.end];
  const ends = limits.filter((zxid): zxid is Zxid => zxid !== null && zxid >= from && zxid < to);
  let start = from;
  for (const end of [...ends.sort((a, b) => (a < b ? -1 : 1)), to]) {
    if (end < start) continue;
    yield { from: start, to: end, state: stateOf(start, facts, committed, possible) };
    start = end + 1n;
  }
}

function stateOf(zxid: Zxid, facts: EpochFacts, committed: Zxid | null, possible: Zxid | null): CommitState {
  if (committed !== null && zxid <= committed) return 'committed';
  const built = stateByLaterEpochs(zxid, facts);
  if (built !== null) return built;
  return possible === null || zxid > possible ? 'single-copy' : 'unknown';
}

/** What the servers' logs hold, epoch by epoch. */
function byEpoch(servers: readonly Holdings[]): EpochHoldings[] {
  const epochs = new Map<bigint, { runs: Map<number, ZxidRun[]>; reaches: Map<number, Zxid> }>();
  for (const [place, { runs, vote }] of servers.entries()) {
    for (const run of runs) {
      const epoch = epochOf(run.from);
      const own = epochs.get(epoch) ?? { runs: new Map(), reaches: new Map() };
      epochs.set(epoch, own);
      const runsOfServer = own.runs.get(place);
      if (runsOfServer === undefined) own.runs.set(place, [run]);
      else runsOfServer.push(run);
      if (vote !== null) raise(own.reaches, vote, run.to);
    }
  }
  for (const { snapshots, vote } of servers) {
    for (const { zxid } of snapshots) {
      const own = epochs.get(epochOf(zxid));
      if (own !== undefined && vote !== null) raise(own.reaches, vote, zxid);
    }
  }
  const sorted = [...epochs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.map(([epoch, own]) => ({ epoch, ...own }));
}

function spanOf({ runs }: EpochHoldings): [from: Zxid, to: Zxid] {
  const all = [...runs.values()];
  const from = all.map((own) => own[0]!.from).reduce(minZxid);
  return [from, all.map((own) => own.at(-1)!.to).reduce(maxZxid)];
}

function possibleIn(
  { epoch, reaches }: EpochHoldings,
  servers: readonly Holdings[],
  inForce: readonly Voters[],
): Map<number, Zxid> {
  const possible = new Map(reaches);
  const here = new Set(servers.map(({ vote }) => vote));
  for (const id of inForce.flatMap(({ ids }) => ids)) if (!here.has(id)) possible.set(id, lastOf(epoch));
  for (const { vote, mayHoldMore } of servers) {
    if (mayHoldMore && vote !== null) possible.set(vote, lastOf(epoch));
  }
  return possible;
}

/** Who votes in which epoch; epochs ascend from question to question. */
class VoterList {
  readonly #voters: Voters[];

  constructor(voters: readonly Voters[]) {
    this.#voters = [...voters];
  }

  /** The voters when an epoch begins, and those of its reconfigs. */
  during(epoch: bigint): Voters[] {
    const all = this.#voters;
    while (all.length > 1 && all[1]!.from <= epoch << 32n) all.shift();
    const end = all.findIndex(({ from }, i) => i > 0 && epochOf(from) > epoch);
    return end < 0 ? [...all] : all.slice(0, end);
  }

  /** Takes out those of reconfigs that were lost in an epoch. */
  drop(epoch: bigint, inForce: readonly Voters[], verdict: CommitVerdict): void {
    for (const one of inForce) {
      const state = epochOf(one.from) === epoch ? stateIn(verdict, one.from) : null;
      const isLost = state === 'single-copy' || (Array.isArray(state) && !state.includes('committed'));
      if (isLost && this.#voters.length > 1) this.#voters.splice(this.#voters.indexOf(one), 1);
    }
  }
}

function raise(reaches: Map<number, Zxid>, vote: number, zxid: Zxid): void {
  reaches.set(vote, maxZxid(reaches.get(vote) ?? zxid, zxid));
}

/** Hands out forks epoch by epoch. */
class ForkQueue {
  readonly #forks: readonly Fork[];
  #at = 0;

  constructor(forks: readonly Fork[]) {
    this.#forks = forks;
  }

  take(epoch: bigint): readonly Fork[] {
    const start = this.#at;
    while (this.#at < this.#forks.length && epochOf(this.#forks[this.#at]!.from) <= epoch) this.#at++;
    return this.#forks.slice(start, this.#at);
  }
}
