// What txns made of a base: which of its znodes changed or went, and which came.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { Evidence } from '../records/evidence.js';
import type { StatPersisted } from '../records/stat-persisted.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { crc32 } from './crc32.js';
import { NO_SLOT } from './touched-paths.js';
import type { TreeState } from './tree-state.js';
import { CHANGED, EXISTS, IN_BASE, NEW_ACL, NEW_DATA, STAT_AT } from './znode-table.js';

/** A znode that txns changed or created. */
export interface OverlaidZnode {
  readonly state: 'changed';
  readonly path: RawText;
  readonly stat: StatPersisted;
  /** Bytes of data, 0 for null. */
  readonly dataLength: number;
  /** True where its data is no longer that of the base. */
  readonly hasNewData: boolean;
  /** Null data is null. Undefined where it is that of the base, or was not to be kept. */
  readonly data: Buffer | null | undefined;
  /** Undefined where it is that of the base. */
  readonly acl: readonly ACL[] | null | undefined;
  /** The txn that changed it last; null where none did (the stats of a quota, recounted at the start). */
  readonly evidence: Evidence | null;
}

/** What became of the znode at a path; `untouched`: it is as in the base, or in neither. */
export type Overlaid = OverlaidZnode | { readonly state: 'deleted' } | { readonly state: 'untouched' };

const DELETED: Overlaid = { state: 'deleted' };
const UNTOUCHED: Overlaid = { state: 'untouched' };

/** The difference between a base and the tree after a replay. */
export class Overlay {
  readonly #state: TreeState;

  constructor(state: TreeState) {
    this.#state = state;
  }

  /** What became of a path; "" is the root. */
  lookup(path: RawText): Overlaid {
    const slot = this.#state.paths.find(path);
    if (slot === NO_SLOT) return UNTOUCHED;
    const flags = this.#state.table.flags[slot]!;
    if ((flags & CHANGED) === 0) return UNTOUCHED;
    if ((flags & EXISTS) !== 0) return this.#znode(slot);
    return (flags & IN_BASE) !== 0 ? DELETED : UNTOUCHED;
  }

  /** Whether there is a znode at a path now; null where it is as in the base. */
  exists(path: RawText): boolean | null {
    const slot = this.#state.paths.find(path);
    if (slot === NO_SLOT) return null;
    const flags = this.#state.table.flags[slot]!;
    return (flags & CHANGED) === 0 ? null : (flags & EXISTS) !== 0;
  }

  /** True for a znode of the base that is gone. Hot: for a record no string is made. */
  hasDeleted({ buffer, pathStart, pathEnd }: ZnodeRecord): boolean {
    const { paths, table } = this.#state;
    const slot = paths.findBytes(buffer, pathStart, pathEnd, crc32(buffer, pathStart, pathEnd));
    return slot !== NO_SLOT && (table.flags[slot]! & (EXISTS | IN_BASE)) === IN_BASE;
  }

  /** The owner that a znode of the base has now; null for one that is gone. Hot, as `hasDeleted`. */
  ownerOf({ buffer, pathStart, pathEnd, view, statStart }: ZnodeRecord): bigint | null {
    const { paths, table } = this.#state;
    const slot = paths.findBytes(buffer, pathStart, pathEnd, crc32(buffer, pathStart, pathEnd));
    if (slot === NO_SLOT) return view.getBigInt64(statStart + STAT_AT.ephemeralOwner);
    if ((table.flags[slot]! & EXISTS) === 0) return null;
    return table.view.getBigInt64(table.statStart(slot) + STAT_AT.ephemeralOwner);
  }

  /** The znodes that the base does not have, parents first. */
  *created(): Generator<OverlaidZnode> {
    const { paths, table } = this.#state;
    const isDone = new Uint8Array(paths.size);
    const isDue = (slot: number) =>
      isDone[slot] === 0 && (table.flags[slot]! & (EXISTS | IN_BASE)) === EXISTS;
    const line: number[] = [];
    for (let slot = 0; slot < paths.size; slot++) {
      // Slots are numbered as txns name paths, and a fuzzy range may name a child first.
      for (let at = slot; at !== NO_SLOT && isDue(at); at = paths.parentOf(at)) {
        line.push(at);
        isDone[at] = 1;
      }
      for (let at = line.pop(); at !== undefined; at = line.pop()) yield this.#znode(at);
    }
  }

  /** Paths at which something was created, deleted or changed. */
  *changed(): Generator<RawText> {
    const { paths, table } = this.#state;
    for (let slot = 0; slot < paths.size; slot++) {
      if (table.has(slot, CHANGED)) yield paths.pathOf(slot);
    }
  }

  /** The stat at a path now; null where there is no znode, undefined where no txn names the path. */
  statAt(path: RawText): StatPersisted | null | undefined {
    const slot = this.#state.paths.find(path);
    if (slot === NO_SLOT) return undefined;
    return this.#state.exists(slot) ? this.#state.table.statOf(slot) : null;
  }

  /** True for a path of the base that a txn names. */
  isInBase(path: RawText): boolean {
    const slot = this.#state.paths.find(path);
    return slot !== NO_SLOT && this.#state.table.has(slot, IN_BASE);
  }

  /** Paths of the base that are gone. */
  *deleted(): Generator<RawText> {
    const { paths, table } = this.#state;
    for (let slot = 0; slot < paths.size; slot++) {
      if ((table.flags[slot]! & (EXISTS | IN_BASE)) === IN_BASE) yield paths.pathOf(slot);
    }
  }

  #znode(slot: number): OverlaidZnode {
    const { paths, table, acls } = this.#state;
    const hasNewData = table.has(slot, NEW_DATA);
    const data = hasNewData ? table.data[slot] : undefined;
    return {
      state: 'changed',
      path: paths.pathOf(slot),
      stat: table.statOf(slot),
      dataLength: Math.max(table.dataLength[slot]!, 0),
      hasNewData,
      data: typeof data === 'string' ? Buffer.from(data, 'latin1') : data,
      acl: table.has(slot, NEW_ACL) ? acls.list(table.acl[slot]!) : undefined,
      evidence: this.#state.evidenceOf(slot),
    };
  }
}
