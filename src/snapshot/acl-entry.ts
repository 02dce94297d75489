// The ACL table of a snapshot: i32 count, then { long key; vector<ACL> acl } each
// (ReferenceCountedACLCache.serialize).
import { type Layout, layout, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout } from '../records/acl.js';

/** The key of znodes that servers create without an ACL; it is in no table and means OPEN_ACL_UNSAFE. */
export const OPEN_ACL_KEY = -1n;

/** ZooDefs.Ids.OPEN_ACL_UNSAFE: everybody may do everything. */
export const OPEN_ACL: readonly ACL[] = [
  { perms: 31, id: { scheme: 'world' as RawText, id: 'anyone' as RawText } },
];

/** An entry of a snapshot's ACL table. Keys are private to one server. */
export interface AclEntry {
  readonly key: bigint;
  readonly acl: readonly ACL[] | null;
}

export const aclEntryLayout: Layout<AclEntry> = layout('ACL table entry', (p) =>
  vector(p.int64('key'), 'acl', aclLayout),
);
