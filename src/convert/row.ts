// A znode of the output on its way through the sort: what is still to be decided of it, where it came from, and its
// record as in a snapshot.
//
//   0 1 flags · 1 1 source · 2 the record
import { JuteWriter } from '../jute/jute-writer.js';
import { writeZnode, type ZnodeFields, ZnodeRecord } from '../snapshot/znode-record.js';
import { keyBound, writeKey } from '../source/canonical-key.js';
import type { SortRow } from '../store/sort.js';

/** It is made up: a znode of a source at the same path takes its place. */
export const OWN = 1;
/** czxid, mzxid, ctime and mtime are those of the output. */
export const FRESH = 2;
/** pzxid is that of the output. */
export const FRESH_PZXID = 4;
/** Its ACL is its parent's. */
export const INHERITS = 8;

/** The source of what is made up. */
export const NO_SOURCE = 255;
/** Sources that one output can be made of. */
export const MOST_SOURCES = 254;

const HEAD_BYTES = 2;
// A znode's ordinal is its number in its source, behind the number of the source: six bytes.
const ORDINALS_OF_SOURCE = 2 ** 40;

/** Makes rows for the sort. */
export class RowMaker {
  readonly #writer = new JuteWriter(4096);
  readonly #record = new ZnodeRecord();
  #key = Buffer.alloc(1024);

  /** A row that lives until the next is made. `n` is its number in its source. */
  row(fields: ZnodeFields, flags: number, source: number, n: number): SortRow {
    const writer = this.#writer.clear();
    writer.byte(flags).byte(source);
    writeZnode(writer, fields);
    const record = this.#record;
    record.buffer = writer.bytes;
    record.pathStart = HEAD_BYTES + 4;
    record.pathEnd = record.pathStart + fields.path!.length;
    record.ordinal = source * ORDINALS_OF_SOURCE + n;
    const bound = keyBound(record);
    if (this.#key.length < bound) this.#key = Buffer.alloc(2 * bound);
    return { key: this.#key.subarray(0, writeKey(record, this.#key)), record: record.buffer };
  }
}

/** A row that came back, in a buffer of its own; one object serves for many. */
export class Row {
  flags = 0;
  source = 0;
  /** The znode; its buffer holds more than its record. */
  readonly znode = new ZnodeRecord();
  #buffer = Buffer.alloc(0);

  /** Copies a row. */
  set(bytes: Buffer): void {
    const { znode } = this;
    if (this.#buffer.length < bytes.length) {
      this.#buffer = Buffer.alloc(Math.max(2 * bytes.length, 4096));
      znode.buffer = this.#buffer;
      znode.view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length);
    }
    bytes.copy(this.#buffer);
    this.flags = this.#buffer[0]!;
    this.source = this.#buffer[1]!;
    znode.length = bytes.length - HEAD_BYTES;
    znode.pathStart = HEAD_BYTES + 4;
    znode.pathEnd = znode.pathStart + znode.view.getInt32(HEAD_BYTES);
    znode.dataLength = znode.view.getInt32(znode.pathEnd);
    znode.dataStart = znode.pathEnd + 4;
  }

  /** A view of the record. */
  get bytes(): Buffer {
    return this.#buffer.subarray(HEAD_BYTES, HEAD_BYTES + this.znode.length);
  }
}
