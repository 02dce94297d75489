// MultiTxn { vector<Txn> txns } and Txn { int type; buffer data }, body of multi (14). The data of a Txn is a
// body without header and digest; all parts share the outer header.
import type { Cursor } from '../jute/cursor.js';
import type { JuteWriter } from '../jute/jute-writer.js';
import { buffer, type Layout, layout, vector } from '../jute/layout.js';

/** One part of a multi, its body still encoded. */
export interface Txn {
  /** Op code of the part. */
  readonly type: number;
  readonly data: Buffer | null;
}

export interface MultiTxn {
  readonly txns: readonly Txn[] | null;
}

export const txnLayout: Layout<Txn> = layout('Txn', (p) => buffer(p.int32('type'), 'data'));

export const multiTxnLayout: Layout<MultiTxn> = layout('MultiTxn', (p) => vector(p, 'txns', txnLayout));

// The smallest part has an empty body.
const LEAST_PART_BYTES = 8;

/** Reads the parts of a MultiTxn, each body by `readBody` on a cursor that ends with it. Hot. */
export function readMultiTxn<T>(cursor: Cursor, readBody: (type: number, cursor: Cursor) => T): T[] | null {
  return cursor.vector(() => {
    const type = cursor.i32();
    return cursor.within(() => readBody(type, cursor));
  }, LEAST_PART_BYTES);
}

/** Writes a MultiTxn. */
export function writeMultiTxn(writer: JuteWriter, { txns }: MultiTxn): void {
  writer.vector(txns, (to, { type, data }) => to.i32(type).buffer(data));
}
