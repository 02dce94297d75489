// DeleteTxn, body of delete (2) and deleteContainer (20).
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout, ustring } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';

export interface DeleteTxn {
  readonly path: RawText | null;
}

export const deleteTxnLayout: Layout<DeleteTxn> = layout('DeleteTxn', (p) => ustring(p, 'path'));

/** Reads a DeleteTxn. Hot. */
export function readDeleteTxn(cursor: Cursor): DeleteTxn {
  return { path: cursor.ustring() };
}

/** Writes a DeleteTxn. */
export function writeDeleteTxn(writer: JuteWriter, { path }: DeleteTxn): void {
  writer.ustring(path);
}
