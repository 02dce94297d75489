// What made a server delete a znode by itself.
//
// A container goes once its last child has gone, and where it never had one after
// znode.container.maxNeverUsedIntervalMs, if that is set (3.6 and later). A TTL znode goes once its ttl has passed since its last setData and
// it has no children (ContainerManager.getCandidates). Ephemerals go with their session (DataTree.killSession). The
// log does not say whether a session was closed by its client or expired, but a client numbers its requests, and the
// server that expires one makes a closeSession with cxid 0 (ZooKeeperServer.close), as it does for a JMX
// terminateSession.
import { kindOf } from '../records/kind.js';
import type { SnapshotFacts, TxnEdge } from '../source/history-source.js';
import type { HistoryEvent, LastChild } from './history-event.js';
import { whyUnlogged } from './unlogged.js';

/** Why a znode is gone. Times in milliseconds since 1970. */
export type Cause =
  | {
      readonly kind: 'session';
      readonly session: bigint;
      /** By the cxid of the closeSession: an inference. `expired` is also what an administrator ended. */
      readonly end: 'closed' | 'expired';
      /** Milliseconds; null where nothing tells. */
      readonly timeout: number | null;
      /** Null where the logs do not have it. */
      readonly created: TxnEdge | null;
    }
  | {
      readonly kind: 'container';
      /** The last child and when it went; null where the logs show none. */
      readonly lastChild: LastChild | null;
    }
  | {
      readonly kind: 'ttl';
      /** Milliseconds. */
      readonly ttl: bigint;
      /** Its last setData or create; null where it is not known. */
      readonly mtime: bigint | null;
      /** The last child, where it went later than `mtime + ttl`. */
      readonly lastChild: LastChild | null;
    }
  | {
      readonly kind: 'boot';
      /** Owner of the ephemeral; null of another kind of znode. */
      readonly session: bigint | null;
      readonly why: string;
    };

/**
 * What made a server delete a znode by itself; null for what a client asked for, and where nothing is known.
 * `snapshots` are asked for timeouts that the logs do not tell.
 */
export function causeOf(event: HistoryEvent, snapshots: readonly SnapshotFacts[]): Cause | null {
  const { type, op, before, isUnlogged } = event;
  if (type !== 'delete' && type !== 'deleteContainer') return null;
  const state = typeof before === 'object' ? before : {};
  if (isUnlogged) {
    const { owner } = state;
    const isEphemeral = owner !== undefined && kindOf(owner).kind === 'ephemeral';
    return { kind: 'boot', session: isEphemeral ? owner : null, why: whyUnlogged(state) };
  }
  if (op === null) return null;
  const { clientId, cxid } = op.logged.txn.header;
  if (op.part.isImplied) {
    const timeout = op.session?.timeout ?? timeoutOf(clientId, snapshots);
    const end = cxid === 0 ? 'expired' : 'closed';
    return { kind: 'session', session: clientId, end, timeout, created: op.session?.created ?? null };
  }
  if (type !== 'deleteContainer' || clientId !== 0n || state.owner === undefined) return null;
  const { lastChild } = op;
  const { kind, ttl } = kindOf(state.owner);
  if (kind === 'container') return { kind, lastChild };
  if (kind !== 'ttl' || ttl === null) return null;
  const mtime = state.mtime ?? null;
  const isLater = mtime !== null && lastChild !== null && lastChild.time > mtime + ttl;
  return { kind, ttl, mtime, lastChild: isLater ? lastChild : null };
}

function timeoutOf(session: bigint, snapshots: readonly SnapshotFacts[]): number | null {
  for (const snapshot of snapshots) {
    const timeout = snapshot.timeoutOf(session);
    if (timeout !== null) return timeout;
  }
  return null;
}
