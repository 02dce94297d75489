// The last txn of which a snapshot can hold effects.
//
// snapshot.N is written while txns go on, so it may hold effects of txns after N. The stats tell a lower bound
// only: setACL and some deletes leave no zxid behind.

import type { Zxid } from '../records/zxid.js';
import type { TrailerBlocks } from '../snapshot/seal.js';

/**
 * What says where a snapshot ends: a block that the server wrote when it had finished, or that the tree is a new
 * one, written before anybody was served. Null where only its stats bound it.
 */
export type EndProof = 'digest block' | 'lastProcessedZxid block' | 'new tree' | null;

export interface SnapshotEnd {
  /** The highest of the zxid in the name, those in stats, and those of the blocks. */
  readonly zxid: Zxid;
  readonly proof: EndProof;
}

/**
 * The end of snapshot.`zxid`. `newest` is the highest zxid in its stats. An empty digest block (zxid 0), as a
 * server writes that has applied no txn since its start, is taken for none.
 */
export function snapshotEnd(zxid: Zxid, newest: Zxid, trailer: TrailerBlocks | null): SnapshotEnd {
  let end = newest > zxid ? newest : zxid;
  let proof: EndProof = zxid === 0n && newest <= 0n ? 'new tree' : null;
  const block = trailer?.digest?.zxid ?? 0n;
  const last = trailer?.lastProcessedZxid ?? null;
  if (last !== null) proof = 'lastProcessedZxid block';
  if (block !== 0n) proof = 'digest block';
  if (last !== null && last > end) end = last;
  if (block > end) end = block;
  return { zxid: end, proof };
}
