// The lives of sessions, put together from txns and from the session tables of snapshots.
//
// A server logs the creation of a session and its end (createSession, closeSession) and puts its id on every request.
// What it deletes at the end is listed from 3.6 on; before that, it is what the session owns by then. Sessions that are
// older than the logs are known from the table of a snapshot, or from what they did. The table is written behind the
// zxid in the snapshot's name, so a session that was alive then is missing in it only where a close follows.
import type { RawText } from '../jute/raw-text.js';
import type { SessionTable } from '../source/session-table.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type EphemeralListener, EphemeralOwners } from './ephemeral-owners.js';
import { serverOf } from './log-query.js';
import { type OpPart, partsOf } from './op-row.js';
import { PackedRows } from './packed-rows.js';
import { fromTxn } from './paths.js';
import type { SessionLife } from './session-life.js';
import { sumsOf } from './sums.js';

const BIGINTS = [
  'createdZxid',
  'createdTime',
  'createdBefore',
  'endedZxid',
  'endedTime',
  'goneBy',
  'lastZxid',
  'lastTime',
] as const;
const NUMBERS = [
  'timeout',
  'endedBy',
  'ephemerals',
  'ephemeralsCreated',
  'creates',
  'deletes',
  'setData',
  'setACL',
  'bytes',
  'failed',
  'isUpgraded',
  'createdFile',
  'createdOffset',
  'endedFile',
  'endedOffset',
] as const;

/** Stands for null: no zxid and no time is as low. */
const NONE = -(2n ** 63n);
const [NOBODY, CLIENT, SERVER] = [0, 1, 2];

/** Follows sessions through a history. Tables and txns come in the order of their zxids; memory is 250 bytes a session. */
export class SessionLives {
  readonly #rows = new PackedRows<(typeof BIGINTS)[number], (typeof NUMBERS)[number]>(BIGINTS, NUMBERS);
  readonly #byId = new Map<bigint, number>();
  readonly #owners: EphemeralOwners;
  readonly #files: string[] = [];
  /** The txns from `#runStart` to `#lastZxid` are all there. */
  #runStart = NONE;
  #lastZxid = NONE;

  constructor(listener: EphemeralListener = {}) {
    this.#owners = new EphemeralOwners(listener);
  }

  /** Takes the table of a snapshot, behind the txns up to its zxid and before the others. */
  addTable(table: SessionTable): void {
    const { zxid, sessions } = table;
    const rows = this.#rows;
    for (const [id, row] of this.#byId) {
      const isOpen = rows.bigint(row, 'endedZxid') === NONE;
      if (isOpen && !sessions.has(id) && rows.bigint(row, 'goneBy') === NONE)
        rows.setBigint(row, 'goneBy', zxid);
    }
    // Not created by the txns before the snapshot, as far as they are all there.
    const before = this.#lastZxid === zxid ? this.#runStart : zxid;
    for (const [id, timeout] of sessions) {
      const row = this.#rowOf(id, before);
      this.#tighten(row, before);
      if (rows.number(row, 'timeout') < 0) rows.setNumber(row, 'timeout', timeout);
    }
    this.#owners.addTable(table);
  }

