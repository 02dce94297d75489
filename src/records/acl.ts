// ACL { int perms; Id id } and Id { ustring scheme; ustring id }: one entry of an access control list.
import type { Cursor } from '../jute/cursor.js';
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

/** Reads an ACL. Hot: in every create. */
export function readAcl(cursor: Cursor): ACL {
  return { perms: cursor.i32(), id: { scheme: cursor.ustring(), id: cursor.ustring() } };
}
