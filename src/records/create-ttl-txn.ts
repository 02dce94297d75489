// CreateTTLTxn, body of createTTL (21), since 3.5.3.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { buffer, type Layout, layout, ustring, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout, readAcls, writeAcls } from './acl.js';

export interface CreateTTLTxn {
  readonly path: RawText | null;
  readonly data: Buffer | null;
  readonly acl: readonly ACL[] | null;
  readonly parentCVersion: number;
  /** Milliseconds. */
  readonly ttl: bigint;
}

export const createTTLTxnLayout: Layout<CreateTTLTxn> = layout('CreateTTLTxn', (p) =>
  vector(buffer(ustring(p, 'path'), 'data'), 'acl', aclLayout)
    .int32('parentCVersion')
    .int64('ttl'),
);

/** Reads a CreateTTLTxn. By hand for its list, as readSetACLTxn. */
export function readCreateTTLTxn(cursor: Cursor): CreateTTLTxn {
  return {
    path: cursor.ustring(),
    data: cursor.buffer(),
    acl: readAcls(cursor),
    parentCVersion: cursor.i32(),
    ttl: cursor.i64(),
  };
}

/** Writes a CreateTTLTxn. */
export function writeCreateTTLTxn(writer: JuteWriter, txn: CreateTTLTxn): void {
  writeAcls(writer.ustring(txn.path).buffer(txn.data), txn.acl);
  writer.i32(txn.parentCVersion).i64(txn.ttl);
}
