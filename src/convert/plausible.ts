// Numbers of a damaged snapshot, which may be pieces of somebody's data: what can be none of a server's.
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const MOST_KEYS = 2n ** 32n;
/** Milliseconds: 27 hours. */
const MOST_TIMEOUT = 100_000_000;
const MOST_TIME = 2n ** 44n;

/** True for what can be a key of an ACL table. */
export function isAclKey(key: bigint): boolean {
  return key >= -1n && key < MOST_KEYS;
}

/** True for what can be a session: text is none, nor are timeouts of days. */
export function isSession(id: bigint, timeout: number): boolean {
  return timeout >= 0 && timeout <= MOST_TIMEOUT && !isText(BigInt.asUintN(64, id));
}

/** True for what can be a stat: zxids count up from 0, and times are of the years from 1970 to 2527. */
export function isStat({ stat, acl }: ZnodeRecord): boolean {
  const { czxid, mzxid, pzxid, ctime, mtime, ephemeralOwner } = stat;
  const isOne = [czxid, mzxid, pzxid].every((zxid) => zxid >= 0n && !isText(zxid));
  const hasTimes = [ctime, mtime].every((time) => time >= 0n && time < MOST_TIME);
  return isOne && hasTimes && isAclKey(acl) && !isText(BigInt.asUintN(64, ephemeralOwner));
}

/** True where most bytes of a number are printable. */
function isText(number: bigint): boolean {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(number);
  return bytes.filter((byte) => byte >= 0x20 && byte < 0x7f).length >= 6;
}
