// What is known of a znode at one moment of its history.
import { decodedText, type RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { CONTAINER_OWNER } from '../records/kind.js';
import type { Op } from '../records/op.js';
import type { TxnHeader } from '../records/txn-header.js';
import type { Znode } from '../snapshot/znode.js';

/** A znode that is there. A field is undefined where it is not known. */
export interface ZnodeState {
  /** Null data is null. */
  readonly data?: Buffer | null | undefined;
  /** Bytes; 0 for null data. */
  readonly dataLength?: number | undefined;
  /** Null where a txn or snapshot holds none. */
  readonly acl?: readonly ACL[] | null | undefined;
  readonly version?: number | undefined;
  readonly aversion?: number | undefined;
  /** ephemeralOwner, see `records/kind.ts`. */
  readonly owner?: bigint | undefined;
  readonly czxid?: bigint | undefined;
  /** Milliseconds since 1970, as all times. */
  readonly ctime?: bigint | undefined;
  readonly mzxid?: bigint | undefined;
  readonly mtime?: bigint | undefined;
}

/** What is known: the znode's state, that there is none, or nothing. */
export type Belief = ZnodeState | 'absent' | 'unknown';

/** True for a znode that is there. */
export function isThere(belief: Belief): belief is ZnodeState {
  return typeof belief === 'object';
}

type CreateOp = Extract<Op, { parentCVersion: number }>;

/** What a create makes (DataTree.createNode). Without data where the index has none. */
export function created(op: CreateOp, { clientId, zxid, time }: TxnHeader, lacksData: boolean): ZnodeState {
  return {
    ...(lacksData ? {} : dataOf(op.data)),
    acl: op.acl,
    version: 0,
    aversion: 0,
    owner: ownerOf(op, clientId),
    czxid: zxid,
    ctime: time,
    mzxid: zxid,
    mtime: time,
  };
}

/** Data, and its length, as fields of a state. */
export function dataOf(data: Buffer | null): Pick<ZnodeState, 'data' | 'dataLength'> {
  return { data, dataLength: data?.length ?? 0 };
}

// EphemeralType.TTL.toEphemeralOwner: 0xff in the top byte, feature 0, then the ttl.
function ownerOf(op: CreateOp, clientId: bigint): bigint {
  if (op.op === 'createContainer') return CONTAINER_OWNER;
  if (op.op === 'createTTL') return BigInt.asIntN(64, (0xffn << 56n) | op.ttl);
  return op.ephemeral ? clientId : 0n;
}

/** A znode of a snapshot. */
export function stateOf({ data, dataLength, acl, stat }: Znode): ZnodeState {
  const { version, aversion, ephemeralOwner: owner, czxid, ctime, mzxid, mtime } = stat;
  return { data, dataLength, acl, version, aversion, owner, czxid, ctime, mzxid, mtime };
}

/** False where both are known and differ. */
export function mayBeSameData(a: ZnodeState, b: ZnodeState): boolean {
  if (a.dataLength !== undefined && b.dataLength !== undefined && a.dataLength !== b.dataLength) return false;
  if (a.data === undefined || b.data === undefined) return true;
  return a.data === null || b.data === null ? a.data === b.data : a.data.equals(b.data);
}

/**
 * False where both are known and differ. Text counts as servers read it back: what a log holds as two surrogates a
 * later snapshot holds as replacement characters.
 */
export function mayBeSameAcl({ acl: a }: ZnodeState, { acl: b }: ZnodeState): boolean {
  if (a == null || b == null) return true;
  return a.length === b.length && a.every((one, i) => isSameEntry(one, b[i]!));
}

function isSameEntry(a: ACL, b: ACL): boolean {
  return a.perms === b.perms && isSameText(a.id.scheme, b.id.scheme) && isSameText(a.id.id, b.id.id);
}

function isSameText(a: RawText | null, b: RawText | null): boolean {
  return a === null || b === null ? a === b : decodedText(a) === decodedText(b);
}
