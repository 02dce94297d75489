// StatPersisted, the part of a znode's stat that is stored. pzxid comes last on disk.
//
//   0  8 czxid · 8  8 mzxid · 16  8 ctime · 24  8 mtime · 32  4 version · 36  4 cversion · 40  4 aversion
//   44 8 ephemeralOwner · 52 8 pzxid
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

/** Bytes of a StatPersisted. */
export const STAT_PERSISTED_BYTES = 60;

/** A znode's stored stat. `Stat`, which clients see, has two fields more and another cversion. */
export interface StatPersisted {
  /** zxid of the create. */
  readonly czxid: bigint;
  /** zxid of the last setData; of the create before one. */
  readonly mzxid: bigint;
  /** Time of the create, milliseconds since 1970, by the leader's clock. */
  readonly ctime: bigint;
  /** Time of the last setData, milliseconds since 1970. */
  readonly mtime: bigint;
  /** Data version. */
  readonly version: number;
  /** Child creations so far: the next sequence number, not what clients see as cversion. */
  readonly cversion: number;
  /** ACL version. */
  readonly aversion: number;
  /** 0, a session id, or the mark of a container or TTL znode (see `kind.ts`). */
  readonly ephemeralOwner: bigint;
  /** zxid of the last create or delete of a direct child; of the create before one. */
  readonly pzxid: bigint;
}

export const statPersistedLayout: Layout<StatPersisted> = layout('StatPersisted', (p) =>
  p
    .int64('czxid')
    .int64('mzxid')
    .int64('ctime')
    .int64('mtime')
    .int32('version')
    .int32('cversion')
    .int32('aversion')
    .int64('ephemeralOwner')
    .int64('pzxid'),
);

/** Reads the StatPersisted at `at`; the 60 bytes must be there. Hot: once per znode. */
export function readStatPersisted(view: DataView, at: number): StatPersisted {
  return {
    czxid: view.getBigInt64(at),
    mzxid: view.getBigInt64(at + 8),
    ctime: view.getBigInt64(at + 16),
    mtime: view.getBigInt64(at + 24),
    version: view.getInt32(at + 32),
    cversion: view.getInt32(at + 36),
    aversion: view.getInt32(at + 40),
    ephemeralOwner: view.getBigInt64(at + 44),
    pzxid: view.getBigInt64(at + 52),
  };
}

/** Writes a StatPersisted at `at`, where 60 bytes must be free. */
export function writeStatPersisted(view: DataView, at: number, stat: StatPersisted): void {
  view.setBigInt64(at, stat.czxid);
  view.setBigInt64(at + 8, stat.mzxid);
  view.setBigInt64(at + 16, stat.ctime);
  view.setBigInt64(at + 24, stat.mtime);
  view.setInt32(at + 32, stat.version);
  view.setInt32(at + 36, stat.cversion);
  view.setInt32(at + 40, stat.aversion);
  view.setBigInt64(at + 44, stat.ephemeralOwner);
  view.setBigInt64(at + 52, stat.pzxid);
}

/** Appends a StatPersisted. */
export function putStatPersisted(writer: JuteWriter, stat: StatPersisted): void {
  writer.i64(stat.czxid).i64(stat.mzxid).i64(stat.ctime).i64(stat.mtime);
  writer.i32(stat.version).i32(stat.cversion).i32(stat.aversion);
  writer.i64(stat.ephemeralOwner).i64(stat.pzxid);
}
