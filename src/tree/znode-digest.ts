// The digest of one znode (DigestCalculator, version 2): CRC-32 of
//
//   path as UTF-8 ("" for the root) · data, nothing for null · czxid · mzxid · pzxid · ctime · mtime · version ·
//   cversion · aversion · ephemeralOwner
//
// which is the stat as it is stored, but for pzxid, stored last. What is below /zookeeper/ counts 0, for servers
// change the statistics of quotas there without a txn. The ACL is not in it, its version is.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { crc32 } from './crc32.js';

const OUTSIDE = Buffer.from('/zookeeper/', 'latin1');
const PZXID = 52;

/** True for paths below /zookeeper, which no digest covers; /zookeeper itself is covered. */
export function isUndigested(path: RawText): boolean {
  return path.startsWith('/zookeeper/');
}

/** The same of the path in `bytes[start, end)`. */
export function isUndigestedBytes(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < OUTSIDE.length || bytes[start + 1] !== 0x7a) return false;
  return bytes.compare(OUTSIDE, 0, OUTSIDE.length, start, start + OUTSIDE.length) === 0;
}

/** The digest of a znode of a snapshot. */
export function digestOfRecord(znode: ZnodeRecord): number {
  const { buffer, pathStart, pathEnd } = znode;
  if (isUndigestedBytes(buffer, pathStart, pathEnd)) return 0;
  return statCrc(buffer, znode.statStart, dataCrc(znode, crc32(buffer, pathStart, pathEnd)));
}

/** Goes on with the data of a znode of a snapshot. */
export function dataCrc({ buffer, dataStart, dataLength }: ZnodeRecord, crc: number): number {
  return dataLength <= 0 ? crc : crc32(buffer, dataStart, dataStart + dataLength, crc);
}

/** Goes on with a StatPersisted as it is stored at `at`: pzxid comes third. */
export function statCrc(bytes: Buffer, at: number, crc: number): number {
  const zxids = crc32(bytes, at, at + 16, crc);
  return crc32(bytes, at + 16, at + PZXID, crc32(bytes, at + PZXID, at + PZXID + 8, zxids));
}

let scratch = Buffer.allocUnsafe(1024);

/** CRC-32 of a path, with which that of a znode begins. */
export function pathCrc(path: RawText): number {
  if (path.length > scratch.length) scratch = Buffer.allocUnsafe(2 * path.length);
  return crc32(scratch, 0, scratch.write(path, 'latin1'));
}
