// The part of a tree that txns touch, and how single znodes change in it.
import type { ACL } from '../records/acl.js';
import type { Evidence } from '../records/evidence.js';
import type { Zxid } from '../records/zxid.js';
import { AclLists } from './acl-lists.js';
import { crc32 } from './crc32.js';
import { Quotas } from './quotas.js';
import type { Touched } from './touched.js';
import { NO_SLOT, type TouchedPaths } from './touched-paths.js';
import { TreeDigest } from './tree-digest.js';
import { isUndigested } from './znode-digest.js';
import { CHANGED, EXISTS, NEW_ACL, NEW_DATA, STAT_AT, UNDIGESTED, ZnodeTable } from './znode-table.js';

const NOWHERE: Evidence = { file: '', offset: 0, length: 0 };

/** What a replay shall keep. */
export interface StateOptions {
  /** Data that txns write. */
  readonly data: boolean;
  /** Digests of znodes, and their sum. */
  readonly digests: boolean;
}

/** What a replay holds. The paths must all be known: slots are those of `paths`. */
export class TreeState {
  readonly paths: TouchedPaths;
  readonly table = new ZnodeTable();
  readonly acls = new AclLists();
  readonly digest = new TreeDigest();
  readonly quotas: Quotas;
  /** Id to timeout in milliseconds. */
  readonly sessions = new Map<bigint, number>();
  /** Sessions that were alive in the base. */
  readonly baseSessions = new Set<bigint>();
  /** The newest zxid that was applied. */
  zxid: Zxid;
  /** Where the txn that is being applied stands. */
  evidence: Evidence = NOWHERE;
  readonly #ephemerals = new Map<bigint, Set<number>>();
  /** Files of the txns; the number of one is its index + 1. */
  readonly #files: string[] = [];
  #fileNumber = 0;
  /** Slots there is room for. */
  #reserved = 0;
  readonly #keepData: boolean;
  readonly #digests: boolean;

  constructor(touched: Touched, zxid: Zxid, options: StateOptions) {
    this.paths = touched.paths;
    this.zxid = zxid;
    this.#keepData = options.data;
    this.#digests = options.digests;
    this.reserve();
    for (const session of touched.closedSessions) this.#ephemerals.set(session, new Set());
    this.quotas = new Quotas({
      read: (path) => {
        const slot = this.paths.find(path);
        return slot !== NO_SLOT && this.exists(slot) ? (this.table.data[slot] ?? null) : undefined;
      },
      write: (path, data) => this.setData(this.paths.find(path), Buffer.from(data, 'latin1')),
    });
    for (const path of touched.quotaRoots) this.quotas.follow(path);
  }

  /** Makes room for all paths there are now. */
  reserve(): void {
    const { table, paths } = this;
    table.reserve(paths.size);
    for (; this.#reserved < paths.size; this.#reserved++) {
      if (isUndigested(paths.pathOf(this.#reserved))) table.flags[this.#reserved] = UNDIGESTED;
    }
  }

  parentOf(slot: number): number {
    const parent = this.paths.parentOf(slot);
    if (parent === NO_SLOT) throw new Error(`no parent prepared for ${this.paths.pathOf(slot)}`);
    return parent;
  }

  exists(slot: number): boolean {
    return (this.table.flags[slot]! & EXISTS) !== 0;
  }

  /**
   * True for a znode that its parent lists as a child. One that a fuzzy snapshot holds may outlive its parent: a
   * replay deletes the parent that was there before it, and the one created next has no children.
   */
  isListed(slot: number, parent: number): boolean {
    return this.exists(slot) && this.table.listedIn[slot] === this.table.births[parent];
  }

  /** Slots of a session's ephemerals; undefined for one that is not followed. */
  ephemeralsOf(session: bigint): Set<number> | undefined {
    return this.#ephemerals.get(session);
  }

  /** Makes a znode with a new stat, in place of one that is not listed; data and ACL are to be set. */
  create(slot: number, parent: number, zxid: Zxid, time: bigint, ephemeralOwner: bigint): void {
    const { table } = this;
    const { view } = table;
    const at = table.statStart(slot);
    view.setBigInt64(at + STAT_AT.czxid, zxid);
    view.setBigInt64(at + STAT_AT.mzxid, zxid);
    view.setBigInt64(at + STAT_AT.ctime, time);
    view.setBigInt64(at + STAT_AT.mtime, time);
    view.setInt32(at + STAT_AT.version, 0);
    view.setInt32(at + STAT_AT.cversion, 0);
    view.setInt32(at + STAT_AT.aversion, 0);
    view.setBigInt64(at + STAT_AT.ephemeralOwner, ephemeralOwner);
    view.setBigInt64(at + STAT_AT.pzxid, zxid);
    this.digest.subtract(table.digest[slot]!);
    table.digest[slot] = 0;
    table.births[slot] = table.births[slot]! + 1;
    table.listedIn[slot] = parent === NO_SLOT ? 0 : table.births[parent]!;
    table.flags[slot] = table.flags[slot]! | EXISTS;
  }

  delete(slot: number): void {
    const { table } = this;
    this.digest.subtract(table.digest[slot]!);
    table.digest[slot] = 0;
    table.data[slot] = undefined;
    table.flags[slot] = table.flags[slot]! & ~EXISTS;
    this.#mark(slot, 0);
  }

  /** Sets data and its CRC; the digest is to be brought up to date. */
  setData(slot: number, data: Buffer | null): void {
    const { table } = this;
    table.dataLength[slot] = data?.length ?? -1;
    if (this.#digests) {
      const crc = this.paths.crc[slot]!;
      table.dataCrc[slot] = data === null ? crc : crc32(data, 0, data.length, crc);
    }
    if (this.#keepData || table.has(slot, UNDIGESTED)) {
      table.data[slot] = data === null ? null : data.toString('latin1');
    }
    this.#mark(slot, NEW_DATA);
  }

  setAcl(slot: number, acl: readonly ACL[] | null): void {
    this.table.acl[slot] = this.acls.number(acl);
    this.#mark(slot, NEW_ACL);
  }

  /** Brings the tree digest up to date with a znode that was changed. */
  redigest(slot: number): void {
    const { table } = this;
    this.#mark(slot, 0);
    if (!this.#digests || table.has(slot, UNDIGESTED)) return;
    this.digest.subtract(table.digest[slot]!);
    const now = table.digestNow(slot);
    table.digest[slot] = now;
    this.digest.add(now);
  }

  /** Where the txn stands that changed a znode last; null for one that none changed. */
  evidenceOf(slot: number): Evidence | null {
    const file = this.table.file[slot]!;
    if (file === 0) return null;
    return {
      file: this.#files[file - 1]!,
      offset: this.table.offset[slot]!,
      length: this.table.length[slot]!,
    };
  }

  #mark(slot: number, flags: number): void {
    const { table } = this;
    const { file, offset, length } = this.evidence;
    if (this.#fileNumber === 0 || this.#files[this.#fileNumber - 1] !== file) this.#numberFile(file);
    table.flags[slot] = table.flags[slot]! | CHANGED | flags;
    table.file[slot] = this.#fileNumber;
    table.offset[slot] = offset;
    table.length[slot] = length;
  }

  #numberFile(file: string): void {
    const known = this.#files.indexOf(file);
    this.#fileNumber = known >= 0 ? known + 1 : this.#files.push(file);
    if (file === '') this.#fileNumber = 0;
  }
}
