// A txn as a log holds it: header, body, digest (FileTxnLog, SerializeUtils.deserializeTxn).
import { FormatError } from '../errors.js';
import type { Cursor } from '../jute/cursor.js';
import { type Op, readOp, unknownOp } from '../records/op.js';
import { readTxnDigest, TXN_DIGEST_BYTES, type TxnDigest } from '../records/txn-digest.js';
import type { TxnHeader } from '../records/txn-header.js';

/** A decoded txn. */
export interface Txn {
  readonly header: TxnHeader;
  /** What it does; an UnknownOp where the body cannot be read. */
  readonly op: Op;
  /** Digest of the tree after the txn; null before 3.6, with digest.enabled=false, and for errors. */
  readonly digest: TxnDigest | null;
  /** Bytes behind body and digest; 0 in every txn that a released server wrote. */
  readonly trailingBytes: number;
}

/** Decodes what follows the header of an entry; the cursor stands behind the header and ends with the entry. */
export function decodeTxn(header: TxnHeader, cursor: Cursor): Txn {
  const start = cursor.position;
  try {
    const op = readOp(header.type, cursor);
    const digest = cursor.left >= TXN_DIGEST_BYTES ? readTxnDigest(cursor) : null;
    return { header, op, digest, trailingBytes: cursor.left };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    cursor.position = start;
    return {
      header,
      op: unknownOp(header.type, cursor, error),
      digest: null,
      trailingBytes: 0,
    };
  }
}
