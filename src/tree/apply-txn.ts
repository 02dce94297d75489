// What a txn does to a tree: DataTree.processTxn of 3.6 and later, and the session table as FileTxnSnapLog keeps it.
// What fails there (a parent or znode that is not there) changes nothing here.
import { InputError } from '../errors.js';
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { CONTAINER_OWNER, kindOf } from '../records/kind.js';
import type { Op } from '../records/op.js';
import type { TxnHeader } from '../records/txn-header.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { treePath } from './paths.js';
import type { SlotTape } from './slot-tape.js';
import type { TreeState } from './tree-state.js';
import { STAT_AT } from './znode-table.js';

/** Top byte and feature of a TTL znode's ephemeralOwner (EphemeralType.TTL). */
export const TTL_OWNER = BigInt.asIntN(64, 0xff00_0000_0000_0000n);

/** What releases before 3.6 do otherwise in a replay over effects of its txns; each true as in 3.6 and later. */
export interface ReplayRules {
  /** A create raises cversion and pzxid of the parent where they are less; otherwise it sets them. */
  readonly createRaises: boolean;
  /**
   * A delete raises pzxid of the parent where it is less, whether the znode is there or not; otherwise it sets it
   * where the znode is there, which goes also where its parent does not exist.
   */
  readonly deleteRaises: boolean;
}

/** Those of 3.6 and later, which leave the true tree. */
export const TRUE_RULES: ReplayRules = { createRaises: true, deleteRaises: true };

/** How a txn ended: `unreadable` where a part of it could not be read, at which servers stop. */
export type Applied = 'applied' | 'unreadable';

/** Applies txns to a state, in order. */
export class TxnApplier {
  /** Ephemerals that the last closeSession deleted without listing them. */
  implied: readonly RawText[] = NONE;
  readonly #state: TreeState;
  readonly #tape: SlotTape;
  readonly #rules: ReplayRules;
  #header: TxnHeader = NO_HEADER;

  /** `tape` has the slots of the paths that the txns name, in their order (`touched.ts`). */
  constructor(state: TreeState, tape: SlotTape, rules: ReplayRules = TRUE_RULES) {
    this.#state = state;
    this.#tape = tape;
    this.#rules = rules;
  }

  apply(logged: LoggedTxn): Applied {
    const { header, op } = logged.txn;
    this.implied = NONE;
    this.#header = header;
    const state = this.#state;
    state.evidence = logged.evidence;
    const applied = op.op === 'multi' ? this.#applyMulti(op) : this.#applyOp(op);
    if (header.zxid > state.zxid) state.zxid = header.zxid;
    return applied;
  }

  // Servers stop within a multi at a part that they cannot read, and keep what the parts before it did.
  #applyMulti({ ops, failed }: Op & { op: 'multi' }): Applied {
    if (failed) return 'applied';
    for (const part of ops) if (this.#applyOp(part) === 'unreadable') return 'unreadable';
    return 'applied';
  }

