// Txns that may do harm when they are applied to a tree that has their effects already, as in the fuzzy range of a
// snapshot. All others leave the right tree once the replay has passed that range.
//
// - A closeSession without a list of ephemerals (before 3.6, or closeSessionTxn.enabled=false). One may have gone
//   before the snapshot came to it: then nothing tells that its parent's pzxid must change, and a create of it anew
//   is taken for one of what was there. Only sessions that were alive in the base had ephemerals before it.
// - A create of before 3.4, which does not tell its parent's cversion: it counts twice.
import type { Zxid } from '../records/zxid.js';
import type { Txn } from '../txnlog/txn.js';

/** Such a txn. */
export interface NotIdempotent {
  readonly zxid: Zxid;
  readonly code: 'unlisted-close' | 'v0-create';
}

/** The txn, where it is such a one; null for others. */
export function notIdempotent({ header, op }: Txn, baseSessions: ReadonlySet<bigint>): NotIdempotent | null {
  const { zxid } = header;
  if (op.op === 'create' && op.parentCVersion === -1) return { zxid, code: 'v0-create' };
  if (op.op !== 'closeSession' || op.paths2Delete !== null) return null;
  return baseSessions.has(header.clientId) ? { zxid, code: 'unlisted-close' } : null;
}
