// Znodes that the output has though no source may have them: those of every new tree, and those above what was mapped.

import { hasTrait, type Release } from '../datadir/release.js';
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import { OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import type { AclKeys } from '../snapshot/acl-keys.js';
import { parentPath } from '../tree/paths.js';
import { FRESH, FRESH_PZXID, INHERITS, OWN } from './row.js';

/** A znode that is made up. */
export interface OwnZnode {
  readonly path: RawText;
  readonly data: Buffer | null;
  readonly acl: bigint;
  readonly stat: StatPersisted;
  /** As in `row.ts`. */
  readonly flags: number;
}

export const ROOT = '' as RawText;
export const ZOOKEEPER = '/zookeeper' as RawText;
export const CONFIG = '/zookeeper/config' as RawText;
export const QUOTAS = '/zookeeper/quota' as RawText;

const NO_STAT: StatPersisted = {
  czxid: 0n,
  mzxid: 0n,
  ctime: 0n,
  mtime: 0n,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  pzxid: 0n,
};
const EMPTY = Buffer.alloc(0);
/** READ for world:anyone, as DataTree.addConfigNode sets it. */
const READ_ALL: readonly ACL[] = [{ perms: 1, id: { scheme: 'world' as RawText, id: 'anyone' as RawText } }];

/** Paths of the server's own znodes that it makes without an ACL. */
export function isWithoutAcl(path: RawText): boolean {
  return path === ROOT || path === ZOOKEEPER || path === QUOTAS;
}

/** What a new tree of a release has (DataTree's constructor). */
export function newTree(release: Release, acls: AclKeys): readonly OwnZnode[] {
  const plain = (path: RawText): OwnZnode => {
    return { path, data: EMPTY, acl: OPEN_ACL_KEY, stat: NO_STAT, flags: OWN };
  };
  const tree = [plain(ROOT), plain(ZOOKEEPER), plain(QUOTAS)];
  if (hasTrait(release, 'createsConfigZnode')) {
    const stat = { ...NO_STAT, aversion: -1 };
    tree.push({ path: CONFIG, data: EMPTY, acl: acls.keyOf(READ_ALL), stat, flags: OWN });
  }
  return tree;
}

/**
 * The znodes above these paths, each once. Their cversion is that of a parent whose children were created one by one, and
 * behind the number in the name of a sequential one.
 */
export function parentsOf(paths: Iterable<RawText>): readonly OwnZnode[] {
  const children = new Map<RawText, Set<string>>();
  for (const path of paths) {
    for (let at = path; at !== ROOT; at = parentPath(at)) {
      const parent = parentPath(at);
      const names = children.get(parent) ?? new Set();
      children.set(parent, names.add(at.slice(parent.length + 1)));
    }
  }
  return [...children].map(([path, names]) => {
    const numbers = [...names].map((name) => Number(/\d{10}$/.exec(name)?.[0] ?? -1));
    const cversion = Math.max(names.size, ...numbers.map((number) => number + 1)) | 0;
    // The root's own czxid and mzxid are 0 on every server.
    const flags = path === ROOT ? OWN | FRESH_PZXID : OWN | FRESH | FRESH_PZXID | INHERITS;
    return { path, data: EMPTY, acl: OPEN_ACL_KEY, stat: { ...NO_STAT, cversion }, flags };
  });
}
