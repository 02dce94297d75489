// CreateTxn, body of create (1) and create2 (15), and CreateTxnV0, as servers before 3.4 wrote it.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { bool, buffer, type Layout, layout, ustring, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout, readAcls, writeAcls } from './acl.js';

export interface CreateTxn {
  /** Final path, with the sequence number of a sequential znode. */
  readonly path: RawText | null;
  readonly data: Buffer | null;
  readonly acl: readonly ACL[] | null;
  readonly ephemeral: boolean;
  /** cversion of the parent after the create; -1 in a V0 body, which does not tell. */
  readonly parentCVersion: number;
}

export const createTxnV0Layout: Layout<Omit<CreateTxn, 'parentCVersion'>> = layout('CreateTxnV0', (p) =>
  bool(vector(buffer(ustring(p, 'path'), 'data'), 'acl', aclLayout), 'ephemeral'),
);

export const createTxnLayout: Layout<CreateTxn> = layout('CreateTxn', (p) =>
  bool(vector(buffer(ustring(p, 'path'), 'data'), 'acl', aclLayout), 'ephemeral').int32('parentCVersion'),
);

/**
 * Reads a CreateTxn, or a CreateTxnV0 where the bytes end before parentCVersion (as FileTxnLog's reader does on
 * running out of bytes). Hot: the most frequent txn with setData.
 */
export function readCreateTxn(cursor: Cursor): CreateTxn {
  return {
    path: cursor.ustring(),
    data: cursor.buffer(),
    acl: readAcls(cursor),
    ephemeral: cursor.bool(),
    parentCVersion: cursor.left === 0 ? -1 : cursor.i32(),
  };
}

/** Writes a CreateTxn. A V0 body, which has no parentCVersion, becomes one with -1: servers read both alike. */
export function writeCreateTxn(writer: JuteWriter, txn: CreateTxn): void {
  writeAcls(writer.ustring(txn.path).buffer(txn.data), txn.acl);
  writer.bool(txn.ephemeral).i32(txn.parentCVersion);
}