  /** Takes the next txn. */
  addTxn(logged: LoggedTxn): void {
    const { header, op } = logged.txn;
    const { clientId: id, zxid, time } = header;
    if (zxid > this.#lastZxid) {
      if (zxid !== this.#lastZxid + 1n) this.#runStart = zxid;
      this.#lastZxid = zxid;
    }
    if (op.op === 'createSession') {
      this.#create(id, op.timeOut, logged);
      return;
    }
    const parts = partsOf(logged.txn);
    // Session 0 is the server's own: deletes of containers and TTL znodes.
    const row = id === 0n ? -1 : this.#rowOf(id, zxid);
    const isClose = op.op === 'closeSession';
    for (const part of parts) {
      if (!isClose && row >= 0) this.#count(row, logged, part);
      this.#followEphemeral(part, logged, isClose);
    }
    if (row < 0) return;
    const rows = this.#rows;
    if (isClose) {
      this.#end(row, parts.length - 1, logged);
      return;
    }
    const isFailed = op.op === 'error' || (op.op === 'multi' && op.failed);
    if (isFailed) rows.add(row, 'failed', 1);
    if (rows.bigint(row, 'endedZxid') !== NONE) return;
    rows.setBigint(row, 'lastZxid', zxid);
    rows.setBigint(row, 'lastTime', time);
    // It was missing in a table for another reason.
    rows.setBigint(row, 'goneBy', NONE);
  }

  /** Every life by creation, those older than what is known first; to be asked for at the end. */
  *lives(): Generator<SessionLife> {
    const counts = this.#owners.finish();
    const ids = [...this.#byId.keys()];
    const rows = this.#rows;
    const bornAt = (id: bigint): bigint => rows.bigint(this.#byId.get(id)!, 'createdZxid');
    ids.sort((a, b) => {
      const [x, y] = [bornAt(a), bornAt(b)];
      return x < y ? -1 : x > y ? 1 : BigInt.asUintN(64, a) < BigInt.asUintN(64, b) ? -1 : 1;
    });
    for (const id of ids) yield this.#life(id, this.#byId.get(id)!, counts.get(id) ?? 0);
  }

  #create(id: bigint, timeout: number, { txn, evidence }: LoggedTxn): void {
    const { zxid, time } = txn.header;
    const rows = this.#rows;
    const row = this.#rowOf(id, zxid);
    rows.setNumber(row, 'timeout', timeout);
    // A local session is made a global one when it creates its first ephemeral. One without requests so far is new,
    // or known from the table of a snapshot that was written when it was created.
    if (rows.bigint(row, 'lastZxid') !== NONE || rows.bigint(row, 'endedZxid') !== NONE) {
      rows.setNumber(row, 'isUpgraded', 1);
      return;
    }
    rows.setBigint(row, 'createdBefore', NONE);
    rows.setBigint(row, 'createdZxid', zxid);
    rows.setBigint(row, 'createdTime', time);
    rows.setNumber(row, 'createdFile', this.#fileNumber(evidence.file));
    rows.setNumber(row, 'createdOffset', evidence.offset);
  }

  #count(row: number, { txn }: LoggedTxn, part: OpPart): void {
    const sums = sumsOf(txn.header, part);
    const rows = this.#rows;
    if (sums.creates > 0) rows.add(row, 'creates', 1);
    if (sums.deletes > 0) rows.add(row, 'deletes', 1);
    if (sums.setData > 0) rows.add(row, 'setData', 1);
    if (sums.setACL > 0) rows.add(row, 'setACL', 1);
    if (sums.bytes > 0) rows.add(row, 'bytes', sums.bytes);
    const { op, isApplied } = part;
    if (isApplied && (op.op === 'create' || op.op === 'create2') && op.ephemeral) {
      rows.add(row, 'ephemeralsCreated', 1);
    }
  }

  #followEphemeral({ op, isApplied }: OpPart, logged: LoggedTxn, isClose: boolean): void {
    if (!isApplied || !('path' in op) || op.path === null) return;
    const path = fromTxn(op.path);
    const { clientId } = logged.txn.header;
    switch (op.op) {
      case 'create':
      case 'create2':
        if (op.ephemeral) this.#owners.created(path, clientId, logged);
        else this.#owners.replaced(path);
        break;
      case 'createContainer':
      case 'createTTL':
        this.#owners.replaced(path);
        break;
      case 'delete':
      case 'deleteContainer':
        if (!isClose) this.#owners.deleted(path, logged);
        break;
      case 'setData':
      case 'setACL':
        this.#owners.seen(path);
    }
  }

  #end(row: number, listed: number, logged: LoggedTxn): void {
    const { header, op } = logged.txn;
    const rows = this.#rows;
    const paths: readonly (RawText | null)[] = op.op === 'closeSession' ? (op.paths2Delete ?? []) : [];
    const owned = this.#owners.closed(header.clientId, paths, logged);
    if (rows.bigint(row, 'endedZxid') !== NONE) return;
    rows.setNumber(row, 'ephemerals', Math.max(listed, owned));
    rows.setBigint(row, 'endedZxid', header.zxid);
    rows.setBigint(row, 'endedTime', header.time);
    rows.setNumber(row, 'endedBy', header.cxid === 0 ? SERVER! : CLIENT!);
    rows.setNumber(row, 'endedFile', this.#fileNumber(logged.evidence.file));
    rows.setNumber(row, 'endedOffset', logged.evidence.offset);
    rows.setBigint(row, 'goneBy', NONE);
  }

  /** The row of a session, which was there at `zxid`. */
  #rowOf(id: bigint, zxid: bigint): number {
    let row = this.#byId.get(id);
    if (row !== undefined) return row;
    row = this.#rows.push();
    this.#byId.set(id, row);
    for (const field of BIGINTS) this.#rows.setBigint(row, field, NONE);
    this.#rows.setBigint(row, 'createdBefore', zxid);
    this.#rows.setNumber(row, 'timeout', -1);
    return row;
  }

