// What follows the znodes: a terminator, and one to three seals (FileSnap, SnapStream, DataTree).
//
//   ustring "/"                                  terminator of the znode list
//   i64 checksum, ustring "/"                    seal #1
//   i64 zxid, i32 version, i64 digest, seal #2   digest block, since 3.6 (digest.enabled)
//   i64 zxid, seal #3                            lastProcessedZxid block, since 3.9
//
// A seal holds the Adler-32 of every byte of the stream before it. Servers tell the blocks apart by their own
// flags; the bytes left after seal #1 tell them apart without: 0, 21, 33 or 54.
import { type Layout, layout, ustring } from '../jute/layout.js';

/** Bytes of a seal: the checksum, and "/" as a ustring. */
export const SEAL_BYTES = 13;
/** The bytes of a seal behind its checksum, "/" as a ustring, in hex. */
export const SEAL_MARK = '000000012f';
/** Bytes of the digest block without its seal. */
export const DIGEST_BLOCK_BYTES = 20;
/** Bytes of the lastProcessedZxid block without its seal. */
export const LAST_ZXID_BLOCK_BYTES = 8;

export interface Seal {
  /** Adler-32, zero-extended. */
  readonly checksum: bigint;
  /** "/"; servers check only that a file ends with it (SnapStream.isValidSnapshot). */
  readonly mark: string | null;
}

export const sealLayout: Layout<Seal> = layout('seal', (p) => ustring(p.int64('checksum'), 'mark'));

/** The tree digest a snapshot carries (ZxidDigest). */
export interface SnapshotDigest {
  /** Last txn in the tree when serialising ended. With version 2 and digest 0, zxid 0 means "none recorded". */
  readonly zxid: bigint;
  readonly version: number;
  readonly digest: bigint;
}

export const digestBlockLayout: Layout<SnapshotDigest> = layout('ZxidDigest', (p) =>
  p.int64('zxid').int32('version').int64('digest'),
);

export interface LastZxidBlock {
  /** The tree's lastProcessedZxid when serialising ended. */
  readonly lastProcessedZxid: bigint;
}

export const lastZxidBlockLayout: Layout<LastZxidBlock> = layout('lastProcessedZxid', (p) =>
  p.int64('lastProcessedZxid'),
);

/** One seal as it was found. */
export interface SealCheck {
  /** Offset of the checksum field in the plain stream. */
  readonly offset: number;
  readonly expected: number;
  readonly found: bigint;
  readonly isRight: boolean;
}

/** The blocks behind a snapshot's tree. */
export interface TrailerBlocks {
  /** Null where the file has no digest block. */
  readonly digest: SnapshotDigest | null;
  /** Null where the file has no lastProcessedZxid block. */
  readonly lastProcessedZxid: bigint | null;
}

/** What follows a snapshot's tree. */
export interface SnapshotTrailer extends TrailerBlocks {
  readonly seals: readonly SealCheck[];
}
