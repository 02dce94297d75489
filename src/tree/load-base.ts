// The pass over the base: it picks up the znodes that the txns touch, and sums up the rest.
//
// A second pass is made only where the first one finds that more is needed: the parents of ephemerals that a
// closeSession deletes without naming them, and what is below paths with a quota.
import { type RawText, rawText } from '../jute/raw-text.js';
import { kindOf } from '../records/kind.js';
import { STAT_PERSISTED_BYTES } from '../records/stat-persisted.js';
import type { Zxid } from '../records/zxid.js';
import { OPEN_ACL } from '../snapshot/acl-entry.js';
import type { TrailerBlocks } from '../snapshot/seal.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { BaseSums, BaseTree } from './base-tree.js';
import { crc32 } from './crc32.js';
import { parentPath } from './paths.js';
import { limitedByLimits, QUOTAS, statsPath } from './quota-paths.js';
import { type SnapshotEnd, snapshotEnd } from './snapshot-end.js';
import { SnapshotTally } from './snapshot-survey.js';
import type { Touched } from './touched.js';
import { NO_SLOT } from './touched-paths.js';
import type { TreeState } from './tree-state.js';
import { dataCrc, isUndigestedBytes, statCrc } from './znode-digest.js';
import { EXISTS, IN_BASE, STAT_AT, UNDIGESTED } from './znode-table.js';

/** What is known of a base once it was read. */
export interface LoadedBase {
  readonly name: string;
  readonly zxid: Zxid;
  readonly end: SnapshotEnd;
  readonly trailer: TrailerBlocks | null;
  readonly znodes: number;
  /** Digest of the tree as it stands in the file, effects of later txns included; null where none was wanted. */
  readonly treeDigest: bigint | null;
  readonly isSound: boolean;
}

/** The znodes that a server before 3.5 makes for a new tree; 3.5 and later have /zookeeper/config too. */
const NEW_TREE = ['', '/zookeeper', '/zookeeper/quota'].map(rawText);

const NOBODY: ReadonlySet<bigint> = new Set();

/** Has the znodes of a new tree among those touched, before any other. */
export function touchNewTree(touched: Touched): void {
  for (const path of NEW_TREE) touched.paths.add(path);
}

/** Begins with a new tree, as a 3.4 server without a snapshot does. */
export function loadNewTree(state: TreeState): LoadedBase {
  for (const path of NEW_TREE) {
    const slot = state.paths.find(path);
    const parent = path === '' ? NO_SLOT : state.paths.find(parentPath(path));
    state.create(slot, parent, 0n, 0n, 0n);
    state.setData(slot, Buffer.alloc(0));
    state.setAcl(slot, OPEN_ACL);
    state.redigest(slot);
  }
  return {
    name: 'a new tree',
    zxid: 0n,
    end: { zxid: 0n, proof: 'new tree' },
    trailer: null,
    znodes: NEW_TREE.length,
    treeDigest: state.digest.value,
    isSound: true,
  };
}

/** Reads the base into `state`. Without `digests` no digest is computed. */
export function loadBase(base: BaseTree, touched: Touched, state: TreeState, digests: boolean): LoadedBase {
  const loader = new BaseLoader(touched, state, digests);
  const loaded = loader.first(base);
  if (loader.wantsSecond) loader.second(base);
  state.reserve();
  state.quotas.load(loader.limits);
  return loaded;
}

class BaseLoader {
  /** Limits znodes of the base. */
  readonly limits: RawText[] = [];
  readonly #touched: Touched;
  readonly #state: TreeState;
  readonly #digests: boolean;
  /** Slots from here on were added while reading. */
  readonly #firstLate: number;

  constructor(touched: Touched, state: TreeState, digests: boolean) {
    this.#touched = touched;
    this.#state = state;
    this.#digests = digests;
    this.#firstLate = touched.paths.size;
  }

  get wantsSecond(): boolean {
    return this.#touched.paths.size > this.#firstLate || !this.#state.quotas.isEmpty;
  }

