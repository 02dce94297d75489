// Records for znodes that a snapshot does not have, so that they can go through the same passes as those it has.
import { OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { fillRecord } from '../snapshot/fill-record.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import type { OverlaidZnode } from '../tree/overlay.js';

/**
 * A record for each: its path alone, with null data and an empty stat, for a look-up by the path gives the rest.
 * One object for all. `ordinal` is that of the first.
 */
export function* createdRecords(created: Iterable<OverlaidZnode>, ordinal: number): Generator<ZnodeRecord> {
  const record = new ZnodeRecord();
  record.ordinal = ordinal - 1;
  for (const { path } of created) {
    record.ordinal++;
    fillRecord(record, { path, data: null, acl: OPEN_ACL_KEY });
    yield record;
  }
}
