// A path as 64 bits: its CRC-32, which the digest of a znode begins with, and a hash of another making. Of a million
// paths two are taken for the same with a chance of one in 37 million.
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { crc32 } from './crc32.js';
import { dataCrc, isUndigestedBytes, statCrc } from './znode-digest.js';

/** The other hash of the bytes `view[start, end)`, unsigned: words mixed as MurmurHash2 does. */
export function secondHash(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** What is computed once of a znode for all that want it. Hot: one object serves a whole snapshot. */
export class ZnodeHashes {
  pathCrc = 0;
  second = 0;
  /** CRC-32 of path and data. */
  dataCrc = 0;
  /** The znode's digest; 0 for one that no digest covers. */
  digest = 0;

  take(znode: ZnodeRecord): void {
    const { buffer, view, pathStart, pathEnd } = znode;
    this.pathCrc = crc32(buffer, pathStart, pathEnd);
    this.second = secondHash(view, pathStart, pathEnd);
    this.dataCrc = dataCrc(znode, this.pathCrc);
    const isOutside = isUndigestedBytes(buffer, pathStart, pathEnd);
    this.digest = isOutside ? 0 : statCrc(buffer, znode.statStart, this.dataCrc);
  }
}
