// FileHeader, the first 16 bytes of a snapshot and of a txn log (org.apache.zookeeper.server.persistence).
//
//   0  4  magic    "ZKSN" in a snapshot, "ZKLG" in a log
//   4  4  version  2
//   8  8  dbid     -1 in a snapshot, 0 in a log
import type { JuteWriter } from '../jute/jute-writer.js';
import { type Layout, layout } from '../jute/layout.js';

/** Magic of a snapshot, the bytes "ZKSN". */
export const SNAP_MAGIC = 0x5a4b534e;
/** Magic of a txn log, the bytes "ZKLG". */
export const TXNLOG_MAGIC = 0x5a4b4c47;
/** Version of both file formats in every release since 3.0. */
export const FILE_VERSION = 2;
/** Bytes of a FileHeader. */
export const FILE_HEADER_BYTES = 16;

export interface FileHeader {
  readonly magic: number;
  readonly version: number;
  readonly dbid: bigint;
}

export const fileHeaderLayout: Layout<FileHeader> = layout('FileHeader', (p) =>
  p.int32('magic').int32('version').int64('dbid'),
);

/** Writes a FileHeader. */
export function writeFileHeader(writer: JuteWriter, { magic, version, dbid }: FileHeader): void {
  writer.i32(magic).i32(version).i64(dbid);
}
