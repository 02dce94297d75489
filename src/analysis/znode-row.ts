// A znode as a row: the names and values of docs/json.md.
import { kindOf, type ZnodeKind } from '../records/kind.js';
import type { Znode } from '../snapshot/znode.js';
import { type AclRow, aclRows } from './acl-row.js';
import { pathBase64, shownPath } from './paths.js';

/** A znode in output; `data` is still bytes. */
export interface ZnodeRow {
  /** "/" for the root. */
  readonly path: string;
  /** The path's bytes, where they are not UTF-8 and `path` shows them as `\xNN`. */
  readonly pathBase64?: string | undefined;
  readonly kind: ZnodeKind;
  /** Milliseconds; null for all but TTL znodes. */
  readonly ttl: bigint | null;
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly pzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  /** As stored: child creations so far. Clients see 2 x cversion - numChildren. */
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren?: number | undefined;
  /** Null where the snapshot holds no such ACL. */
  readonly acl: readonly AclRow[] | null;
  /** Undefined where it was not asked for. */
  readonly data?: Buffer | null | undefined;
  readonly file?: string | undefined;
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
}

/** What a znode's row shall hold. */
export interface ZnodeRowOptions {
  /** With file, offset and length (default false). */
  readonly evidence?: boolean | undefined;
  /** Reads every negative owner as a TTL of 3.5.3 (default false). */
  readonly emulate353?: boolean | undefined;
}

// Most znodes share the ACL of the one before.
let lastAcl: Znode['acl'] = null;
let lastAclRows: ZnodeRow['acl'] = null;

function rowsOfAcl(acl: Znode['acl']): ZnodeRow['acl'] {
  if (acl !== lastAcl) {
    lastAclRows = aclRows(acl);
    lastAcl = acl;
  }
  return lastAclRows;
}

/** Makes the row of a znode. */
export function znodeRow(znode: Znode, options: ZnodeRowOptions = {}): ZnodeRow {
  const { path, stat, evidence } = znode;
  const where = options.evidence ? evidence : undefined;
  const { kind, ttl } = kindOf(stat.ephemeralOwner, options.emulate353);
  return {
    path: shownPath(path),
    pathBase64: pathBase64(path),
    kind,
    ttl,
    czxid: stat.czxid,
    mzxid: stat.mzxid,
    pzxid: stat.pzxid,
    ctime: stat.ctime,
    mtime: stat.mtime,
    version: stat.version,
    cversion: stat.cversion,
    aversion: stat.aversion,
    ephemeralOwner: stat.ephemeralOwner,
    dataLength: znode.dataLength,
    numChildren: znode.numChildren,
    acl: rowsOfAcl(znode.acl),
    data: znode.data,
    // Named, for a spread costs as much as all else.
    file: where?.file,
    offset: where?.offset,
    length: where?.length,
  };
}

/** What ZooKeeper's clients show as cversion: creations and deletions of children (DataNode.copyStat). */
export function clientCversion(cversion: number, numChildren: number): number {
  return (2 * cversion - numChildren) | 0;
}
