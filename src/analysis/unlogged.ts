// Deletes that servers do without a txn.
//
// When a server starts (ZooKeeperServer.loadData), each owner of ephemerals whose session is not in its session table
// is taken for dead, and what it owns is deleted with nothing in the log. A server that does not know a kind of znode
// takes the mark in ephemeralOwner for a session: TTL znodes go so without extendedTypesEnabled, containers on 3.4.
import { kindOf } from '../records/kind.js';
import type { ZnodeState } from './znode-state.js';

/** True for a znode that a server may delete when it starts; also where its kind is not known. */
export function mayDieUnlogged({ owner }: ZnodeState): boolean {
  return owner === undefined || kindOf(owner).kind !== 'persistent';
}

/** Why a server deletes such a znode when it starts, as a sentence without a full stop. */
export function whyUnlogged({ owner }: ZnodeState): string {
  switch (owner === undefined ? 'unknown' : kindOf(owner).kind) {
    case 'container':
      return 'a server of 3.4 takes a container for an ephemeral of no session and deletes it when it starts';
    case 'ttl':
      return 'a server without extendedTypesEnabled takes a TTL znode for an ephemeral of no session and deletes it when it starts';
    case 'ephemeral':
      return 'a server that starts deletes ephemerals whose session is gone, and logs nothing';
    default:
      return 'if it was an ephemeral: a server that starts deletes those whose session is gone, and logs nothing';
  }
}
