// SetDataTxn, body of setData (5) and reconfig (16).
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { buffer, type Layout, layout, ustring } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';

export interface SetDataTxn {
  readonly path: RawText | null;
  readonly data: Buffer | null;
  /** The resulting version, not the expected one. */
  readonly version: number;
}

export const setDataTxnLayout: Layout<SetDataTxn> = layout('SetDataTxn', (p) =>
  buffer(ustring(p, 'path'), 'data').int32('version'),
);

/** Reads a SetDataTxn. Hot. */
export function readSetDataTxn(cursor: Cursor): SetDataTxn {
  return { path: cursor.ustring(), data: cursor.buffer(), version: cursor.i32() };
}

/** Writes a SetDataTxn. */
export function writeSetDataTxn(writer: JuteWriter, { path, data, version }: SetDataTxn): void {
  writer.ustring(path).buffer(data).i32(version);
}