  first(base: BaseTree): LoadedBase {
    const state = this.#state;
    const { closedSessions: owners } = this.#touched;
    const tally = new SnapshotTally(state.digest);
    const reading = base.open({ paths: this.#paths(0), owners, below: [QUOTAS] });
    try {
      for (const { id, timeout } of reading.sessions()) {
        state.sessions.set(id, timeout);
        state.baseSessions.add(id);
      }
      for (const znode of reading.znodes()) {
        const digest = this.#take(znode);
        if (base.sums === undefined) tally.add(znode, digest);
      }
      const { znodes, newest, treeDigest } = base.sums ?? sumsOf(tally);
      if (this.#digests) state.digest.set(treeDigest!);
      const { trailer, isSound } = reading;
      return {
        name: base.name,
        zxid: base.zxid,
        end: snapshotEnd(base.zxid, newest, trailer),
        trailer,
        znodes,
        treeDigest: this.#digests ? treeDigest : null,
        isSound,
      };
    } finally {
      reading.close();
    }
  }

  /** Picks up what the first pass added behind its back, and counts for quotas. */
  second(base: BaseTree): void {
    const { paths } = this.#touched;
    const { table, quotas } = this.#state;
    const counts = !quotas.isEmpty;
    const reading = base.open({ paths: this.#paths(this.#firstLate), owners: NOBODY, below: quotas.roots });
    try {
      for (const znode of reading.znodes()) {
        const { path } = znode;
        const slot = paths.find(path);
        if (slot >= this.#firstLate && !table.has(slot, EXISTS)) this.#pick(slot, znode);
        if (counts) quotas.countBase(path, Math.max(znode.dataLength, 0));
      }
    } finally {
      reading.close();
    }
  }

  *#paths(from: number): Generator<RawText> {
    const { paths } = this.#touched;
    // What is added meanwhile is for the second pass.
    for (let slot = from, { size } = paths; slot < size; slot++) yield paths.pathOf(slot);
  }

  /** Takes what is needed of a znode; returns its digest. */
  #take(znode: ZnodeRecord): number {
    const { paths, closedSessions } = this.#touched;
    const { buffer, pathStart, pathEnd, view } = znode;
    const crc = crc32(buffer, pathStart, pathEnd);
    const isOutside = isUndigestedBytes(buffer, pathStart, pathEnd);
    if (isOutside) this.#noteLimits(znode.path);
    let slot = paths.findBytes(buffer, pathStart, pathEnd, crc);
    const ownerAt = znode.statStart + STAT_AT.ephemeralOwner;
    if (view.getInt32(ownerAt) !== 0 || view.getInt32(ownerAt + 4) !== 0) {
      const owner = view.getBigInt64(ownerAt);
      if (closedSessions.has(owner) && kindOf(owner).kind === 'ephemeral') {
        slot = paths.addWithParent(znode.path);
        this.#state.ephemeralsOf(owner)!.add(slot);
      }
    }
    if (slot !== NO_SLOT) return this.#pick(slot, znode);
    if (!this.#digests || isOutside) return 0;
    return statCrc(buffer, znode.statStart, dataCrc(znode, crc));
  }

  #pick(slot: number, znode: ZnodeRecord): number {
    const state = this.#state;
    state.reserve();
    const { table } = state;
    const { buffer, statStart } = znode;
    buffer.copy(table.stats, table.statStart(slot), statStart, statStart + STAT_PERSISTED_BYTES);
    table.flags[slot] = table.flags[slot]! | EXISTS | IN_BASE;
    table.dataLength[slot] = znode.dataLength;
    const isOutside = table.has(slot, UNDIGESTED);
    // Below /zookeeper data is kept: stats of quotas are read again.
    if (isOutside) table.data[slot] = znode.data === null ? null : znode.data.toString('latin1');
    if (!this.#digests || isOutside) return 0;
    table.dataCrc[slot] = dataCrc(znode, state.paths.crc[slot]!);
    table.digest[slot] = statCrc(buffer, statStart, table.dataCrc[slot]!);
    return table.digest[slot]!;
  }

  #noteLimits(path: RawText): void {
    const limited = limitedByLimits(path);
    if (limited === null) return;
    this.limits.push(path);
    this.#state.quotas.follow(limited);
    this.#touched.paths.add(statsPath(limited));
  }
}

function sumsOf({ znodes, newest, digest }: SnapshotTally): BaseSums {
  return { znodes, newest, treeDigest: digest.value };
}
