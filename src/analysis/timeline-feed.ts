// One pass over the snapshots and then the txns of a source, which picks out what concerns a scope.
//
// In the order of the txns is also found out what belongs to a delete that a server made by itself: the session whose
// end it was, the last child of a container. Memory is that of open sessions, of the ephemerals in the scope, and of
// the containers and TTL znodes.
import type { RawText } from '../jute/raw-text.js';
import { kindOf } from '../records/kind.js';
import type { Op } from '../records/op.js';
import type { Znode } from '../snapshot/znode.js';
import type { HistoryScope, HistorySource, SnapshotFacts, TxnEdge } from '../source/history-source.js';
import type { SortRow } from '../store/sort.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { LastChild, MultiParts, SessionFacts } from './history-event.js';
import { type OpPart, partsOf } from './op-row.js';
import { fromTxn, isAtOrBelow, parentOf } from './paths.js';
import type { TimelineItem } from './timeline.js';
import { itemRow, sightingRow } from './timeline-rows.js';

/** Of a multi with more parts the rest is only counted. */
const MOST_PARTS = 101;

/** A snapshot of a source, by its number. */
export interface NumberedSnapshot {
  readonly number: number;
  readonly facts: SnapshotFacts;
}

/** Makes rows of what concerns a scope. */
export class TimelineFeed {
  /** Those that can tell, when all rows have been made. */
  readonly snapshots: NumberedSnapshot[] = [];
  readonly #source: HistorySource;
  readonly #scope: HistoryScope;
  readonly #upTo: bigint | null;
  /** Ephemerals of open sessions: those that txns created and did not delete, and those of any snapshot. */
  readonly #owned = new Map<bigint, Set<RawText>>();
  /** Owners of those that txns created. */
  readonly #ownerOf = new Map<RawText, bigint>();
  readonly #ofSnapshots = new Set<RawText>();
  /** Those of snapshots that a txn deleted. */
  readonly #deleted = new Set<RawText>();
  readonly #sessions = new Map<bigint, SessionFacts>();
  /** Znodes that servers delete when they are empty, with the child that went last. */
  readonly #lastChild = new Map<RawText, LastChild | null>();
  #order = 0;

  /** What lies behind `upTo` is left out; null for all there is. */
  constructor(source: HistorySource, scope: HistoryScope, upTo: bigint | null) {
    this.#source = source;
    this.#scope = scope;
    this.#upTo = upTo;
  }

