// The sessions of a tree, and the ephemerals they own.
import { kindOf } from '../records/kind.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeSource } from '../source/sources.js';
import { serverOf } from './log-query.js';

/** A session in output. */
export interface SessionRow {
  readonly id: bigint;
  /** Milliseconds; null where the session table does not have the session. */
  readonly timeout: number | null;
  /** Top byte of the id: the server that gave it out. */
  readonly server: number;
  /** Znodes it owns. */
  readonly ephemerals: number;
  /**
   * False for an owner of ephemerals that the session table does not have: a server that loads the snapshot deletes
   * what it owns, unless the log brings the session back.
   */
  readonly alive: boolean;
}

/** The sessions of a tree and every other owner of ephemerals, by id (unsigned). */
export function sessions(tree: ZnodeSource, emulate353 = false): readonly SessionRow[] {
  const timeouts = new Map<bigint, number>();
  for (const { id, timeout } of tree.sessions()) timeouts.set(id, timeout);
  const owned = new Map<bigint, number>();
  for (const { stat } of tree.znodes({ order: 'file', data: false })) {
    const owner = stat.ephemeralOwner;
    if (owner === 0n || kindOf(owner, emulate353).kind !== 'ephemeral') continue;
    owned.set(owner, (owned.get(owner) ?? 0) + 1);
  }
  const ids = [...new Set([...timeouts.keys(), ...owned.keys()])].sort(byUnsigned);
  return ids.map((id) => ({
    id,
    timeout: timeouts.get(id) ?? null,
    server: serverOf(id),
    ephemerals: owned.get(id) ?? 0,
    alive: timeouts.has(id),
  }));
}

function byUnsigned(a: bigint, b: bigint): number {
  return BigInt.asUintN(64, a) < BigInt.asUintN(64, b) ? -1 : 1;
}

/** The ephemerals of one session in canonical order; null for an id that is neither a session nor an owner. */
export function ephemeralsOf(tree: ZnodeSource, id: bigint): readonly Znode[] | null {
  const owned: Znode[] = [];
  for (const znode of tree.znodes({ data: false })) if (znode.stat.ephemeralOwner === id) owned.push(znode);
  if (owned.length > 0) return owned;
  for (const session of tree.sessions()) if (session.id === id) return [];
  return null;
}
