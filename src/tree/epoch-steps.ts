// Whether the old epoch ended where a log goes on in the next one.
import { epochOf, formatZxid, type Zxid } from '../records/zxid.js';
import type { ZxidStep } from './continuity.js';
import { listText } from './electorate.js';
import type { OtherServers } from './other-servers.js';

/** What is known besides the logs that are replayed. */
export interface Witnesses {
  readonly others?: OtherServers | null;
  /** Snapshots of the same server, with the zxid of their digest block (null without one). */
  readonly snapshots?: readonly {
    readonly name: string;
    readonly zxid: Zxid;
    readonly digestZxid: Zxid | null;
  }[];
  /** The newest zxid at which a recorded digest was reproduced. */
  readonly lastMatched?: Zxid | null;
}

/** What proves a step; null where nothing does. A hole or a step backward is never proven. */
export type StepProof = "other server's log" | 'snapshot' | 'digest' | null;

/** A step and what is known of it. */
export interface JudgedStep extends ZxidStep {
  readonly proof: StepProof;
  /** The proof, or what is missing, in words. */
  readonly why: string;
}

/**
 * Judges one step. For the change of epoch: another server's log that goes from the same txn into the same epoch
 * without having been sent a snapshot in between; a snapshot named EPOCH:0, as who has taken over an epoch's history
 * writes it, whose digest block names the last txn of the old epoch; a digest reproduced behind the step, which proves
 * the tree, though not that no error or session txn is missing.
 */
export function judgeStep(step: ZxidStep, witnesses: Witnesses): JudgedStep {
  if (step.kind !== 'epoch') return { ...step, proof: null, why: whyNot(step) };
  const epoch = epochOf(step.next);
  const named = witnesses.snapshots?.find(
    ({ zxid, digestZxid }) => zxid === epoch << 32n && digestZxid === step.after,
  );
  if (named !== undefined) {
    return { ...step, proof: 'snapshot', why: `${named.name} says that the old epoch ended there` };
  }
  const told = byOthers(step, witnesses.others ?? null);
  if (told?.proof != null) return { ...step, ...told };
  const { lastMatched = null } = witnesses;
  if (lastMatched !== null && lastMatched >= step.next) {
    return { ...step, proof: 'digest', why: 'a digest recorded later was reproduced' };
  }
  return { ...step, proof: null, why: told?.why ?? 'nothing shows how far the old epoch went' };
}

/** What other servers say of a change of epoch; null where they say nothing. */
function byOthers(
  { after, next }: ZxidStep,
  others: OtherServers | null,
): Pick<JudgedStep, 'proof' | 'why'> | null {
  if (others === null) return null;
  const begins = others.begins(epochOf(next));
  const against = begins.find(({ last }) => last !== after);
  if (against !== undefined) {
    return { proof: null, why: `${against.server} has ${formatZxid(against.last)} as the last txn before` };
  }
  const snapshot = begins.find(({ isByLog }) => !isByLog);
  if (snapshot !== undefined) {
    return { proof: 'snapshot', why: `a snapshot of ${snapshot.server} says that the old epoch ended there` };
  }
  const servers = [...new Set(begins.map(({ server }) => server))];
  if (servers.length >= others.needed) {
    const logs = servers.length === 1 ? 'the log' : 'the logs';
    const go = servers.length === 1 ? 'goes' : 'go';
    return { proof: "other server's log", why: `${logs} of ${listText(servers)} ${go} on in the same way` };
  }
  const further = others.furthest(epochOf(after));
  if (further === null || further.to <= after) return null;
  return { proof: null, why: `the log of ${further.server} goes further in the old epoch` };
}

function whyNot({ kind, missing }: ZxidStep): string {
  if (kind === 'backward') return 'the zxid is not higher than the one before';
  return missing === 1n ? 'one txn is missing' : `${missing} txns are missing`;
}
