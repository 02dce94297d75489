// A replay for its digests alone, in one pass over a snapshot and one over the logs behind it.
//
// It knows znodes by hashes (`hashed-tree.ts`) and leaves aside what only a tree that cannot be proven needs: quotas,
// ephemerals that a closeSession does not list, znodes of a fuzzy snapshot that outlive their parent. Where a
// digest then differs, or the logs are out of order, it has no result, and `replay.ts` says what is so. Where all
// agree, they prove it.
import { CONTAINER_OWNER } from '../records/kind.js';
import type { Op } from '../records/op.js';
import { TXN_HEADER_BYTES, type TxnHeader } from '../records/txn-header.js';
import type { Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { Txn } from '../txnlog/txn.js';
import { TTL_OWNER } from './apply-txn.js';
import { stepOf, type ZxidStep } from './continuity.js';
import { crc32 } from './crc32.js';
import { DigestCheck, type DigestReport } from './digest-check.js';
import { HashedTree, NO_ZNODE } from './hashed-tree.js';
import type { LoadedBase } from './load-base.js';
import { secondHash, type ZnodeHashes } from './path-hash.js';
import type { KnownPaths } from './path-set.js';
import { isUndigestedBytes } from './znode-digest.js';
import { STAT_AT } from './znode-table.js';

const SLASH = 0x2f;

/** What came of it. */
export interface HashedResult {
  /** The newest zxid applied. */
  readonly zxid: Zxid;
  readonly digests: DigestReport;
  /** False where the base may hold effects of txns after it. */
  readonly isExact: boolean;
  /** Null where no digest proves the tree there. */
  readonly tree: {
    readonly znodes: number;
    /** Znodes by ephemeralOwner; those without one are left out. */
    readonly owners: ReadonlyMap<bigint, number>;
    readonly sessions: ReadonlySet<bigint>;
    /** Txns applied. */
    readonly txns: number;
  } | null;
}

// A guess that spares half of the work on the index.
const BYTES_A_ZNODE = 256;
const MOST_GUESSED = 2 ** 20;

/** The replay: `take` for the base, `begin`, then `apply`. */
export class HashedReplay implements KnownPaths {
  readonly #tree = new HashedTree();
  readonly #sessions = new Set<bigint>();
  readonly #steps: ZxidStep[] = [];
  #base: LoadedBase | null = null;
  #check: DigestCheck | null = null;
  #zxid = 0n;
  #txns = 0;
  /** The last zxid that may have changed the tree. */
  #changed = 0n;
  #header: TxnHeader | null = null;
  #isOrdinary = true;

  readonly #hasLogs: boolean;

  /** `bytes` is the size of the snapshot. Without logs there is nothing to know of its znodes but their digest. */
  constructor(bytes: number, hasLogs: boolean) {
    this.#hasLogs = hasLogs;
    if (hasLogs) this.#tree.reserve(Math.min(bytes / BYTES_A_ZNODE, MOST_GUESSED));
  }

  addSession({ id }: Session): void {
    this.#sessions.add(id);
  }

  /** Takes a znode of the base; false where its path was there already. */
  take(znode: ZnodeRecord, hashes: ZnodeHashes): boolean {
    return !this.#hasLogs || this.#tree.load(znode, hashes);
  }

  has(pathCrc: number, second: number): boolean {
    return this.#tree.find(pathCrc, second) !== NO_ZNODE;
  }

  /** The base was read; its digest must be known. */
  begin(base: LoadedBase): void {
    if (!base.isSound || (this.#hasLogs && this.#tree.size !== base.znodes)) {
      this.giveUp();
      return;
    }
    this.#base = base;
    this.#zxid = base.zxid;
    this.#changed = base.zxid;
    this.#tree.digest.set(base.treeDigest!);
    this.#check = new DigestCheck(base, () => this.#tree.digest.value, this.#steps);
  }

  /** There will be no result. */
  giveUp(): void {
    this.#isOrdinary = false;
  }

  /** Applies the next record of the logs, in their order; those up to the base are passed over. */
  apply(record: LogRecord, txn: Txn, file: string): void {
    if (!this.#isOrdinary || this.#base === null) return;
    const { header, op } = txn;
    const { zxid } = header;
    if (zxid <= this.#base.zxid) return;
    if (zxid !== this.#zxid + 1n && !this.#mayFollow(zxid)) {
      this.giveUp();
      return;
    }
    this.#header = header;
    const { offset, length, entryStart } = record;
    if (op.op === 'multi') this.#applyMulti(record, op);
    else this.#applyOp(record, op, entryStart + TXN_HEADER_BYTES);
    if (op.op !== 'error') this.#changed = zxid;
    this.#zxid = zxid;
    this.#txns++;
    this.#check!.check({ txn, evidence: { file, offset, length } });
  }

  /** Null where it takes the full replay to say what is so. */
  result(): HashedResult | null {
    if (!this.#isOrdinary || this.#check === null || this.#zxid < this.#base!.end.zxid) return null;
    const digests = this.#check.report();
    if (digests.differed > 0 || digests.snapshot === 'differs') return null;
    const isProven = this.#hasLogs && digests.lastMatched !== null && digests.lastMatched >= this.#changed;
    const { size: znodes } = this.#tree;
    const tree = isProven
      ? { znodes, owners: this.#tree.owners(), sessions: this.#sessions, txns: this.#txns }
      : null;
    const { end, zxid: from } = this.#base!;
    return { zxid: this.#zxid, digests, isExact: end.zxid === from && end.proof !== null, tree };
  }

  #mayFollow(zxid: Zxid): boolean {
    const step = stepOf(this.#zxid, zxid);
    if (step?.kind !== 'epoch') return false;
    this.#steps.push(step);
    return true;
  }

  #applyMulti({ view, buffer, entryStart }: LogRecord, { ops, failed }: Op & { op: 'multi' }): void {
    if (failed) return;
    let at = entryStart + TXN_HEADER_BYTES + 4;
    for (const part of ops) {
      this.#applyOp({ view, buffer }, part, at + 8);
      at += 8 + Math.max(view.getInt32(at + 4), 0);
    }
  }

  #applyOp(bytes: Bytes, op: Op, body: number): void {
    const { clientId } = this.#header!;
    switch (op.op) {
      case 'create':
      case 'create2':
        this.#create(bytes, body, op, op.ephemeral ? clientId : 0n);
        break;
      case 'createContainer':
        this.#create(bytes, body, op, CONTAINER_OWNER);
        break;
      case 'createTTL':
        this.#create(bytes, body, op, TTL_OWNER | op.ttl);
        break;
      case 'delete':
      case 'deleteContainer':
        this.#delete(bytes, body);
        break;
      case 'setData':
      case 'reconfig':
        this.#setData(bytes, body, op.version);
        break;
      case 'setACL':
        this.#setACL(bytes, body, op.version);
        break;
      case 'createSession':
        this.#sessions.add(clientId);
        break;
      case 'closeSession':
        this.#sessions.delete(clientId);
        if (op.paths2Delete !== null) this.#deleteListed(bytes, body, op.paths2Delete.length);
        break;
      case 'unknown':
        this.giveUp();
    }
  }

  #create({ view, buffer }: Bytes, body: number, op: CreateOp, owner: bigint): void {
    if (op.path === null) return;
    const start = body + 4;
    const end = start + op.path.length;
    const parentEnd = Math.max(buffer.lastIndexOf(SLASH, end - 1), start);
    const parent = this.#find(view, buffer, start, parentEnd);
    if (parent === NO_ZNODE) return;
    const pathCrc = crc32(buffer, start, end);
    const second = secondHash(view, start, end);
    const isThere = this.#tree.find(pathCrc, second) !== NO_ZNODE;
    // In the fuzzy range.
    if (isThere && op.op !== 'create') return;
    this.#raiseCversion(parent, op.parentCVersion, isUndigestedBytes(buffer, start, parentEnd));
    if (isThere) return;
    const tree = this.#tree;
    const number = tree.add(pathCrc, second);
    const { zxid, time } = this.#header!;
    const to = tree.viewOf(number);
    const at = tree.statOf(number);
    to.setBigInt64(at + STAT_AT.czxid, zxid);
    to.setBigInt64(at + STAT_AT.mzxid, zxid);
    to.setBigInt64(at + STAT_AT.ctime, time);
    to.setBigInt64(at + STAT_AT.mtime, time);
    to.setInt32(at + STAT_AT.version, 0);
    to.setInt32(at + STAT_AT.cversion, 0);
    to.setInt32(at + STAT_AT.aversion, 0);
    to.setBigInt64(at + STAT_AT.ephemeralOwner, owner);
    to.setBigInt64(at + STAT_AT.pzxid, zxid);
    tree.setDataCrc(number, dataCrc(view, buffer, end, pathCrc));
    if (!isUndigestedBytes(buffer, start, end)) tree.digest.add(tree.digestOf(number));
  }

  /** Only where it is larger: in the fuzzy range the parent may have had later children already. */
  #raiseCversion(number: number, parentCVersion: number, isOutside: boolean): void {
    const tree = this.#tree;
    const view = tree.viewOf(number);
    const at = tree.statOf(number);
    const old = view.getInt32(at + STAT_AT.cversion);
    const cversion = parentCVersion === -1 ? (old + 1) | 0 : parentCVersion;
    if (cversion <= old) return;
    if (!isOutside) tree.digest.subtract(tree.digestOf(number));
    view.setInt32(at + STAT_AT.cversion, cversion);
    view.setBigInt64(at + STAT_AT.pzxid, this.#header!.zxid);
    if (!isOutside) tree.digest.add(tree.digestOf(number));
  }

  /** Deletes the znode at the path that stands at `body`. */
  #delete({ view, buffer }: Bytes, body: number): void {
    const length = view.getInt32(body);
    if (length < 0) return;
    const start = body + 4;
    const end = start + length;
    const parentEnd = Math.max(buffer.lastIndexOf(SLASH, end - 1), start);
    const tree = this.#tree;
    const parent = this.#find(view, buffer, start, parentEnd);
    if (parent === NO_ZNODE) return;
    const { zxid } = this.#header!;
    const parentView = tree.viewOf(parent);
    const pzxidAt = tree.statOf(parent) + STAT_AT.pzxid;
    // Also where the znode is gone: in the fuzzy range it may have been deleted before the snapshot came to it.
    if (zxid > parentView.getBigInt64(pzxidAt)) {
      const isOutside = isUndigestedBytes(buffer, start, parentEnd);
      if (!isOutside) tree.digest.subtract(tree.digestOf(parent));
      parentView.setBigInt64(pzxidAt, zxid);
      if (!isOutside) tree.digest.add(tree.digestOf(parent));
    }
    const number = this.#find(view, buffer, start, end);
    if (number === NO_ZNODE) return;
    if (!isUndigestedBytes(buffer, start, end)) tree.digest.subtract(tree.digestOf(number));
    tree.delete(number);
  }

  #deleteListed(bytes: Bytes, body: number, count: number): void {
    let at = body + 4;
    for (let i = 0; i < count; i++) {
      this.#delete(bytes, at);
      at += 4 + Math.max(bytes.view.getInt32(at), 0);
    }
  }

  #setData({ view, buffer }: Bytes, body: number, version: number): void {
    const found = this.#pathAt(view, buffer, body);
    if (found === null) return;
    const { number, pathCrc, end, isOutside } = found;
    const tree = this.#tree;
    if (!isOutside) tree.digest.subtract(tree.digestOf(number));
    const { zxid, time } = this.#header!;
    const to = tree.viewOf(number);
    const at = tree.statOf(number);
    to.setBigInt64(at + STAT_AT.mzxid, zxid);
    to.setBigInt64(at + STAT_AT.mtime, time);
    to.setInt32(at + STAT_AT.version, version);
    tree.setDataCrc(number, dataCrc(view, buffer, end, pathCrc));
    if (!isOutside) tree.digest.add(tree.digestOf(number));
  }

  #setACL({ view, buffer }: Bytes, body: number, version: number): void {
    const found = this.#pathAt(view, buffer, body);
    if (found === null) return;
    const { number, isOutside } = found;
    const tree = this.#tree;
    if (!isOutside) tree.digest.subtract(tree.digestOf(number));
    tree.viewOf(number).setInt32(tree.statOf(number) + STAT_AT.aversion, version);
    if (!isOutside) tree.digest.add(tree.digestOf(number));
  }

  /** The znode at the path that stands at `body`; null where there is none. Txns call the root "/". */
  #pathAt(view: DataView, buffer: Buffer, body: number) {
    const length = view.getInt32(body);
    if (length < 0) return null;
    const start = body + 4;
    const end = start + length;
    const pathEnd = length === 1 && buffer[start] === SLASH ? start : end;
    const pathCrc = crc32(buffer, start, pathEnd);
    const number = this.#tree.find(pathCrc, secondHash(view, start, pathEnd));
    if (number === NO_ZNODE) return null;
    return { number, pathCrc, end, isOutside: isUndigestedBytes(buffer, start, pathEnd) };
  }

  #find(view: DataView, buffer: Buffer, start: number, end: number): number {
    return this.#tree.find(crc32(buffer, start, end), secondHash(view, start, end));
  }
}

type Bytes = Pick<LogRecord, 'view' | 'buffer'>;
type CreateOp = Op & { op: 'create' | 'create2' | 'createContainer' | 'createTTL' };

/** Goes on from the CRC-32 of a path with the data that stands at `at` as length and bytes. */
function dataCrc(view: DataView, buffer: Buffer, at: number, pathCrc: number): number {
  const length = view.getInt32(at);
  return length <= 0 ? pathCrc : crc32(buffer, at + 4, at + 4 + length, pathCrc);
}