  #applyOp(op: Op): Applied {
    const header = this.#header;
    switch (op.op) {
      case 'create':
      case 'create2':
        this.#create(op, op.ephemeral ? header.clientId : 0n);
        break;
      case 'createContainer':
        this.#create(op, CONTAINER_OWNER);
        break;
      case 'createTTL':
        this.#create(op, TTL_OWNER | op.ttl);
        break;
      case 'delete':
      case 'deleteContainer':
        if (op.path !== null) this.#delete(this.#slotOf(op.path));
        break;
      case 'setData':
      case 'reconfig':
        this.#setData(op.path, op.data, op.version);
        break;
      case 'setACL':
        this.#setACL(op.path, op.acl, op.version);
        break;
      case 'createSession':
        this.#state.sessions.set(header.clientId, op.timeOut);
        break;
      case 'closeSession':
        this.#closeSession(op.paths2Delete);
        break;
      case 'unknown':
        return 'unreadable';
    }
    return 'applied';
  }

  /** The next slot on the tape, which is that of the path unless the log is another than in the first pass. */
  #slotOf(path: RawText): number {
    const slot = this.#tape.read();
    const { paths, evidence } = this.#state;
    if (slot >= 0 && paths.pathOf(slot) === treePath(path)) return slot;
    throw new InputError(evidence.file, 'it changed while it was read; copy the directory and read the copy');
  }

  #create(op: CreateOp, ephemeralOwner: bigint): void {
    if (op.path === null) return;
    const slot = this.#slotOf(op.path);
    const state = this.#state;
    const parent = state.parentOf(slot);
    if (!state.exists(parent)) return;
    const { zxid, time } = this.#header;
    if (state.isListed(slot, parent)) {
      // Only in the fuzzy range. A snapshot's ACL table is older than its znodes, so the ACL may be missing there.
      if (op.op === 'create') this.#raiseCversion(parent, op.parentCVersion);
      state.setAcl(slot, op.acl);
      return;
    }
    this.#raiseCversion(parent, op.parentCVersion, this.#rules.createRaises);
    state.create(slot, parent, zxid, time, ephemeralOwner);
    state.setData(slot, op.data);
    state.setAcl(slot, op.acl);
    state.redigest(slot);
    if (kindOf(ephemeralOwner).kind === 'ephemeral') state.ephemeralsOf(ephemeralOwner)?.add(slot);
    if (!state.quotas.isEmpty) state.quotas.created(treePath(op.path), op.data?.length ?? 0);
  }

  /** Only where it is larger, by the true rules: in the fuzzy range the parent may have had later children already. */
  #raiseCversion(parent: number, parentCVersion: number, onlyRaises = true): void {
    const { table } = this.#state;
    const at = table.statStart(parent);
    const old = table.view.getInt32(at + STAT_AT.cversion);
    const cversion = parentCVersion === -1 ? (old + 1) | 0 : parentCVersion;
    if (onlyRaises && cversion <= old) return;
    table.view.setInt32(at + STAT_AT.cversion, cversion);
    table.view.setBigInt64(at + STAT_AT.pzxid, this.#header.zxid);
    this.#state.redigest(parent);
  }

  #delete(slot: number): void {
    const state = this.#state;
    const { table } = state;
    const parent = state.parentOf(slot);
    if (!this.#rules.deleteRaises) {
      this.#deleteAsBefore(slot, parent);
      return;
    }
    if (!state.exists(parent)) return;
    const { zxid } = this.#header;
    const pzxidAt = table.statStart(parent) + STAT_AT.pzxid;
    // Also where the znode is gone: in the fuzzy range it may have been deleted before the snapshot came to it.
    if (zxid > table.view.getBigInt64(pzxidAt)) {
      table.view.setBigInt64(pzxidAt, zxid);
      state.redigest(parent);
    }
    if (state.exists(slot)) this.#remove(slot);
  }

  // DataTree.deleteNode before 3.5.5.
  #deleteAsBefore(slot: number, parent: number): void {
    const state = this.#state;
    const { table } = state;
    if (!state.exists(slot)) return;
    this.#remove(slot);
    if (!state.exists(parent)) return;
    table.view.setBigInt64(table.statStart(parent) + STAT_AT.pzxid, this.#header.zxid);
    state.redigest(parent);
  }

  #remove(slot: number): void {
    const state = this.#state;
    const { table } = state;
    const owner = table.view.getBigInt64(table.statStart(slot) + STAT_AT.ephemeralOwner);
    if (owner !== 0n) state.ephemeralsOf(owner)?.delete(slot);
    const bytes = Math.max(table.dataLength[slot]!, 0);
    state.delete(slot);
    state.quotas.deleted(state.paths.pathOf(slot), bytes);
  }

  #setData(path: RawText | null, data: Buffer | null, version: number): void {
    if (path === null) return;
    const state = this.#state;
    const { table } = state;
    const slot = this.#slotOf(path);
    if (!state.exists(slot)) return;
    const at = table.statStart(slot);
    const before = Math.max(table.dataLength[slot]!, 0);
    table.view.setBigInt64(at + STAT_AT.mzxid, this.#header.zxid);
    table.view.setBigInt64(at + STAT_AT.mtime, this.#header.time);
    table.view.setInt32(at + STAT_AT.version, version);
    state.setData(slot, data);
    state.redigest(slot);
    state.quotas.resized(treePath(path), (data?.length ?? 0) - before);
  }

  #setACL(path: RawText | null, acl: readonly ACL[] | null, version: number): void {
    if (path === null) return;
    const state = this.#state;
    const slot = this.#slotOf(path);
    if (!state.exists(slot)) return;
    state.table.view.setInt32(state.table.statStart(slot) + STAT_AT.aversion, version);
    state.setAcl(slot, acl);
    state.redigest(slot);
  }

  #closeSession(listed: readonly (RawText | null)[] | null): void {
    const state = this.#state;
    const session = this.#header.clientId;
    state.sessions.delete(session);
    for (const path of listed ?? []) if (path !== null) this.#delete(this.#slotOf(path));
    const left = state.ephemeralsOf(session);
    if (left === undefined || left.size === 0) return;
    const slots = [...left];
    this.implied = slots.map((slot) => state.paths.pathOf(slot));
    for (const slot of slots) this.#delete(slot);
  }
}

type CreateOp = Op & { op: 'create' | 'create2' | 'createContainer' | 'createTTL' };

const NONE: readonly RawText[] = [];
const NO_HEADER: TxnHeader = { clientId: 0n, cxid: 0, zxid: 0n, time: 0n, type: 0 };
