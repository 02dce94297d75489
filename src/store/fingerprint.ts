// When two copies of a txn are the same txn.
//
// Servers of one cluster log the same txn in different bytes: with or without a digest (3.6), with or without the
// path list of closeSession (3.6), and with U+FFFD where the leader's own log has the CESU-8 of a surrogate, since
// followers decode and encode again. Of a failed multi, which does nothing, one server can log the part that failed
// and another what it would have done. Everything else that differs is a fork.
import { decodedText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Op } from '../records/op.js';
import { TXN_DIGEST_BYTES } from '../records/txn-digest.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { murmurHash128 } from '../tree/murmur-hash.js';
import type { Txn } from '../txnlog/txn.js';

const ASCII = /^[\x00-\x7f]*$/;

/**
 * 64 bits of a hash over header and canonical body of an entry. It tells what differs by accident, at 2^-64 a pair;
 * who forges a log can make two txns alike.
 */
export function fingerprint(entry: Buffer, txn: Txn): bigint {
  return murmurHash128(canonical(entry, txn)).getBigInt64(0);
}

/**
 * A text that two txns have in common where they are the same, and only there: what `fingerprint` tells, without their
 * bytes. With `isLengthsOnly` of data the length alone counts, for an index without data.
 */
export function txnKey({ header, op }: Txn, isLengthsOnly = false): string {
  const { zxid, time, clientId, cxid, type } = header;
  const head = `${zxid} ${time} ${clientId} ${cxid} ${type} ${op.op}`;
  if (op.op === 'closeSession') return head;
  if (op.op === 'multi' && op.failed) return `${head} failed ${op.ops.length}`;
  return `${head} ${JSON.stringify(decoded(op, isLengthsOnly))}`;
}

function canonical(entry: Buffer, { op, digest, trailingBytes }: Txn): Buffer {
  const header = entry.subarray(0, TXN_HEADER_BYTES);
  if (op.op === 'closeSession') return header;
  if (op.op === 'multi' && op.failed) return Buffer.concat([header, Buffer.from(`failed ${op.ops.length}`)]);
  if (!isAsciiOp(op)) return Buffer.concat([header, Buffer.from(JSON.stringify(decoded(op)))]);
  const tail = trailingBytes + (digest === null ? 0 : TXN_DIGEST_BYTES);
  return entry.subarray(0, entry.length - tail);
}

function isAsciiOp(op: Op): boolean {
  if (op.op === 'multi') return op.ops.every(isAsciiOp);
  if ('path' in op && op.path !== null && !ASCII.test(op.path)) return false;
  return !('acl' in op) || op.acl === null || op.acl.every(isAsciiAcl);
}

function isAsciiAcl({ id }: ACL): boolean {
  return (id.scheme === null || ASCII.test(id.scheme)) && (id.id === null || ASCII.test(id.id));
}

function decoded(op: Op, isLengthsOnly = false): unknown {
  if (op.op === 'multi') return op.ops.map((part) => decoded(part, isLengthsOnly));
  // Sorted, for an op of an index has its fields in another order. Why and where one cannot be read is not in the txn.
  const fields = Object.entries(op).filter(([key]) => key !== 'error');
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, value]) => [key, decodedField(key, value, isLengthsOnly)]));
}

function decodedField(key: string, value: unknown, isLengthsOnly: boolean): unknown {
  // Of an op that cannot be read an index without data does not have even the length.
  if (key === 'body' && isLengthsOnly) return null;
  if (key === 'path' && value !== null) return decodedText(value as RawText);
  if (key === 'acl' && value !== null) return (value as readonly ACL[]).map(decodedAcl);
  if (value instanceof Uint8Array)
    return isLengthsOnly ? value.length : Buffer.from(value).toString('base64');
  return typeof value === 'bigint' ? String(value) : value;
}

function decodedAcl({ perms, id }: ACL): unknown {
  const text = (value: RawText | null) => (value === null ? null : decodedText(value));
  return [perms, text(id.scheme), text(id.id)];
}
