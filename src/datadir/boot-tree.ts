// The tree that a server has when it has started: its logs replayed, and gone what it deletes then.

import { dirname, resolve } from 'node:path';
import { FormatError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import { readSnapshot } from '../snapshot/read-snapshot.js';
import { snapshotBase } from '../tree/base-tree.js';
import { parentPath } from '../tree/paths.js';
import { Replay } from '../tree/replay.js';
import type { BootFiles } from './boot-files.js';
import type { Booted } from './boot-outcome.js';
import { serverTxns } from './boot-txns.js';
import type { DataDir } from './data-dir.js';
import { isSessionTo } from './owner.js';
import { hasTrait } from './release.js';

/** A znode that a server deletes as it starts, without a txn. */
export interface DeletedAtBoot {
  readonly path: RawText;
  readonly owner: bigint;
  /** What the owner means to releases that know all kinds; not to one that deletes a container. */
  readonly kind: ZnodeKind;
}

/** The tree after a start. */
export interface BootTree {
  /**
   * Znodes in memory, the root once. A server's "Node count" is one more, for it counts the root twice.
   */
  readonly znodes: number;
  /** Sessions that live on. */
  readonly sessions: number;
  /** How many were deleted, by kind; and the first of them. */
  readonly deleted: Readonly<Record<Exclude<ZnodeKind, 'persistent'>, number>>;
  readonly examples: readonly DeletedAtBoot[];
  /** Znodes below deleted ones: they count, but no client reaches them and the next snapshot leaves them out. */
  readonly unreachable: number;
}

/** Znodes of a new tree: the root, /zookeeper, /zookeeper/quota. */
const EXAMPLES = 20;

/**
 * Replays. A member of an ensemble deletes only when it begins to lead: this is the tree of one that does. Memory is
 * what the txns touch, and what is deleted with children.
 */
export function treeAfterBoot(dir: DataDir, boot: Booted, files: BootFiles): BootTree {
  const count = new TreeCount(boot, sessionsPassedOver(boot));
  const { snapshot, settings } = boot;
  const zxid = snapshot?.zxid ?? 0n;
  const isSeen = ({ extension }: { extension: string | null }) =>
    extension === null || hasTrait(settings.release, 'seesMoreNameParts');
  const logs = dir.logs.filter((file) => resolve(dirname(file.path)) === resolve(dir.logDir) && isSeen(file));
  // Without data nothing is replayed, and neither by a server that leaves its logs out.
  const replays = boot.txns > 0;
  const replay = new Replay({
    base: snapshot === null ? null : snapshotBase(snapshot.path, zxid),
    txns: () => (replays ? serverTxns(logs, zxid, settings, files) : []),
    data: false,
    digests: false,
  });
  replay.finish();
  return count.of(replay, snapshot?.path ?? null);
}

class TreeCount {
  readonly #boot: Booted;
  readonly #passedOver: ReadonlySet<bigint>;
  #znodes = 0;
  readonly #deleted = { ephemeral: 0, container: 0, ttl: 0 };
  readonly #examples: DeletedAtBoot[] = [];
  /** Deleted ones that may have children. */
  readonly #deletedParents = new Set<RawText>();
  #sessions: ReadonlyMap<bigint, number> = new Map();

  constructor(boot: Booted, passedOver: ReadonlySet<bigint>) {
    this.#boot = boot;
    this.#passedOver = passedOver;
  }

  of(replay: Replay, base: string | null): BootTree {
    this.#sessions = replay.sessions;
    for (const { path, owner } of znodes(replay, base)) this.#add(path, owner);
    if (base === null && hasTrait(this.#boot.settings.release, 'createsConfigZnode')) this.#znodes++;
    let unreachable = 0;
    if (this.#deletedParents.size > 0) {
      for (const { path } of znodes(replay, base)) if (this.#isBelowDeleted(path())) unreachable++;
    }
    return {
      znodes: this.#znodes,
      sessions: replay.sessions.size,
      deleted: this.#deleted,
      examples: this.#examples,
      unreachable,
    };
  }

  #add(path: () => RawText, owner: bigint): void {
    if (!this.#isDead(owner)) {
      this.#znodes++;
      return;
    }
    const { kind } = kindOf(owner);
    if (kind === 'persistent') return;
    this.#deleted[kind]++;
    if (kind !== 'ephemeral') this.#deletedParents.add(path());
    if (this.#examples.length < EXAMPLES) this.#examples.push({ path: path(), owner, kind });
  }

  #isDead(owner: bigint): boolean {
    return (
      isSessionTo(owner, this.#boot.settings) && !this.#sessions.has(owner) && !this.#passedOver.has(owner)
    );
  }

  #isBelowDeleted(path: RawText): boolean {
    if (this.#deletedParents.has(path)) return false;
    for (let at = path; at !== ''; ) {
      at = parentPath(at);
      if (this.#deletedParents.has(at)) return true;
    }
    return false;
  }
}

/** All znodes after a replay, with their owners; the path is made when it is asked for. */
function* znodes(replay: Replay, base: string | null): Generator<{ path: () => RawText; owner: bigint }> {
  const { overlay } = replay;
  if (base !== null) {
    const reader = readSnapshot(base);
    try {
      for (const znode of reader.znodes()) {
        const owner = overlay.ownerOf(znode);
        if (owner !== null) yield { path: () => znode.path, owner };
      }
    } finally {
      reader.close();
    }
  }
  for (const { path, stat } of overlay.created()) yield { path: () => path, owner: stat.ephemeralOwner };
}

/** Sessions of snapshots that were opened in vain: servers do not forget them. */
function sessionsPassedOver({ passedOver }: Booted): Set<bigint> {
  const sessions = new Set<bigint>();
  for (const { file, isRead } of passedOver) {
    if (!isRead) continue;
    try {
      const reader = readSnapshot(file);
      try {
        for (const { id } of reader.sessions()) sessions.add(id);
      } finally {
        reader.close();
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return sessions;
}
