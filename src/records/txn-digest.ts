// TxnDigest, behind the body of every txn but errors since 3.6 (org.apache.zookeeper.server.TxnLogEntry).
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

/** Bytes of a TxnDigest. */
export const TXN_DIGEST_BYTES = 12;
/** Version of the digest in every release since 3.6.0 (DigestCalculator). */
export const DIGEST_VERSION = 2;

/** The digest of the whole tree after a txn. */
export interface TxnDigest {
  readonly version: number;
  /** Sum of the znodes' digests modulo 2^64, as the signed number on disk. */
  readonly treeDigest: bigint;
}

export const txnDigestLayout: Layout<TxnDigest> = layout('TxnDigest', (p) =>
  p.int32('version').int64('treeDigest'),
);

/** Reads a TxnDigest. Hot: once per txn. */
export function readTxnDigest(cursor: Cursor): TxnDigest {
  return { version: cursor.i32(), treeDigest: cursor.i64() };
}

/** Writes a TxnDigest. */
export function writeTxnDigest(writer: JuteWriter, { version, treeDigest }: TxnDigest): void {
  writer.i32(version).i64(treeDigest);
}
