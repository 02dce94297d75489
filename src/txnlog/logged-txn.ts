// A txn and where it was read.
import type { Evidence } from '../records/evidence.js';
import type { Txn } from './txn.js';

/** A txn as every command sees it, whatever it was read from. */
export interface LoggedTxn {
  readonly txn: Txn;
  readonly evidence: Evidence;
  /** True where it comes from an index made without data: its ops' data is zero bytes, as many as there were. */
  readonly lacksData?: true;
}
