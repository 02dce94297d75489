// Events as rows to be sorted by their place in history, oldest or newest first.
import { deserialize, serialize } from 'node:v8';
import { pathKey } from '../source/canonical-key.js';
import type { SortRow } from '../store/sort.js';
import { type HistoryEvent, placeOf } from './history-event.js';

/**
 * The row of an event: by zxid, what is only known to lie before it behind what is known to be of it, then by the
 * order in its txn, then by path.
 */
export function eventRow(event: HistoryEvent, isNewestFirst: boolean): SortRow {
  const head = Buffer.allocUnsafe(16);
  // Signed zxids in the order of unsigned bytes.
  head.writeBigUInt64BE(BigInt.asUintN(64, placeOf(event)) ^ (1n << 63n), 0);
  head[8] = event.zxid === null ? 1 : 0;
  head.writeUIntBE(event.order + 1, 9, 6);
  head[15] = 0;
  const key = Buffer.concat([head, pathKey(event.path)]);
  if (isNewestFirst) for (let i = 0; i < key.length; i++) key[i] = ~key[i]! & 0xff;
  return { key, record: serialize(event) };
}

/** The event in a sorted row. */
export function eventOf(record: Buffer): HistoryEvent {
  // Buffers of what is made of it are views.
  return deserialize(Buffer.from(record)) as HistoryEvent;
}
