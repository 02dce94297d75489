// The znodes at the touched paths, a column each field, so that a million take 120 MB.
import { readStatPersisted, STAT_PERSISTED_BYTES, type StatPersisted } from '../records/stat-persisted.js';
import { statCrc } from './znode-digest.js';

/** Where the fields of a stat lie (`records/stat-persisted.ts`). */
export const STAT_AT = {
  czxid: 0,
  mzxid: 8,
  ctime: 16,
  mtime: 24,
  version: 32,
  cversion: 36,
  aversion: 40,
  ephemeralOwner: 44,
  pzxid: 52,
} as const;

/** There is a znode at the path now. */
export const EXISTS = 1;
/** There was one in the base. */
export const IN_BASE = 2;
/** A txn (or a quota) changed it, or deleted or created it. */
export const CHANGED = 4;
/** Its data is no longer that of the base. */
export const NEW_DATA = 8;
/** Its ACL is no longer that of the base. */
export const NEW_ACL = 16;
/** It is below /zookeeper, which no digest covers. */
export const UNDIGESTED = 32;

const MIN_SLOTS = 64;

/** Columns by slot. */
export class ZnodeTable {
  /** Sum of the marks above. */
  flags = new Uint8Array(0);
  /** StatPersisted as stored, 60 bytes a slot. */
  stats = Buffer.alloc(0);
  view = new DataView(this.stats.buffer);
  /** CRC-32 of path and data. */
  dataCrc = new Uint32Array(0);
  /** The znode's digest as it is in the tree digest. */
  digest = new Uint32Array(0);
  /** Bytes of data, -1 for null. */
  dataLength = new Int32Array(0);
  /** How often the path was created since the base. */
  births = new Int32Array(0);
  /** Which birth of its parent lists it as a child, see `isListed`. */
  listedIn = new Int32Array(0);
  /** Number of the ACL where NEW_ACL is set. */
  acl = new Int32Array(0);
  /** Data where NEW_DATA is set, a character a byte; null for null, undefined where it was not to be kept. */
  readonly data: (string | null | undefined)[] = [];
  /** The txn that changed it last: number of its file, offset and length there. */
  file = new Int32Array(0);
  offset = new Float64Array(0);
  length = new Int32Array(0);

  /** Makes room for slots 0 to `count` - 1. */
  reserve(count: number): void {
    const room = this.flags.length;
    if (count <= room) return;
    const size = room === 0 ? count + MIN_SLOTS : Math.max(count, 2 * room);
    const stats = Buffer.alloc(size * STAT_PERSISTED_BYTES);
    this.stats.copy(stats);
    this.stats = stats;
    this.view = new DataView(stats.buffer, stats.byteOffset, stats.byteLength);
    this.flags = grown(this.flags, new Uint8Array(size));
    this.dataCrc = grown(this.dataCrc, new Uint32Array(size));
    this.digest = grown(this.digest, new Uint32Array(size));
    this.dataLength = grown(this.dataLength, new Int32Array(size));
    this.births = grown(this.births, new Int32Array(size));
    this.listedIn = grown(this.listedIn, new Int32Array(size));
    this.acl = grown(this.acl, new Int32Array(size));
    this.file = grown(this.file, new Int32Array(size));
    this.offset = grown(this.offset, new Float64Array(size));
    this.length = grown(this.length, new Int32Array(size));
  }

  has(slot: number, flag: number): boolean {
    return (this.flags[slot]! & flag) !== 0;
  }

  /** Index in `stats` of a slot's stat. */
  statStart(slot: number): number {
    return slot * STAT_PERSISTED_BYTES;
  }

  statOf(slot: number): StatPersisted {
    return readStatPersisted(this.view, this.statStart(slot));
  }

  /** The digest that the znode has with the stat and data it has now. */
  digestNow(slot: number): number {
    return statCrc(this.stats, this.statStart(slot), this.dataCrc[slot]!);
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
