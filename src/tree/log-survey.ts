// What logs say of a moment, wherever they are kept.
import type { Zxid } from '../records/zxid.js';
import type { Continuity } from './continuity.js';

/** A moment that is asked for: a zxid, or a time in milliseconds since 1970. */
export type When = { readonly zxid: Zxid } | { readonly time: bigint };

/** A txn's place in history. */
export interface TxnMoment {
  readonly zxid: Zxid;
  /** Milliseconds since 1970. */
  readonly time: bigint;
}

/** What the logs of a server or a cluster say of a moment. */
export interface LogSurvey {
  readonly continuity: Continuity;
  /** Null where there is no txn. */
  readonly first: TxnMoment | null;
  readonly newest: TxnMoment | null;
  /** The first txn after the moment, in the order of zxids; null where there is none. */
  readonly next: TxnMoment | null;
  /** Txns from there on. */
  readonly laterTxns: number;
  /** The last txn from there on with a time that is not later than the moment: clocks stepped back. */
  readonly stepBack: TxnMoment | null;
}
