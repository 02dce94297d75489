// A znode record made of fields, for a znode that is in no snapshot's bytes.
import { bytesOf, type RawText } from '../jute/raw-text.js';
import { type StatPersisted, writeStatPersisted } from '../records/stat-persisted.js';
import { ZNODE_TAIL_BYTES, type ZnodeRecord } from './znode-record.js';

/** What a record holds; a stat that is left out is all zeros. */
export interface RecordFields {
  readonly path: RawText;
  readonly data: Buffer | null;
  /** Key into an ACL table. */
  readonly acl: bigint;
  readonly stat?: StatPersisted;
}

/** Has `record` hold these fields, in a buffer of its own. */
export function fillRecord(record: ZnodeRecord, { path, data, acl, stat }: RecordFields): void {
  const text = bytesOf(path);
  const pathEnd = 4 + text.length;
  const buffer = Buffer.alloc(pathEnd + ZNODE_TAIL_BYTES + (data?.length ?? 0));
  buffer.writeInt32BE(text.length, 0);
  text.copy(buffer, 4);
  buffer.writeInt32BE(data === null ? -1 : data.length, pathEnd);
  data?.copy(buffer, pathEnd + 4);
  record.buffer = buffer;
  record.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  record.length = buffer.length;
  record.pathStart = 4;
  record.pathEnd = pathEnd;
  record.dataStart = pathEnd + 4;
  record.dataLength = data === null ? -1 : data.length;
  const at = record.statStart;
  record.view.setBigInt64(at - 8, acl);
  if (stat !== undefined) writeStatPersisted(record.view, at, stat);
}
