// Znodes whose ACL a snapshot lacks, in a replay. A fuzzy snapshot can have them; servers from 3.8.4 and 3.9.2 on look
// ACLs up as they replay, and stop at such a one that no txn has mended before (ZOOKEEPER-4846).
import type { RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import { parentPath, treePath } from '../tree/paths.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { BootStop } from './boot-outcome.js';
import type { DataFile } from './data-dir.js';
import { isSessionTo } from './owner.js';
import { hasTrait } from './release.js';
import type { ServerMode, ServerSettings } from './server-settings.js';

/**
 * Where a server stops for want of an ACL: at a txn, or, alone, as it deletes the ephemerals of dead sessions; null
 * where it does not. Memory is that of the znodes concerned.
 */
export function findLackingAcl(
  snapshot: DataFile,
  txns: Iterable<LoggedTxn>,
  settings: ServerSettings,
  mode: ServerMode,
): BootStop | null {
  const lacking = lackingAcls(snapshot.path);
  const watch = new AclWatch(lacking, childrenOf(snapshot.path, lacking), settings);
  const stopAt = (key: bigint, file: string, offset: number): BootStop => ({
    code: 'acl-lacking',
    error: `Failed to fetch acls for ${key}`,
    file,
    offset,
    expected: `ACL ${key} in the table of ${snapshot.name}`,
    found: 'none',
    why: 'the snapshot was written while ACLs changed and lacks one; this release looks it up as it loads (ZOOKEEPER-4846)',
    todo: 'Start a release before 3.8.4 (or 3.9.0, 3.9.1), or begin with an older snapshot and the logs behind it: in a copy, move this one away.',
  });
  const sessions = sessionsOf(snapshot.path);
  for (const { txn, evidence } of txns) {
    const { clientId } = txn.header;
    const key = watch.apply(txn.op, clientId);
    if (key !== null) return stopAt(key, evidence.file, evidence.offset);
    if (txn.op.op === 'createSession') sessions.add(clientId);
    if (txn.op.op === 'closeSession') sessions.delete(clientId);
  }
  if (mode === 'quorum') return null;
  const key = watch.deadKey((owner) => isSessionTo(owner, settings) && !sessions.has(owner));
  return key === null ? null : stopAt(key, snapshot.path, 0);
}

function sessionsOf(file: string): Set<bigint> {
  const reader = openSnapshot(file);
  try {
    return new Set([...reader.sessions()].map(({ id }) => id));
  } finally {
    reader.close();
  }
}

/** A znode without ACL. */
interface Lacking {
  readonly key: bigint;
  readonly owner: bigint;
}

function lackingAcls(file: string): Map<RawText, Lacking> {
  const found = new Map<RawText, Lacking>();
  const reader = openSnapshot(file);
  try {
    const keys = new Set<bigint>([-1n]);
    for (const { key } of reader.acls()) keys.add(key);
    for (const znode of reader.znodes()) {
      if (keys.has(znode.acl)) continue;
      found.set(znode.path, { key: znode.acl, owner: znode.stat.ephemeralOwner });
    }
  } finally {
    reader.close();
  }
  return found;
}

/** Children of those znodes, with their owners. */
function childrenOf(file: string, lacking: ReadonlyMap<RawText, Lacking>): Map<RawText, bigint> {
  const children = new Map<RawText, bigint>();
  const reader = openSnapshot(file);
  try {
    for (const znode of reader.znodes()) {
      const { path } = znode;
      if (path !== '' && lacking.has(parentPath(path))) children.set(path, znode.stat.ephemeralOwner);
    }
  } finally {
    reader.close();
  }
  return children;
}

class AclWatch {
  readonly #lacking: Map<RawText, Lacking>;
  readonly #children: Map<RawText, bigint>;
  readonly #settings: ServerSettings;
  #session = 0n;

  constructor(lacking: Map<RawText, Lacking>, children: Map<RawText, bigint>, settings: ServerSettings) {
    this.#lacking = lacking;
    this.#children = children;
    this.#settings = settings;
  }

  /** The key that is looked up in vain, or null. */
  apply(op: Op, session: bigint): bigint | null {
    this.#session = session;
    if (op.op !== 'multi') return this.#one(op);
    if (op.failed) return null;
    for (const part of op.ops) {
      if (part.op === 'unknown') return null;
      const key = this.#one(part);
      if (key !== null) return key;
    }
    return null;
  }

  #one(op: Op): bigint | null {
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        return op.path === null ? null : this.#create(treePath(op.path));
      case 'delete':
      case 'deleteContainer':
        return op.path === null ? null : this.#delete(treePath(op.path));
      case 'setData':
      case 'reconfig':
        return op.path === null ? null : this.#keyOf(treePath(op.path));
      case 'setACL':
        if (op.path !== null) this.#lacking.delete(treePath(op.path));
        return null;
      case 'closeSession':
        return this.#close(op.paths2Delete ?? []);
      default:
        return null;
    }
  }

  #keyOf(path: RawText): bigint | null {
    return this.#lacking.get(path)?.key ?? null;
  }

  #create(path: RawText): bigint | null {
    const key = this.#keyOf(parentPath(path));
    if (key !== null) return key;
    if (hasTrait(this.#settings.release, 'createAdoptsAcl')) this.#lacking.delete(path);
    return null;
  }

  // Both its own and its parent's are looked up, where it is there.
  #delete(path: RawText): bigint | null {
    const key = this.#keyOf(path) ?? (this.#children.has(path) ? this.#keyOf(parentPath(path)) : null);
    this.#children.delete(path);
    return key;
  }

  #close(listed: readonly (RawText | null)[]): bigint | null {
    for (const path of listed) {
      const key = path === null ? null : this.#delete(treePath(path));
      if (key !== null) return key;
    }
    return this.deadKey((owner) => owner === this.#session);
  }

  /** The key that is looked up in vain where the ephemerals of some owners are deleted; null for none. */
  deadKey(isDead: (owner: bigint) => boolean): bigint | null {
    for (const { key, owner } of this.#lacking.values()) if (owner !== 0n && isDead(owner)) return key;
    for (const [path, owner] of this.#children) {
      const key = owner !== 0n && isDead(owner) ? this.#keyOf(parentPath(path)) : null;
      if (key !== null) return key;
    }
    return null;
  }
}
