// A snapshot's session table by id, in constant memory: a damaged count can make millions of it.
import type { Session } from '../snapshot/session.js';
import { type SortRow, sortRecords } from '../store/sort.js';

const KEY_BYTES = 8;

/** The sessions by id. */
export function* sortedSessions(sessions: Iterable<Session>): Generator<Session> {
  for (const record of sortRecords(rows(sessions))) {
    yield { id: record.readBigInt64BE(0), timeout: record.readInt32BE(KEY_BYTES) };
  }
}

function* rows(sessions: Iterable<Session>): Generator<SortRow> {
  const key = Buffer.alloc(KEY_BYTES);
  const record = Buffer.alloc(KEY_BYTES + 4);
  for (const { id, timeout } of sessions) {
    // Keys are compared as unsigned bytes, and ids are signed.
    key.writeBigUInt64BE(BigInt.asUintN(64, id) ^ (1n << 63n));
    record.writeBigInt64BE(id);
    record.writeInt32BE(timeout, KEY_BYTES);
    yield { key, record };
  }
}
