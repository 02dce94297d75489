// SetACLTxn, body of setACL (7).
import { type Layout, layout, ustring, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout } from './acl.js';

export interface SetACLTxn {
  readonly path: RawText | null;
  readonly acl: readonly ACL[] | null;
  /** The resulting aversion. */
  readonly version: number;
}

export const setACLTxnLayout: Layout<SetACLTxn> = layout('SetACLTxn', (p) =>
  vector(ustring(p, 'path'), 'acl', aclLayout).int32('version'),
);
