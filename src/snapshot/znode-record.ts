// One znode as a snapshot stores it: { ustring path; buffer data; long acl; StatPersisted stat }
// (DataTree.serializeNode).
import type { JuteWriter } from '../jute/jute-writer.js';
import { buffer, type Layout, layout, ustring } from '../jute/layout.js';
import { displayText, type RawText } from '../jute/raw-text.js';
import {
  putStatPersisted,
  readStatPersisted,
  STAT_PERSISTED_BYTES,
  type StatPersisted,
  statPersistedLayout,
} from '../records/stat-persisted.js';

/** A znode record's fields. */
export interface ZnodeFields {
  readonly path: RawText | null;
  readonly data: Buffer | null;
  /** Key into the snapshot's ACL table; -1 for the open ACL of znodes that servers create themselves. */
  readonly acl: bigint;
  readonly stat: StatPersisted;
}

export const znodeLayout: Layout<ZnodeFields> = layout('znode', (p) =>
  buffer(ustring(p, 'path'), 'data').int64('acl').nest('stat', { type: statPersistedLayout.parser }),
);

/** Writes a znode record. */
export function writeZnode(writer: JuteWriter, { path, data, acl, stat }: ZnodeFields): void {
  writer.ustring(path).buffer(data).i64(acl);
  putStatPersisted(writer, stat);
}

/** The smallest znode record behind its path: data length, ACL key, stat. */
export const ZNODE_TAIL_BYTES = 4 + 8 + STAT_PERSISTED_BYTES;

/**
 * A znode in the reader's buffer: positions, decoded when asked. Hot: one object serves the whole snapshot, so
 * what is wanted of it must be taken before the next one is read.
 */
export class ZnodeRecord {
  /** Place in the file's own order, from 0. */
  ordinal = -1;
  /** Offset of the record in the plain stream, in bytes. */
  offset = 0;
  /** Bytes of the record. */
  length = 0;
  buffer: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(this.buffer.buffer);
  /** Index in `buffer` of the path's first byte. */
  pathStart = 0;
  pathEnd = 0;
  /** Index in `buffer` of the first data byte. */
  dataStart = 0;
  /** Bytes of data, -1 for null. */
  dataLength = -1;

  /** "" for the root. */
  get path(): RawText {
    return this.buffer.toString('latin1', this.pathStart, this.pathEnd) as RawText;
  }

  /** The path as text for people, "/" for the root. */
  get text(): string {
    return this.pathStart === this.pathEnd ? '/' : displayText(this.path);
  }

  /** A view of the data; null when the server wrote length -1. */
  get data(): Buffer | null {
    return this.dataLength < 0
      ? null
      : this.buffer.subarray(this.dataStart, this.dataStart + this.dataLength);
  }

  get acl(): bigint {
    return this.view.getBigInt64(this.statStart - 8);
  }

  get stat(): StatPersisted {
    return readStatPersisted(this.view, this.statStart);
  }

  /** Index in `buffer` of the stat. */
  get statStart(): number {
    return this.dataStart + Math.max(this.dataLength, 0) + 8;
  }
}
