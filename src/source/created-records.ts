// Records for znodes that a snapshot does not have, so that they can go through the same passes as those it has.
import { bytesOf } from '../jute/raw-text.js';
import { STAT_PERSISTED_BYTES } from '../records/stat-persisted.js';
import { OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import type { OverlaidZnode } from '../tree/overlay.js';

const AROUND_PATH = 4 + 4 + 8 + STAT_PERSISTED_BYTES;

/**
 * A record for each: its path alone, with null data and an empty stat, for a look-up by the path gives the rest.
 * One object for all. `ordinal` is that of the first.
 */
export function* createdRecords(created: Iterable<OverlaidZnode>, ordinal: number): Generator<ZnodeRecord> {
  const record = new ZnodeRecord();
  record.ordinal = ordinal - 1;
  for (const { path } of created) {
    const bytes = bytesOf(path);
    const buffer = Buffer.alloc(bytes.length + AROUND_PATH);
    buffer.writeInt32BE(bytes.length, 0);
    bytes.copy(buffer, 4);
    record.ordinal++;
    record.length = buffer.length;
    record.buffer = buffer;
    record.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    record.pathStart = 4;
    record.pathEnd = 4 + bytes.length;
    buffer.writeInt32BE(-1, record.pathEnd);
    buffer.writeBigInt64BE(OPEN_ACL_KEY, record.pathEnd + 4);
    record.dataStart = record.pathEnd + 4;
    record.dataLength = -1;
    yield record;
  }
}
