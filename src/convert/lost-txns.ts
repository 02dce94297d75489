// What a repair could not save.
import { formatZxid, type Zxid } from '../records/zxid.js';
import type { TxnSource } from '../source/sources.js';
import type { LostTxns } from './manifest.js';

/** The txns of a history behind a zxid; null where there are none. */
export function lostAfter(zxid: Zxid, history: TxnSource): LostTxns | null {
  let to: Zxid | null = null;
  let txns = 0;
  for (const { txn } of history.txns({ fromZxid: zxid + 1n })) {
    const found = txn.header.zxid;
    if (to === null || found > to) to = found;
    txns++;
  }
  const unreadable = !history.isComplete;
  return txns === 0 && !unreadable ? null : { txns, to: to === null ? null : formatZxid(to), unreadable };
}
