// ACL { int perms; Id id } and Id { ustring scheme; ustring id }: one entry of an access control list.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout, ustring } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';

/** Whom an ACL entry is for. A null is a string the server wrote with length -1. */
export interface Id {
  readonly scheme: RawText | null;
  readonly id: RawText | null;
}

/** One entry of an access control list. */
export interface ACL {
  /** Sum of READ 1, WRITE 2, CREATE 4, DELETE 8, ADMIN 16. */
  readonly perms: number;
  readonly id: Id;
}

export const idLayout: Layout<Id> = layout('Id', (p) => ustring(ustring(p, 'scheme'), 'id'));

export const aclLayout: Layout<ACL> = layout('ACL', (p) =>
  p.int32('perms').nest('id', { type: idLayout.parser }),
);

/** Bytes of the smallest ACL: its scheme and its id are empty or null. */
export const LEAST_ACL_BYTES = 12;

/** Reads an ACL, or returns the one before it in its list where that is equal. Hot: in every create. */
export function readAcl(cursor: Cursor, before?: ACL): ACL {
  const perms = cursor.i32();
  const scheme = cursor.ustring();
  const id = cursor.ustring();
  return before !== undefined && before.perms === perms && before.id.id === id && before.id.scheme === scheme
    ? before
    : { perms, id: { scheme, id } };
}

/** Reads a list of ACLs, null for a null one. */
export function readAcls(cursor: Cursor): ACL[] | null {
  return cursor.vector(readAcl, LEAST_ACL_BYTES);
}

/** Writes a list of ACLs; a null one as count -1. */
export function writeAcls(writer: JuteWriter, acls: readonly ACL[] | null): void {
  writer.vector(acls, (to, { perms, id: { scheme, id } }) => to.i32(perms).ustring(scheme).ustring(id));
}
