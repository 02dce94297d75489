// The history that the servers of a cluster agree on: what was committed, or may have been, up to a fork that nothing
// decides or to a tail that only a minority has.
import { maxZxid, minZxid, type Zxid } from '../records/zxid.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import type { CommitVerdict, ForkVerdict } from './commit-state.js';
import type { ZxidRun } from './continuity.js';
import type { Holdings } from './holdings.js';

/** Txns that a server holds and that were not committed. */
export interface Copies {
  /** The server's place in the input. */
  readonly server: number;
  readonly from: Zxid;
  /** Included. */
  readonly to: Zxid;
  readonly txns: bigint;
}

/** Where the agreed history ends, and what is left out of it. */
export interface AgreedHistory {
  /** Its last zxid; null where there is none. Up to there, it is all but what is a single copy. */
  readonly upTo: Zxid | null;
  /** The fork that it stops at; null where there is none. */
  readonly fork: ZxidRun | null;
  /** Up to where it is known to be committed; null where nothing is. */
  readonly knownTo: Zxid | null;
  /** Single copies, by server and zxid. */
  readonly copies: readonly Copies[];
}

/** Puts the agreed history together. */
export function agreedHistory(verdict: CommitVerdict, servers: readonly Holdings[]): AgreedHistory {
  const fork = verdict.forks.find(({ states }) => states.includes('unknown')) ?? null;
  let upTo: Zxid | null = null;
  let knownTo: Zxid | null = null;
  const pass = (to: Zxid, state: CommitState) => {
    if (state === 'single-copy' || (fork !== null && to >= fork.from)) return;
    upTo = maxZxid(upTo ?? to, to);
    if (state === 'committed') knownTo = maxZxid(knownTo ?? to, to);
  };
  for (const { from, to, state } of verdict.ranges) {
    if (fork === null || to < fork.from) pass(to, state);
    else if (from < fork.from) pass(fork.from - 1n, state);
  }
  for (const { to, states } of verdict.forks) {
    if (states.includes('committed')) pass(to, 'committed');
  }
  return {
    upTo,
    fork,
    knownTo,
    copies: servers.flatMap((server, place) => copiesOf(verdict, server, place)),
  };
}

function copiesOf({ ranges, forks }: CommitVerdict, { runs }: Holdings, place: number): Copies[] {
  const lost = ranges.filter(({ state }) => state === 'single-copy');
  const own = [...common(runs, lost), ...forks.filter((fork) => hasLost(fork, place))];
  own.sort((a, b) => (a.from < b.from ? -1 : 1));
  const copies: Copies[] = [];
  for (const { from, to } of own) {
    const txns = to - from + 1n;
    const last = copies.at(-1);
    if (last !== undefined && last.to + 1n === from) {
      copies[copies.length - 1] = { ...last, to, txns: last.txns + txns };
    } else copies.push({ server: place, from, to, txns });
  }
  return copies;
}

function hasLost({ variants, states }: ForkVerdict, place: number): boolean {
  return variants.some((holders, i) => states[i] === 'single-copy' && holders.includes(place));
}

/** What two ascending lists have in common. */
function common(a: readonly ZxidRun[], b: readonly ZxidRun[]): ZxidRun[] {
  const found: ZxidRun[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [one, other] = [a[i]!, b[j]!];
    const from = maxZxid(one.from, other.from);
    const to = minZxid(one.to, other.to);
    if (from <= to) found.push({ from, to });
    if (one.to < other.to) i++;
    else j++;
  }
  return found;
}
