// What logs and snapshots say of each znode of a scope, znode by znode: gathered in one pass over the txns.
import type { RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import type { Znode } from '../snapshot/znode.js';
import type { HistoryScope, SnapshotView, TxnEdge } from '../source/history-source.js';
import { needsChildren } from '../source/history-source.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { LoggedOp, MultiParts } from './history-event.js';
import { type OpPart, partsOf } from './op-row.js';
import { fromTxn, isAtOrBelow, parentOf } from './paths.js';

/** Of a multi with more parts the rest is only counted. */
const MOST_PARTS = 101;

/** What is known of a session besides its id. */
export interface SessionFacts {
  /** Its createSession; null where the logs do not have it. */
  readonly created: TxnEdge | null;
  /** Milliseconds; null where nothing tells. */
  readonly timeout: number | null;
}

/** An op on a znode, or the end of the session that may own it. */
export interface TimelineItem extends LoggedOp {
  /** The closeSession of an owner: it deletes the znode if that is still there. */
  readonly isClose: boolean;
  /** Place among all ops of the pass. */
  readonly order: number;
}

/** A znode's own part of the history. */
export interface Timeline {
  readonly path: RawText;
  /** In the order in which servers apply them. */
  readonly items: readonly TimelineItem[];
  /** By the number of the snapshot; a snapshot that is not there lacks the znode. */
  readonly seen: ReadonlyMap<number, Znode>;
}

interface GrowingTimeline extends Timeline {
  readonly items: TimelineItem[];
  readonly seen: Map<number, Znode>;
}

/** Gathers timelines: first of snapshots, then of txns as they pass. */
export class Timelines {
  readonly #scope: HistoryScope;
  readonly #timelines = new Map<RawText, GrowingTimeline>();
  /** Znodes that were ephemerals of a session. */
  readonly #owned = new Map<bigint, Set<RawText>>();
  /** Sessions that are open, and closed ones that owned something. */
  readonly #sessions = new Map<bigint, SessionFacts>();
  /** The znode in question is one that servers delete when it is empty. */
  #withChildren = false;
  #order = 0;

  constructor(scope: HistoryScope) {
    this.#scope = scope;
  }

  /** Takes what a snapshot shows; its number is that of the snapshot before it plus one. */
  see(number: number, { znodes }: SnapshotView): void {
    for (const znode of znodes.values()) this.#see(number, znode);
  }

  /** Owners of ephemerals so far. */
  get owners(): ReadonlySet<bigint> {
    return new Set(this.#owned.keys());
  }

  /** Timelines by path. */
  all(): Iterable<Timeline> {
    return this.#timelines.values();
  }

  session(id: bigint): SessionFacts | null {
    return this.#sessions.get(id) ?? null;
  }

  /** Takes a txn; what is needed of it is copied. */
  add(logged: LoggedTxn): void {
    const { header, op } = logged.txn;
    const { clientId: session, zxid, time } = header;
    if (op.op === 'createSession') {
      this.#sessions.set(session, { created: { zxid, time }, timeout: op.timeOut });
      return;
    }
    let multi: MultiParts | null = null;
    for (const part of partsOf(logged.txn)) {
      const path = changedPath(part);
      if (path === null || !this.#isWanted(path)) continue;
      if (part.multi !== undefined) multi ??= multiParts(op);
      this.#of(path).items.push(this.#item(logged, part, multi, false));
      if ('ephemeral' in part.op && part.op.ephemeral) this.#own(session, path);
      this.#withChildren ||= part.op.op === 'createContainer' || part.op.op === 'createTTL';
    }
    if (op.op === 'closeSession') this.#close(logged);
  }

  #close(logged: LoggedTxn): void {
    const session = logged.txn.header.clientId;
    const owned = this.#owned.get(session);
    if (owned === undefined) {
      this.#sessions.delete(session);
      return;
    }
    for (const path of owned) {
      const part = {
        op: { op: 'delete', path },
        multi: undefined,
        isApplied: true,
        isImplied: true,
      } as const;
      this.#of(path).items.push(this.#item(logged, part, null, true));
    }
  }

  #item(logged: LoggedTxn, part: OpPart, multi: MultiParts | null, isClose: boolean): TimelineItem {
    const whole = { op: 'multi', ops: [], failed: false } as const;
    const kept = { ...logged, txn: { ...logged.txn, op: whole } };
    return { logged: kept, part: { ...part, op: copyOf(part.op) }, multi, isClose, order: this.#order++ };
  }

  #see(number: number, znode: Znode): void {
    const timeline = this.#of(znode.path);
    // Most znodes are the same in the next snapshot: one object for all.
    const last = timeline.seen.get(number - 1);
    timeline.seen.set(number, last !== undefined && isUnchanged(last, znode) ? last : znode);
    const owner = znode.stat.ephemeralOwner;
    // Some of these are no sessions but marks of containers and TTL znodes, and nobody closes those.
    if (owner !== 0n) this.#own(owner, znode.path);
    if (znode.path === this.#scope.path) this.#withChildren ||= needsChildren(znode);
  }

  #of(path: RawText): GrowingTimeline {
    let timeline = this.#timelines.get(path);
    if (timeline === undefined) {
      timeline = { path, items: [], seen: new Map() };
      this.#timelines.set(path, timeline);
    }
    return timeline;
  }

  #own(session: bigint, path: RawText): void {
    const owned = this.#owned.get(session);
    if (owned === undefined) this.#owned.set(session, new Set([path]));
    else owned.add(path);
  }

  #isWanted(path: RawText): boolean {
    const { path: top, depth } = this.#scope;
    if (depth === 'all') return isAtOrBelow(path, top);
    if (path === top) return true;
    return (depth === 1 || this.#withChildren) && path !== '' && parentOf(path) === top;
  }
}

/** The path of an op that changes a znode and was applied; null of any other. */
function changedPath({ op, isApplied }: OpPart): RawText | null {
  if (!isApplied || !('path' in op) || op.path === null || op.op === 'check') return null;
  return fromTxn(op.path);
}

function copyOf(op: Op): Op {
  if (!('data' in op) || op.data === null) return op;
  return { ...op, data: Buffer.from(op.data) };
}

function multiParts(op: Op): MultiParts | null {
  if (op.op !== 'multi') return null;
  const parts = op.ops.slice(0, MOST_PARTS).map((part, index) => {
    return { index, type: part.op, path: 'path' in part ? part.path : null };
  });
  return { count: op.ops.length, parts };
}

function isUnchanged(a: Znode, b: Znode): boolean {
  const { stat: x } = a;
  const { stat: y } = b;
  if (x.czxid !== y.czxid || x.mzxid !== y.mzxid || x.pzxid !== y.pzxid) return false;
  if (x.version !== y.version || x.aversion !== y.aversion || a.dataLength !== b.dataLength) return false;
  if (a.data == null || b.data == null) return a.data === b.data;
  return a.data.equals(b.data);
}
