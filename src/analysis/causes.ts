// What made a server delete a znode by itself.
//
// A container goes once its last child has gone, or where it never had one and servers are told to wait only so long
// for it (znode.container.maxNeverUsedIntervalMs). A TTL znode goes once its ttl has passed since its last setData and
// it has no children (ContainerManager.getCandidates). Ephemerals go with their session (DataTree.killSession). The
// log does not say whether a session was closed by its client or expired, but a client numbers its requests, and the
// server that expires one makes a closeSession with cxid 0 (ZooKeeperServer.close), as it does for a JMX
// terminateSession.
import type { RawText } from '../jute/raw-text.js';
import { kindOf } from '../records/kind.js';
import type { SnapshotFacts, TxnEdge } from '../source/history-source.js';
import type { HistoryEvent } from './history-event.js';
import type { SessionFacts } from './history-timelines.js';
import { parentOf } from './paths.js';
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
      readonly lastChild: (TxnEdge & { readonly path: RawText }) | null;
    }
  | {
      readonly kind: 'ttl';
      /** Milliseconds. */
      readonly ttl: bigint;
      /** Its last setData or create; null where it is not known. */
      readonly mtime: bigint | null;
      /** The last child, where it went later than `mtime + ttl`. */
      readonly lastChild: (TxnEdge & { readonly path: RawText }) | null;
    }
  | {
      readonly kind: 'boot';
      /** Owner of the ephemeral; null of another kind of znode. */
      readonly session: bigint | null;
      readonly why: string;
    };

/** Finds causes; asked for events in their order, for it remembers when children went. */
export class Causes {
  readonly #sessionFacts: (id: bigint) => SessionFacts | null;
  readonly #snapshots: readonly SnapshotFacts[];
  readonly #lastDelete = new Map<RawText, TxnEdge & { readonly path: RawText }>();

  constructor(sessionFacts: (id: bigint) => SessionFacts | null, snapshots: readonly SnapshotFacts[]) {
    this.#sessionFacts = sessionFacts;
    this.#snapshots = snapshots;
  }

  /** Null for what a client asked for, and where nothing is known. */
  of(event: HistoryEvent): Cause | null {
    const { type, path, zxid, time, op } = event;
    if (type !== 'delete' && type !== 'deleteContainer') return null;
    const cause = this.#causeOf(event);
    if (path !== '' && zxid !== null && time !== null && op !== null) {
      this.#lastDelete.set(parentOf(path), { path, zxid, time });
    }
    return cause;
  }

  #causeOf({ path, op, before, isUnlogged, type }: HistoryEvent): Cause | null {
    const state = typeof before === 'object' ? before : {};
    if (isUnlogged) {
      const { owner } = state;
      const isEphemeral = owner !== undefined && kindOf(owner).kind === 'ephemeral';
      return { kind: 'boot', session: isEphemeral ? owner : null, why: whyUnlogged(state) };
    }
    if (op === null) return null;
    const { clientId, cxid } = op.logged.txn.header;
    if (op.part.isImplied) {
      const { created, timeout } = this.#session(clientId);
      return { kind: 'session', session: clientId, end: cxid === 0 ? 'expired' : 'closed', timeout, created };
    }
    if (type !== 'deleteContainer' || clientId !== 0n || state.owner === undefined) return null;
    const gone = this.#lastDelete.get(path) ?? null;
    const lastChild = gone !== null && gone.zxid > (state.czxid ?? 0n) ? gone : null;
    const { kind, ttl } = kindOf(state.owner);
    if (kind === 'container') return { kind, lastChild };
    if (kind !== 'ttl' || ttl === null) return null;
    const mtime = state.mtime ?? null;
    const isLater = mtime !== null && lastChild !== null && lastChild.time > mtime + ttl;
    return { kind, ttl, mtime, lastChild: isLater ? lastChild : null };
  }

  #session(id: bigint): SessionFacts {
    const { created = null, timeout = null } = this.#sessionFacts(id) ?? {};
    if (timeout !== null) return { created, timeout };
    for (const snapshot of this.#snapshots) {
      const known = snapshot.timeoutOf(id);
      if (known !== null) return { created, timeout: known };
    }
    return { created, timeout };
  }
}
