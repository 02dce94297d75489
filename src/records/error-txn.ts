// ErrorTxn, body of error (-1): a request that failed took its zxid all the same.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

export interface ErrorTxn {
  /** KeeperException code, see `op-code.ts`. Null in a part of a failed multi that kept its first body (`op.ts`). */
  readonly err: number | null;
}

export const errorTxnLayout: Layout<ErrorTxn> = layout('ErrorTxn', (p) => p.int32('err'));

/** Reads an ErrorTxn. Hot: half of the txns of a busy lock recipe. */
export function readErrorTxn(cursor: Cursor): ErrorTxn {
  return { err: cursor.i32() };
}

/** Writes an ErrorTxn; one without a code has no body. */
export function writeErrorTxn(writer: JuteWriter, { err }: ErrorTxn): void {
  if (err !== null) writer.i32(err);
}