  /** A session in a table, of which no createSession is known, is older than the txns that are all there. */
  #tighten(row: number, before: bigint): void {
    const known = this.#rows.bigint(row, 'createdBefore');
    const mayBe = this.#rows.number(row, 'isUpgraded') === 0 && known !== NONE;
    if (mayBe && before < known) this.#rows.setBigint(row, 'createdBefore', before);
  }

  #fileNumber(file: string): number {
    const last = this.#files.length;
    if (this.#files[last - 1] === file) return last;
    const known = this.#files.indexOf(file);
    return known >= 0 ? known + 1 : this.#files.push(file);
  }

  #life(id: bigint, row: number, owned: number): SessionLife {
    const rows = this.#rows;
    const bigint = (field: (typeof BIGINTS)[number]) => {
      const value = rows.bigint(row, field);
      return value === NONE ? null : value;
    };
    const place = (file: 'createdFile' | 'endedFile', offset: 'createdOffset' | 'endedOffset') => {
      const number = rows.number(row, file);
      return number === 0 ? null : { file: this.#files[number - 1]!, offset: rows.number(row, offset) };
    };
    const [createdTime, endedTime] = [bigint('createdTime'), bigint('endedTime')];
    const endedBy = rows.number(row, 'endedBy');
    const goneBy = bigint('goneBy');
    const state =
      endedBy === SERVER ? 'expired' : endedBy === CLIENT ? 'closed' : goneBy === null ? 'open' : 'gone';
    const timeout = rows.number(row, 'timeout');
    const counted = (field: 'creates' | 'deletes' | 'setData' | 'setACL') => rows.number(row, field);
    return {
      id,
      server: serverOf(id),
      timeout: timeout < 0 ? null : timeout,
      state,
      createdZxid: bigint('createdZxid'),
      createdTime,
      createdBefore: bigint('createdBefore'),
      endedZxid: bigint('endedZxid'),
      endedTime,
      goneBy,
      duration: createdTime === null || endedTime === null ? null : endedTime - createdTime,
      ephemerals: endedBy === NOBODY ? owned : rows.number(row, 'ephemerals'),
      ephemeralsCreated: rows.number(row, 'ephemeralsCreated'),
      writes: counted('creates') + counted('deletes') + counted('setData') + counted('setACL'),
      creates: counted('creates'),
      deletes: counted('deletes'),
      setData: counted('setData'),
      setACL: counted('setACL'),
      bytes: rows.number(row, 'bytes'),
      failed: rows.number(row, 'failed'),
      lastZxid: bigint('lastZxid'),
      lastTime: bigint('lastTime'),
      createdAt: place('createdFile', 'createdOffset'),
      endedAt: place('endedFile', 'endedOffset'),
    };
  }
}
