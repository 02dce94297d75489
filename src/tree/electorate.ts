// Who of the servers at hand votes, and as whom.
import { formatZxid } from '../records/zxid.js';
import type { Voters } from './quorum.js';

/** What a configuration says of an ensemble. `from` is its version, 0 without one. */
export interface Ensemble extends Voters {
  /** Numbers of servers that do not vote. */
  readonly observers: readonly number[];
}

/** A copy of a server's files. */
export interface Member {
  /** What it is called. */
  readonly server: string;
  /** Of its myid; null where that is not here. */
  readonly id: number | null;
}

/** A configuration, and where it stands. */
export interface NamedEnsemble {
  readonly ensemble: Ensemble;
  readonly origin: string;
}

/** Who votes. */
export interface Electorate {
  /** The number that each member votes by; null for one of which it is not known. */
  readonly votes: readonly (number | null)[];
  /** By `from`; null where it is not known who votes. */
  readonly voters: readonly Voters[] | null;
  /** The same in words, and how it is known: a clause without a full stop. */
  readonly text: string;
}

/**
 * Finds out who votes. Without a configuration the members are taken for the ensemble, which is said; where there is
 * but one, nothing is known. A member without a myid is taken for a voter of whom nothing else is here, if each member
 * can be one.
 */
export function electorateOf(members: readonly Member[], configs: readonly NamedEnsemble[]): Electorate {
  return configs.length === 0 ? assumed(members) : configured(members, configs);
}

function assumed(members: readonly Member[]): Electorate {
  const votes = members.map(({ id }, place) => id ?? -1 - place);
  const ids = [...new Set(votes)];
  if (ids.length < 2) {
    const text = 'nothing here says who votes, and there is one server';
    return { votes, voters: null, text };
  }
  const text = `nothing here says who votes: ${listText(members.map(({ server }) => server))} are taken for all voters`;
  return { votes, voters: [{ from: 0n, ids, groups: null }], text };
}

function configured(members: readonly Member[], configs: readonly NamedEnsemble[]): Electorate {
  const sorted = [...configs].sort((a, b) => compare(a.ensemble.from, b.ensemble.from));
  const versions: NamedEnsemble[] = [];
  for (const config of sorted) {
    const last = versions.at(-1);
    if (last === undefined || last.ensemble.from !== config.ensemble.from) versions.push(config);
    else if (votersText(last.ensemble) !== votersText(config.ensemble)) {
      const text = `${last.origin} and ${config.origin} name different voters`;
      return { votes: members.map(({ id }) => id), voters: null, text };
    }
  }
  const { ensemble, origin } = versions.at(-1)!;
  const votes = votesOf(members, ensemble);
  const missing = ensemble.ids.filter((id) => !votes.includes(id));
  const here =
    missing.length === 0 ? '' : `; ${listText(missing)} ${missing.length === 1 ? 'is' : 'are'} not here`;
  const since = ensemble.from === 0n ? '' : ` since ${formatZxid(ensemble.from)}`;
  const noun = ensemble.ids.length === 1 ? 'server' : 'servers';
  const verb = ensemble.ids.length === 1 ? 'votes' : 'vote';
  const text = `${noun} ${listText(ensemble.ids)} ${verb}${since}, by ${origin}${here}`;
  return { votes, voters: versions.map((one) => one.ensemble), text: text + takenText(members, votes) };
}

function takenText(members: readonly Member[], votes: readonly (number | null)[]): string {
  const taken = members.filter(({ id }, i) => id === null && votes[i] !== null).map(({ server }) => server);
  if (taken.length === 0) return '';
  const one = taken.length === 1;
  return `; ${listText(taken)} ${one ? 'has' : 'have'} no myid and ${one ? 'is taken for a voter' : 'are taken for voters'}`;
}

function votesOf(members: readonly Member[], { ids, observers }: Ensemble): (number | null)[] {
  const known = members.map(({ id }) => id);
  const unnamed = known.filter((id) => id === null).length;
  const free = ids.filter((id) => !known.includes(id));
  if (observers.length > 0 || unnamed > free.length) return known;
  return known.map((id) => id ?? free.shift()!);
}

function votersText({ ids, groups }: Voters): string {
  const weights = [...(groups ?? [])].map(([id, { group, weight }]) => `${id} ${group} ${weight}`);
  return [ids.join(), ...weights.sort()].join();
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `a, b and c`. */
export function listText(items: readonly (string | number)[]): string {
  if (items.length < 2) return items.join();
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
