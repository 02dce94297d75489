// A txn and where it was read.
import type { Evidence } from '../records/evidence.js';
import type { Txn } from './txn.js';

/**
 * `committed`: every server that serves clients has it or will have it. `single-copy`: only a minority of the voters
 * has it, and nothing builds on it. `unknown`: too little is here to tell.
 */
export type CommitState = 'committed' | 'single-copy' | 'unknown';

/** A txn as every command sees it, whatever it was read from. */
export interface LoggedTxn {
  readonly txn: Txn;
  readonly evidence: Evidence;
  /** True where it comes from an index made without data: its ops' data is zero bytes, as many as there were. */
  readonly lacksData?: true;
  /** Absent where one server alone was read. */
  readonly commit?: CommitState;
}
