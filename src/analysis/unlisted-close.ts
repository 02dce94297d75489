// closeSession txns that do not say what they delete.
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { RECORD_FRAME_BYTES } from '../txnlog/log-record.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';

/** Bytes of an empty list. */
const EMPTY_LIST = 4;
const DIGEST = 12;

/**
 * True for a closeSession without a list of deletes, as servers before 3.6 and those with closeSessionTxn.enabled=false
 * write it: the ephemerals of the session go without a trace in the log. An index keeps an empty list as none, so the
 * length of the record decides.
 */
export function isUnlistedClose({ txn: { op }, evidence }: LoggedTxn): boolean {
  if (op.op !== 'closeSession' || op.paths2Delete !== null) return false;
  const rest = evidence.length - RECORD_FRAME_BYTES - TXN_HEADER_BYTES;
  return rest !== EMPTY_LIST && rest !== EMPTY_LIST + DIGEST;
}
