// Znodes of a snapshot, scrubbed as they pass.
import { STAT_PERSISTED_BYTES } from '../records/stat-persisted.js';
import { ZNODE_TAIL_BYTES, ZnodeRecord } from '../snapshot/znode-record.js';
import type { BaseReading, BaseTree } from '../tree/base-tree.js';
import type { Scrubber } from './scrubber.js';

/** The scrubbed records; one object serves for all, and each has the length of its original. */
export function* scrubbedZnodes(znodes: Iterable<ZnodeRecord>, scrubber: Scrubber): Generator<ZnodeRecord> {
  const made = new ZnodeRecord();
  let buffer = Buffer.alloc(0);
  for (const znode of znodes) {
    const path = scrubber.path(znode.path);
    const data = scrubber.data(znode.path, znode.data);
    const length = 4 + path.length + ZNODE_TAIL_BYTES + (data?.length ?? 0);
    if (buffer.length < length) {
      buffer = Buffer.alloc(Math.max(2 * length, 4096));
      made.buffer = buffer;
      made.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    }
    made.ordinal = znode.ordinal;
    made.offset = znode.offset;
    made.length = length;
    made.pathStart = 4;
    made.pathEnd = 4 + path.length;
    made.dataStart = made.pathEnd + 4;
    made.dataLength = data === null ? -1 : data.length;
    made.view.setInt32(0, path.length);
    buffer.write(path, 4, 'latin1');
    made.view.setInt32(made.pathEnd, made.dataLength);
    data?.copy(buffer, made.dataStart);
    znode.buffer.copy(
      buffer,
      made.statStart - 8,
      znode.statStart - 8,
      znode.statStart + STAT_PERSISTED_BYTES,
    );
    yield made;
  }
}

/** A replay's base, scrubbed but for its ACLs, which no digest covers. */
export function scrubbedBase(base: BaseTree, scrubber: Scrubber): BaseTree {
  return {
    name: base.name,
    zxid: base.zxid,
    open() {
      const reading = base.open();
      return {
        sessions: () => reading.sessions(),
        acls: () => reading.acls(),
        znodes: () => scrubbedZnodes(reading.znodes(), scrubber),
        get trailer() {
          return reading.trailer;
        },
        get isSound() {
          return reading.isSound;
        },
        close: () => reading.close(),
      } satisfies BaseReading;
    },
  };
}
