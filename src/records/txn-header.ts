// TxnHeader, before every body in a txn log (org.apache.zookeeper.txn).
//
//   0 8 clientId · 8 4 cxid · 12 8 zxid · 20 8 time · 28 4 type
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

/** Bytes of a TxnHeader. */
export const TXN_HEADER_BYTES = 32;

export interface TxnHeader {
  /** Session id of the client; 0 where the server acted by itself. */
  readonly clientId: bigint;
  /** The client's own request number; 0 for what the server did, such as expiring a session. */
  readonly cxid: number;
  readonly zxid: bigint;
  /** Milliseconds since 1970, by the leader's clock. */
  readonly time: bigint;
  /** Op code, see `op-code.ts`. */
  readonly type: number;
}

export const txnHeaderLayout: Layout<TxnHeader> = layout('TxnHeader', (p) =>
  p.int64('clientId').int32('cxid').int64('zxid').int64('time').int32('type'),
);

/** Reads the TxnHeader at `at`; the 32 bytes must be there. Hot: once per txn. */
export function readTxnHeader(view: DataView, at: number): TxnHeader {
  return {
    clientId: view.getBigInt64(at),
    cxid: view.getInt32(at + 8),
    zxid: view.getBigInt64(at + 12),
    time: view.getBigInt64(at + 20),
    type: view.getInt32(at + 28),
  };
}

/** Writes a TxnHeader. */
export function writeTxnHeader(writer: JuteWriter, { clientId, cxid, zxid, time, type }: TxnHeader): void {
  writer.i64(clientId).i32(cxid).i64(zxid).i64(time).i32(type);
}
