// The tree that a server has when it has started: its logs replayed, and gone what it deletes then.

import { FormatError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import { kindOf, type ZnodeKind } from '../records/kind.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import { parentPath } from '../tree/paths.js';
import type { Replay } from '../tree/replay.js';
import { type TreeDifference, treeDifference } from '../tree/tree-difference.js';
import { BootFiles } from './boot-files.js';
import type { Booted } from './boot-outcome.js';
import { BootReplays } from './boot-replays.js';
import type { DataDir } from './data-dir.js';
import { isSessionTo } from './owner.js';
import { hasTrait } from './release.js';

/** A znode that a server deletes as it starts, without a txn. */
export interface DeletedAtBoot {
  readonly path: RawText;
  /** The owner for whose want it goes. */
  readonly owner: bigint;
  readonly kind: DeletedKind;
}

/**
 * What the owner means to releases that know all kinds, though not to this one where it deletes a container or TTL.
 * `leftover`: the owner is that of the path in a damaged snapshot that was read before; servers do not forget it.
 */
export type DeletedKind = Exclude<ZnodeKind, 'persistent'> | 'leftover';

/** The tree after a start. */
export interface BootTree {
  /**
   * Znodes in memory, the root once. A server's "Node count" is one more, for it counts the root twice.
   */
  readonly znodes: number;
  /** Sessions that live on, each for its timeout. */
  readonly sessions: number;
  /** How many were deleted, by kind; and the first of them. */
  readonly deleted: Readonly<Record<DeletedKind, number>>;
  readonly examples: readonly DeletedAtBoot[];
  /** Znodes below deleted ones: they count, but no client reaches them and the next snapshot leaves them out. */
  readonly unreachable: number;
  /**
   * What the replay left otherwise than it was, before anything is deleted: where the snapshot is fuzzy and the
   * release is older than 3.6, or leaves out parts of multis. Null where neither is so.
   */
  readonly differs: TreeDifference | null;
}

const EXAMPLES = 20;

/**
 * Replays. A member of an ensemble deletes only when it begins to lead: this is the tree of one that does. Memory is
 * what the txns touch, twice where it may differ, and what is deleted with children. `replays` remembers those that were
 * made of the directory for other servers.
 */
export function treeAfterBoot(
  dir: DataDir,
  boot: Booted,
  files: BootFiles = new BootFiles(),
  replays: BootReplays = new BootReplays(dir, files),
): BootTree {
  const count = new TreeCount(boot, leftoversOf(boot));
  const replay = replays.own(boot);
  const tree = count.of(replay, boot.snapshot?.path ?? null);
  if (!mayDiffer(boot, files)) return { ...tree, differs: null };
  return { ...tree, differs: treeDifference(replay.overlay, replays.right(boot).overlay) };
}

function mayDiffer({ snapshot, txns, settings, notes }: Booted, files: BootFiles): boolean {
  if (txns === 0) return false;
  if (notes.some(({ code }) => code === 'multi-part-unread')) return true;
  if (snapshot === null || hasTrait(settings.release, 'raisesOnlyLargerCversion')) return false;
  // Before 3.6 nothing in a snapshot says that it is not fuzzy.
  const { end } = files.snapshot(snapshot);
  return end === null || end.proof === null || end.zxid > snapshot.zxid;
}

class TreeCount {
  readonly #boot: Booted;
  readonly #leftovers: Leftovers;
  #znodes = 0;
  readonly #deleted = { ephemeral: 0, container: 0, ttl: 0, leftover: 0 };
  readonly #examples: DeletedAtBoot[] = [];
  /** Deleted ones that may have children. */
  readonly #deletedParents = new Set<RawText>();
  #sessions: ReadonlyMap<bigint, number> = new Map();

  constructor(boot: Booted, leftovers: Leftovers) {
    this.#boot = boot;
    this.#leftovers = leftovers;
  }

  of(replay: Replay, base: string | null): Omit<BootTree, 'differs'> {
    this.#sessions = replay.sessions;
    for (const { path, owner } of znodes(replay, base)) this.#add(path, owner);
    if (base === null && hasTrait(this.#boot.settings.release, 'createsConfigZnode')) this.#znodes++;
    let unreachable = 0;
    if (this.#deletedParents.size > 0) {
      for (const { path } of znodes(replay, base)) if (this.#isBelowDeleted(path())) unreachable++;
    }
    return {
      znodes: this.#znodes,
      sessions: new Set([...replay.sessions.keys(), ...this.#leftovers.sessions]).size,
      deleted: this.#deleted,
      examples: this.#examples,
      unreachable,
    };
  }

  #add(path: () => RawText, owner: bigint): void {
    const { owners } = this.#leftovers;
    if (this.#isDead(owner)) {
      const { kind } = kindOf(owner);
      if (kind !== 'persistent') this.#delete(path(), owner, kind);
      return;
    }
    const left = owners.size > 0 ? owners.get(path()) : undefined;
    if (left !== undefined && this.#isDead(left)) this.#delete(path(), left, 'leftover');
    else this.#znodes++;
  }

  #delete(path: RawText, owner: bigint, kind: DeletedKind): void {
    this.#deleted[kind]++;
    if (kind !== 'ephemeral') this.#deletedParents.add(path);
    if (this.#examples.length < EXAMPLES) this.#examples.push({ path, owner, kind });
  }

  #isDead(owner: bigint): boolean {
    if (!isSessionTo(owner, this.#boot.settings)) return false;
    return !this.#sessions.has(owner) && !this.#leftovers.sessions.has(owner);
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
    const reader = openSnapshot(base);
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

/** What servers keep of snapshots that they read in vain. */
interface Leftovers {
  readonly sessions: ReadonlySet<bigint>;
  /** Paths with an owner. */
  readonly owners: ReadonlyMap<RawText, bigint>;
}

function leftoversOf({ passedOver }: Booted): Leftovers {
  const sessions = new Set<bigint>();
  const owners = new Map<RawText, bigint>();
  for (const { file, isRead, offset } of passedOver) {
    if (!isRead) continue;
    try {
      const reader = openSnapshot(file);
      try {
        for (const { id } of reader.sessions()) sessions.add(id);
        for (const znode of reader.znodes()) {
          if (znode.offset >= offset) break;
          const owner = znode.stat.ephemeralOwner;
          if (owner !== 0n) owners.set(znode.path, owner);
        }
      } finally {
        reader.close();
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  return { sessions, owners };
}
