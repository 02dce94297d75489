// doctor: the servers of an ensemble side by side. Who holds what, who is behind, whose ids clash.
import { join } from 'node:path';
import { type Problem, problem } from '../problems.js';
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { ServerFacts } from './inspect.js';

/** What a member holds. */
export interface Member {
  readonly server: string;
  /** First line of myid. */
  readonly myid: string | null;
  readonly currentEpoch: bigint | null;
  readonly acceptedEpoch: bigint | null;
  /** The first txn in its logs. */
  readonly firstZxid: Zxid | null;
  /** The newest zxid it holds, in a log or as the name of a sound snapshot; null where it holds none. */
  readonly newestZxid: Zxid | null;
  /** Zxids of the same epoch that the most advanced member holds and this one does not; null across epochs. */
  readonly behind: bigint | null;
}

/** The members of what is taken for one ensemble. */
export interface Ensemble {
  readonly members: readonly Member[];
  readonly problems: readonly Problem[];
}

/** Puts servers side by side. Whether txns differ is not looked at here. */
export function ensembleOf(servers: readonly ServerFacts[]): Ensemble {
  const newest = (facts: ServerFacts) => larger(facts.lastZxid, facts.newestSound ?? facts.newestSnapshot);
  const furthest = servers.reduce<Zxid | null>((most, facts) => larger(most, newest(facts)), null);
  const members = servers.map((facts) => {
    const { server, myid, currentEpoch, acceptedEpoch, firstZxid } = facts;
    const newestZxid = newest(facts);
    const behind = newestZxid === null || furthest === null ? null : distance(newestZxid, furthest);
    return { server, myid, currentEpoch, acceptedEpoch, firstZxid, newestZxid, behind };
  });
  const problems = servers.flatMap((facts, i) => {
    const beside = (name: string) => join(facts.snapDir, name);
    const found: Problem[] = [];
    const earlier = servers.slice(0, i).find(({ myid }) => myid !== null && myid === facts.myid);
    if (earlier !== undefined) {
      const expected = `an id other than that of ${earlier.server}`;
      found.push(
        problem('myid-duplicate', { file: beside('../myid'), offset: 0, expected, found: facts.myid! }),
      );
    }
    const { newestZxid } = members[i]!;
    if (furthest !== null && newestZxid !== furthest) {
      const what = newestZxid === null ? 'nothing' : `up to ${formatZxid(newestZxid)}`;
      const expected = `txns up to ${formatZxid(furthest)}, as another member holds`;
      found.push(problem('member-behind', { file: facts.snapDir, offset: 0, expected, found: what }));
    }
    return found;
  });
  return { members, problems };
}

function larger(a: Zxid | null, b: Zxid | null): Zxid | null {
  return a === null || (b !== null && b > a) ? b : a;
}

function distance(from: Zxid, to: Zxid): bigint | null {
  return epochOf(from) === epochOf(to) ? to - from : null;
}
