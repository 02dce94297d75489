// The same zxid, another txn: which one did the cluster agree on?
//
// Behind the first fork of an epoch a server that came further may have come another way: only what stands in its logs
// counts there.
import type { Zxid } from '../records/zxid.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import { type EpochFacts, type Fork, stateByLaterEpochs, type VerdictBuilder } from './commit-state.js';
import type { ZxidRun } from './continuity.js';
import { isQuorum } from './quorum.js';

/** Judges an epoch from its first fork up to `to`. `forks` are those of the epoch. */
export function judgeForks(
  facts: EpochFacts,
  forks: readonly Fork[],
  to: Zxid,
  verdict: VerdictBuilder,
): void {
  const logs = [...facts.runs].map(([place, runs]) => ({ place, cursor: new RunCursor(runs) }));
  const forked = new RunCursor(forks);
  const cuts = cutsOf(facts, forks, to);
  for (const [i, from] of cuts.entries()) {
    const end = (cuts[i + 1] ?? to + 1n) - 1n;
    const present = logs.flatMap(({ place, cursor }) => (cursor.at(from) === null ? [] : [place]));
    if (present.length === 0) continue;
    const fork = forked.at(from);
    const variants = fork?.variants ?? [present];
    const states = judgeVariants(facts, from, variants, present);
    if (fork !== null) verdict.addFork({ from, to: end, variants, states });
    else verdict.addRange({ from, to: end, state: states[0]! });
  }
}

/** The zxids from the first fork on at which who holds what, or what is known of it, may change. */
function cutsOf(facts: EpochFacts, forks: readonly Fork[], to: Zxid): Zxid[] {
  const first = forks[0]!.from;
  const cuts = new Set<Zxid>([first]);
  const add = (zxid: Zxid) => {
    if (zxid > first && zxid <= to) cuts.add(zxid);
  };
  const addRun = ({ from, to: end }: ZxidRun) => {
    add(from);
    add(end + 1n);
  };
  for (const runs of facts.runs.values()) runs.forEach(addRun);
  forks.forEach(addRun);
  const { inHistory, end, byLog, possible } = facts;
  for (const limit of [...byLog.values(), ...possible.values()]) add(limit + 1n);
  if (inHistory !== null) add(inHistory + 1n);
  if (end !== null) add(end + 1n);
  for (const { from } of facts.inForce) add(from);
  return [...cuts].sort((a, b) => (a < b ? -1 : 1));
}

/** `present` are the servers whose logs have the zxid. */
function judgeVariants(
  facts: EpochFacts,
  zxid: Zxid,
  variants: readonly (readonly number[])[],
  present: readonly number[],
): CommitState[] {
  const all = (state: CommitState) => variants.map(() => state);
  const votesOf = (places: readonly number[]) => new Set(places.map((place) => facts.servers[place]!.vote));
  const votes = variants.map(votesOf);
  // A reconfig needs a quorum of the old voters and of the new. Nobody votes in epoch 0.
  const inForce = facts.inForce.filter(({ from }, i) => i === 0 || from <= zxid);
  const isVotedOn = facts.epoch !== 0n;
  const isHeld = (own: ReadonlySet<number | null>) =>
    isVotedOn && inForce.every((voters) => isQuorum(voters, (id) => own.has(id)));
  const held = only(votes.map(isHeld));
  if (held !== null) return held === 'several' ? all('unknown') : winner(variants.length, held);
  const built = stateByLaterEpochs(zxid, facts);
  if (built === 'committed') {
    const isBuiltOn = (place: number) => (facts.byLog.get(place) ?? -1n) >= zxid;
    const claimed = only(variants.map((holders) => holders.some(isBuiltOn)));
    return typeof claimed === 'number' ? winner(variants.length, claimed) : all('unknown');
  }
  if (built !== null) return all(built);
  const logged = votesOf(present);
  const mayBe = (own: ReadonlySet<number | null>) =>
    isQuorum(inForce.at(-1)!, (id) => {
      return own.has(id) || (!logged.has(id) && (facts.possible.get(id) ?? -1n) >= zxid);
    });
  return votes.map((own) => (!isVotedOn || mayBe(own) ? 'unknown' : 'single-copy'));
}

/** The place of the only true one; null without one. */
function only(flags: readonly boolean[]): number | 'several' | null {
  const first = flags.indexOf(true);
  if (first < 0) return null;
  return flags.lastIndexOf(true) === first ? first : 'several';
}

function winner(count: number, place: number): CommitState[] {
  return Array.from({ length: count }, (_, i) => (i === place ? 'committed' : 'single-copy'));
}

/** Finds the runs that hold zxids, which ascend from question to question. */
class RunCursor<R extends ZxidRun> {
  readonly #runs: readonly R[];
  #at = 0;

  constructor(runs: readonly R[]) {
    this.#runs = runs;
  }

  at(zxid: Zxid): R | null {
    while (this.#at < this.#runs.length && this.#runs[this.#at]!.to < zxid) this.#at++;
    const run = this.#runs[this.#at];
    return run !== undefined && run.from <= zxid ? run : null;
  }
}
