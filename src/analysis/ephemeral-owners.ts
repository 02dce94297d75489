// Which ephemerals there are and who owns them, along a history.
import type { RawText } from '../jute/raw-text.js';
import type { OwnedZnode, SessionTable } from '../source/session-table.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { fromTxn } from './paths.js';

/**
 * What became of an ephemeral. `closed`: it went with its session. `deleted`: by a request. `gone`: it is no longer
 * there and no txn says how: a server deletes what a session that is gone owns when it starts, or txns are missing.
 */
export type EphemeralEnd = 'closed' | 'deleted' | 'gone';

/** Hears of every ephemeral. */
export interface EphemeralListener {
  /** A txn created one. */
  onCreated?(path: RawText, owner: bigint, logged: LoggedTxn): void;
  /** One was found in a snapshot that no txn created. */
  onFound?(znode: OwnedZnode): void;
  /** It ended by a txn, or (null) without one. */
  onEnded?(path: RawText, owner: bigint, end: EphemeralEnd, logged: LoggedTxn | null): void;
}

/** Follows ephemerals. Memory is the ephemerals that there are at one time. */
export class EphemeralOwners {
  readonly #listener: EphemeralListener;
  readonly #owners = new Map<RawText, bigint>();
  readonly #owned = new Map<bigint, Set<RawText>>();
  /** Not in a snapshot though no txn ended them; one may follow, for a snapshot is written while txns go on. */
  readonly #missing = new Set<RawText>();

  constructor(listener: EphemeralListener) {
    this.#listener = listener;
  }

  /** A snapshot, behind the txns up to its zxid. */
  addTable({ zxid, ephemerals }: SessionTable): void {
    const there = new Set<RawText>();
    for (const znode of ephemerals) {
      there.add(znode.path);
      // What later txns create, they tell.
      if (znode.czxid > zxid || this.#owners.get(znode.path) === znode.owner) continue;
      this.#end(znode.path, 'gone', null);
      this.#add(znode.path, znode.owner);
      this.#listener.onFound?.(znode);
    }
    for (const path of this.#owners.keys()) if (!there.has(path)) this.#missing.add(path);
  }

  created(path: RawText, owner: bigint, logged: LoggedTxn): void {
    this.#end(path, 'gone', null);
    this.#add(path, owner);
    this.#listener.onCreated?.(path, owner, logged);
  }

  /** Another kind of znode is created. */
  replaced(path: RawText): void {
    this.#end(path, 'gone', null);
  }

  deleted(path: RawText, logged: LoggedTxn): void {
    this.#end(path, 'deleted', logged);
  }

  /** A txn changes the znode, so it is there. */
  seen(path: RawText): void {
    this.#missing.delete(path);
  }

  /** A session ends, and with it what is listed and all it owns; returns how many it owned. */
  closed(session: bigint, listed: readonly (RawText | null)[], logged: LoggedTxn): number {
    const paths = new Set(this.#owned.get(session));
    for (const path of listed) if (path !== null) paths.add(fromTxn(path));
    let owned = 0;
    for (const path of paths) if (this.#end(path, 'closed', logged)) owned++;
    return owned;
  }

  /** How many each session owns at the end; what is missing in snapshots is taken for gone. */
  finish(): Map<bigint, number> {
    for (const path of this.#missing) this.#end(path, 'gone', null);
    return new Map([...this.#owned].map(([session, paths]) => [session, paths.size]));
  }

  #add(path: RawText, owner: bigint): void {
    this.#owners.set(path, owner);
    const paths = this.#owned.get(owner);
    if (paths === undefined) this.#owned.set(owner, new Set([path]));
    else paths.add(path);
  }

  #end(path: RawText, end: EphemeralEnd, logged: LoggedTxn | null): boolean {
    const owner = this.#owners.get(path);
    if (owner === undefined) return false;
    this.#owners.delete(path);
    this.#missing.delete(path);
    const paths = this.#owned.get(owner)!;
    paths.delete(path);
    if (paths.size === 0) this.#owned.delete(owner);
    this.#listener.onEnded?.(path, owner, end, logged);
    return true;
  }
}
