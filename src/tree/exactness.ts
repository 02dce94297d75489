// Whether a replayed tree is the tree that servers had, and why (DESIGN.md 5).
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { DigestReport } from './digest-check.js';
import type { JudgedStep } from './epoch-steps.js';
import type { LoadedBase } from './load-base.js';
import type { NotIdempotent } from './not-idempotent.js';

/** What the label stands on. */
export interface ExactnessFacts {
  readonly base: Pick<LoadedBase, 'name' | 'zxid' | 'end' | 'isSound'>;
  /** The moment that was asked for. */
  readonly wanted: Zxid;
  /** The newest zxid that was applied; that of the base where there was none. */
  readonly reached: Zxid;
  /** The first zxid after `wanted` in the logs; null where it is not known. */
  readonly beyond: Zxid | null;
  /** Steps between the base and `reached`, and from there to `beyond` where `wanted` lies between. */
  readonly steps: readonly JudgedStep[];
  /** Null where digests were not compared. */
  readonly digests: DigestReport | null;
  /** Txns that could not be applied wholly. */
  readonly unreadable: number;
  /** The first txn that may do harm when the base has its effects already; null without one. */
  readonly notIdempotent: NotIdempotent | null;
  /** The zxid in the name of the same server's next snapshot; null where there is none. */
  readonly nextSnapshot: Zxid | null;
  /** The newest zxid in this server's logs; null where it is not known. */
  readonly newestLogged: Zxid | null;
}

/** `exact`: the tree is what servers had. `unproven`: it may be. */
export interface Exactness {
  readonly label: 'exact' | 'unproven';
  /** Why, as a sentence without a full stop. */
  readonly reason: string;
}

/** Labels a tree. */
export function exactnessOf(facts: ExactnessFacts): Exactness {
  const against = reasonAgainst(facts);
  if (against !== null) return { label: 'unproven', reason: against };
  return { label: 'exact', reason: `${proofOfEnd(facts)}, and no txn is missing${digestNote(facts)}` };
}

function reasonAgainst(facts: ExactnessFacts): string | null {
  const { base, wanted, reached, beyond, digests, steps, unreadable } = facts;
  if (!base.isSound) return `${base.name} is damaged`;
  if (wanted < base.zxid) return `${base.name} is newer than ${formatZxid(wanted)}`;
  if (unreadable > 0) return unreadable === 1 ? 'a txn cannot be read' : `${unreadable} txns cannot be read`;
  const first = digests?.first ?? null;
  if (digests?.endsDifferent && first !== null) {
    return `the digest recorded at ${formatZxid(first.zxid)} is not reproduced`;
  }
  if (digests?.snapshot === 'differs') return `the digest in ${base.name} is not reproduced`;
  const bad = steps.find(({ proof }) => proof === null);
  if (bad !== undefined) {
    return `between ${formatZxid(bad.after)} and ${formatZxid(bad.next)} ${bad.why}`;
  }
  if (wanted > reached && beyond === null) return `nothing is known of what followed ${formatZxid(reached)}`;
  const doubt = appliedTwice(facts);
  if (doubt !== null) return doubt;
  if (proofOfEnd(facts) !== null) return null;
  return base.end.zxid > wanted
    ? `${base.name} holds effects of txns up to ${formatZxid(base.end.zxid)}`
    : `${base.name} may hold effects of txns after ${formatZxid(wanted)}: nothing says when its writing ended`;
}

/** What shows that the replay has passed everything that the base holds; null where nothing does. */
function proofOfEnd({ base, wanted, digests, nextSnapshot, newestLogged }: ExactnessFacts): string | null {
  const { zxid: end, proof } = base.end;
  const matched = digests?.lastMatched ?? null;
  if (matched !== null) return `the digest recorded at ${formatZxid(matched)} is reproduced`;
  if (end > wanted) return null;
  if (proof === 'new tree') return `${base.name} was written before the first txn`;
  if (proof !== null) return `${base.name} ends at ${formatZxid(end)} by its ${proof}`;
  if (nextSnapshot !== null && nextSnapshot > base.zxid && nextSnapshot <= wanted) {
    return `${base.name} was finished when the snapshot of ${formatZxid(nextSnapshot)} was begun`;
  }
  if (newestLogged !== null && newestLogged >= base.zxid && newestLogged <= wanted) {
    return `the logs end at ${formatZxid(newestLogged)}, so ${base.name} can hold nothing later`;
  }
  return null;
}

/** What may have gone wrong in the fuzzy range with a txn that is not idempotent; null where a digest shows nothing. */
function appliedTwice({ base, wanted, digests, notIdempotent, ...facts }: ExactnessFacts): string | null {
  if (notIdempotent === null || (digests?.lastMatched ?? base.zxid) >= notIdempotent.zxid) return null;
  const { zxid: end, proof } = base.end;
  const fuzzyUntil = proof !== null ? end : (facts.nextSnapshot ?? facts.newestLogged ?? wanted);
  if (notIdempotent.zxid > fuzzyUntil) return null;
  const at = `${formatZxid(notIdempotent.zxid)}, maybe while ${base.name} was written,`;
  return notIdempotent.code === 'unlisted-close'
    ? `at ${at} a session was closed without a list of its ephemerals: pzxid and cversion of their parents may be older`
    : `at ${at} a znode was created by a server before 3.4: cversion of its parent may be counted twice`;
}

function digestNote({ digests }: ExactnessFacts): string {
  const first = digests?.first ?? null;
  return first === null ? '' : ` (yet the digest at ${formatZxid(first.zxid)} is not reproduced)`;
}
