// CloseSessionTxn, body of closeSession (-11) since 3.6 (`closeSessionTxn.enabled`); none before.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout, ustringVector } from '../jute/layout.js';
import type { RawText } from '../jute/raw-text.js';

export interface CloseSessionTxn {
  /** Ephemerals that the close deletes. */
  readonly paths2Delete: readonly (RawText | null)[] | null;
}

export const closeSessionTxnLayout: Layout<CloseSessionTxn> = layout('CloseSessionTxn', (p) =>
  ustringVector(p, 'paths2Delete'),
);

// The smallest path is its length alone.
const LEAST_PATH_BYTES = 4;

/** Reads a CloseSessionTxn. By hand for its list, as readSetACLTxn. */
export function readCloseSessionTxn(cursor: Cursor): CloseSessionTxn {
  return { paths2Delete: cursor.vector((path) => path.ustring(), LEAST_PATH_BYTES) };
}

/** Writes a CloseSessionTxn: nothing where there is no list, as before 3.6. */
export function writeCloseSessionTxn(writer: JuteWriter, { paths2Delete }: CloseSessionTxn): void {
  if (paths2Delete !== null) writer.vector(paths2Delete, (to, path) => to.ustring(path));
}
