// CreateContainerTxn, body of createContainer (19), since 3.5.1.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { buffer, type Layout, layout, ustring, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout, readAcls, writeAcls } from './acl.js';

export interface CreateContainerTxn {
  readonly path: RawText | null;
  readonly data: Buffer | null;
  readonly acl: readonly ACL[] | null;
  readonly parentCVersion: number;
}

export const createContainerTxnLayout: Layout<CreateContainerTxn> = layout('CreateContainerTxn', (p) =>
  vector(buffer(ustring(p, 'path'), 'data'), 'acl', aclLayout).int32('parentCVersion'),
);

/** Reads a CreateContainerTxn. By hand for its list, as readSetACLTxn. */
export function readCreateContainerTxn(cursor: Cursor): CreateContainerTxn {
  return {
    path: cursor.ustring(),
    data: cursor.buffer(),
    acl: readAcls(cursor),
    parentCVersion: cursor.i32(),
  };
}

/** Writes a CreateContainerTxn. */
export function writeCreateContainerTxn(writer: JuteWriter, txn: CreateContainerTxn): void {
  writeAcls(writer.ustring(txn.path).buffer(txn.data), txn.acl);
  writer.i32(txn.parentCVersion);
}
