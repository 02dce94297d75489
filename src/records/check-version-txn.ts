// CheckVersionTxn, body of check (13): inside a multi, or as the poison record of ZOOKEEPER-2623.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout, ustring } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';

export interface CheckVersionTxn {
  readonly path: RawText | null;
  /** The version checked for, plus one. */
  readonly version: number;
}

export const checkVersionTxnLayout: Layout<CheckVersionTxn> = layout('CheckVersionTxn', (p) =>
  ustring(p, 'path').int32('version'),
);

/** Reads a CheckVersionTxn. Hot: the usual first part of a multi. */
export function readCheckVersionTxn(cursor: Cursor): CheckVersionTxn {
  return { path: cursor.ustring(), version: cursor.i32() };
}

/** Writes a CheckVersionTxn. */
export function writeCheckVersionTxn(writer: JuteWriter, { path, version }: CheckVersionTxn): void {
  writer.ustring(path).i32(version);
}