  *rows(): Generator<SortRow> {
    yield* this.#snapshotRows();
    const owners = new Set(this.#owned.keys());
    for (const logged of this.#source.txns(this.#scope, owners, this.#upTo ?? undefined)) {
      if (this.#isWithin(logged.txn.header.zxid)) yield* this.#txnRows(logged);
    }
  }

  *#snapshotRows(): Generator<SortRow> {
    let number = 0;
    let place = 0;
    for (const view of this.#source.snapshots(this.#scope)) {
      if (!this.#isWithin(view.zxid)) continue;
      for (const znode of view.znodes()) {
        this.#note(znode);
        if (this.#isWanted(znode.path)) yield sightingRow(number, znode, place++);
      }
      const facts = view.facts();
      if (facts !== null) this.snapshots.push({ number, facts });
      number++;
    }
  }

  #isWithin(zxid: bigint | null): boolean {
    return this.#upTo === null || zxid === null || zxid <= this.#upTo;
  }

  #note({ path, stat }: Znode): void {
    const owner = stat.ephemeralOwner;
    if (owner === 0n) return;
    if (kindOf(owner).kind === 'ephemeral') {
      this.#own(owner, path);
      this.#ofSnapshots.add(path);
    } else if (this.#isWanted(path)) this.#lastChild.set(path, null);
  }

  *#txnRows(logged: LoggedTxn): Generator<SortRow> {
    const { header, op } = logged.txn;
    const { clientId: session, zxid, time } = header;
    if (op.op === 'createSession') {
      this.#sessions.set(session, { created: { zxid, time }, timeout: op.timeOut });
      return;
    }
    let multi: MultiParts | null = null;
    for (const part of partsOf(logged.txn)) {
      const path = changedPath(part);
      if (path === null) continue;
      if (!this.#isWanted(path)) {
        this.#follow(path, part.op, session, { zxid, time });
        continue;
      }
      if (part.multi !== undefined) multi ??= multiParts(op);
      yield itemRow(path, this.#item(path, logged, part, multi, false));
      this.#follow(path, part.op, session, { zxid, time });
    }
    if (op.op !== 'closeSession') return;
    for (const path of this.#owned.get(session) ?? []) {
      const part = {
        op: { op: 'delete', path },
        multi: undefined,
        isApplied: true,
        isImplied: true,
      } as const;
      if (this.#isWanted(path)) yield itemRow(path, this.#item(path, logged, part, null, true));
      if (!this.#deleted.delete(path)) this.#follow(path, part.op, session, { zxid, time });
    }
    this.#owned.delete(session);
    this.#sessions.delete(session);
  }

  #item(
    path: RawText,
    logged: LoggedTxn,
    part: OpPart,
    multi: MultiParts | null,
    isClose: boolean,
  ): TimelineItem {
    const body = { op: 'multi', ops: [], failed: false } as const;
    const lastChild = part.op.op === 'deleteContainer' ? (this.#lastChild.get(path) ?? null) : null;
    const session = part.isImplied ? (this.#sessions.get(logged.txn.header.clientId) ?? null) : null;
    const txn = { ...logged.txn, op: body };
    return { logged: { ...logged, txn }, part, multi, isClose, order: this.#order++, lastChild, session };
  }

  /** Remembers what later deletes can be put down to. */
  #follow(path: RawText, op: Op, session: bigint, edge: TxnEdge): void {
    switch (op.op) {
      case 'create':
      case 'create2':
        this.#deleted.delete(path);
        if (!op.ephemeral || !this.#isNear(path)) break;
        this.#own(session, path);
        this.#ownerOf.set(path, session);
        break;
      case 'createContainer':
      case 'createTTL':
        if (this.#isWanted(path)) this.#lastChild.set(path, null);
        break;
      case 'delete':
      case 'deleteContainer': {
        this.#disown(path);
        const parent = parentOf(path);
        if (path !== '' && this.#lastChild.has(parent)) this.#lastChild.set(parent, { path, ...edge });
      }
    }
  }

  // In which of its lives a snapshot saw an ephemeral is not known: such a one stays.
  #disown(path: RawText): void {
    const owner = this.#ownerOf.get(path);
    this.#ownerOf.delete(path);
    if (this.#ofSnapshots.has(path)) this.#deleted.add(path);
    else if (owner !== undefined) this.#owned.get(owner)?.delete(path);
  }

  #own(session: bigint, path: RawText): void {
    const owned = this.#owned.get(session);
    if (owned === undefined) this.#owned.set(session, new Set([path]));
    else owned.add(path);
  }

  #isWanted(path: RawText): boolean {
    const { path: top, depth } = this.#scope;
    if (depth === 'all') return isAtOrBelow(path, top);
    return path === top || (depth === 1 && path !== '' && parentOf(path) === top);
  }

  /** True in the scope, and for the children of what is in it. */
  #isNear(path: RawText): boolean {
    return this.#isWanted(path) || (path !== '' && this.#isWanted(parentOf(path)));
  }
}

/** The path of an op that changes a znode and was applied; null of any other. */
function changedPath({ op, isApplied }: OpPart): RawText | null {
  if (!isApplied || !('path' in op) || op.path === null || op.op === 'check') return null;
  return fromTxn(op.path);
}

function multiParts(op: Op): MultiParts | null {
  if (op.op !== 'multi') return null;
  const parts = op.ops.slice(0, MOST_PARTS).map((part, index) => {
    return { index, type: part.op, path: 'path' in part ? part.path : null };
  });
  return { count: op.ops.length, parts };
}
