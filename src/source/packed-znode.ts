// A znode on its way through the sort: where it stood, and its record as in the snapshot, with or without the data.
//
//   0 6 ordinal · 6 8 offset · 14 4 length · 18 the record

import type { RawText } from '../jute/raw-text.js';
import { readStatPersisted, STAT_PERSISTED_BYTES, type StatPersisted } from '../records/stat-persisted.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const HEAD_BYTES = 18;

/** A znode as it comes back. */
export interface PackedZnode {
  readonly ordinal: number;
  readonly offset: number;
  readonly length: number;
  readonly path: RawText;
  readonly dataLength: number;
  /** Null for null data, undefined where it was left out. */
  readonly data: Buffer | null | undefined;
  readonly acl: bigint;
  readonly stat: StatPersisted;
}

/** The most bytes that packing a znode takes. */
export function packedBound(record: ZnodeRecord): number {
  return HEAD_BYTES + record.length;
}

/** Writes a znode to `target` at `at` and returns where it ends. */
export function packZnode(record: ZnodeRecord, withData: boolean, target: Buffer, at: number): number {
  const { buffer, pathStart, dataStart, dataLength } = record;
  const start = pathStart - 4;
  const end = start + record.length;
  target.writeUIntBE(record.ordinal, at, 6);
  target.writeDoubleBE(record.offset, at + 6);
  target.writeInt32BE(record.length, at + 14);
  const to = at + HEAD_BYTES;
  if (withData || dataLength <= 0) return to + buffer.copy(target, to, start, end);
  const head = buffer.copy(target, to, start, dataStart);
  return to + head + buffer.copy(target, to + head, dataStart + dataLength, end);
}

/** Reads what `packZnode` wrote; nothing of it is a view. */
export function unpackZnode(bytes: Buffer, withData: boolean): PackedZnode {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pathStart = HEAD_BYTES + 4;
  const pathEnd = pathStart + view.getInt32(HEAD_BYTES);
  const dataLength = view.getInt32(pathEnd);
  const statStart = bytes.length - STAT_PERSISTED_BYTES;
  return {
    ordinal: bytes.readUIntBE(0, 6),
    offset: view.getFloat64(6),
    length: view.getInt32(14),
    path: bytes.toString('latin1', pathStart, pathEnd) as RawText,
    dataLength: Math.max(dataLength, 0),
    data: withData ? dataOf(bytes, pathEnd + 4, dataLength) : undefined,
    acl: view.getBigInt64(statStart - 8),
    stat: readStatPersisted(view, statStart),
  };
}

function dataOf(bytes: Buffer, start: number, length: number): Buffer | null {
  return length < 0 ? null : Buffer.from(bytes.subarray(start, start + length));
}
