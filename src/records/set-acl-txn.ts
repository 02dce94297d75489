// SetACLTxn, body of setACL (7).
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout, ustring, vector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';
import { type ACL, aclLayout, readAcls, writeAcls } from './acl.js';

export interface SetACLTxn {
  readonly path: RawText | null;
  readonly acl: readonly ACL[] | null;
  /** The resulting aversion. */
  readonly version: number;
}

export const setACLTxnLayout: Layout<SetACLTxn> = layout('SetACLTxn', (p) =>
  vector(ustring(p, 'path'), 'acl', aclLayout).int32('version'),
);

/** Reads a SetACLTxn. By hand, for a layout makes several objects of each entry before it has any to give. */
export function readSetACLTxn(cursor: Cursor): SetACLTxn {
  return { path: cursor.ustring(), acl: readAcls(cursor), version: cursor.i32() };
}

/** Writes a SetACLTxn. */
export function writeSetACLTxn(writer: JuteWriter, { path, acl, version }: SetACLTxn): void {
  writeAcls(writer.ustring(path), acl);
  writer.i32(version);
}
