// A ZooKeeper tree as simple as it can be: every znode in a Map, every digest computed anew. Written from FORMAT.md
// 6 and 7 and apart from src/tree, for comparing the two.
import { crc32 } from 'node:zlib';
import type { ACL } from '../../src/records/acl.js';
import type { Op } from '../../src/records/op.js';
import type { Txn } from '../../src/txnlog/txn.js';
import type { SecondSnapshot } from '../support/second-reader.js';

export interface PlainZnode {
  /** A character a byte. */
  data: string | null;
  /** As JSON; null where it is not known. */
  acl: string | null;
  czxid: bigint;
  mzxid: bigint;
  pzxid: bigint;
  ctime: bigint;
  mtime: bigint;
  version: number;
  cversion: number;
  aversion: number;
  owner: bigint;
}

const OPEN = aclText([{ perms: 31, id: { scheme: 'world', id: 'anyone' } }]);

export function aclText(acl: readonly { perms: number; id: { scheme: unknown; id: unknown } }[]): string {
  return JSON.stringify(acl.map(({ perms, id }) => [perms, id.scheme, id.id]));
}

export class PlainTree {
  readonly znodes = new Map<string, PlainZnode>();
  readonly sessions = new Map<bigint, number>();
  readonly quotas = new Set<string>();
  zxid = 0n;

  static of(snapshot: SecondSnapshot, zxid: bigint): PlainTree {
    const tree = new PlainTree();
    tree.zxid = zxid;
    const acls = new Map([[-1n, OPEN]]);
    for (const { key, acl } of snapshot.acls) {
      acls.set(key, aclText(acl.map(({ perms, scheme, id }) => ({ perms, id: { scheme, id } }))));
    }
    for (const { id, timeout } of snapshot.sessions) tree.sessions.set(id, timeout);
    for (const { path, data, acl, stat } of snapshot.znodes) {
      tree.znodes.set(path, {
        data: text(data),
        acl: acls.get(acl) ?? null,
        czxid: stat.readBigInt64BE(0),
        mzxid: stat.readBigInt64BE(8),
        ctime: stat.readBigInt64BE(16),
        mtime: stat.readBigInt64BE(24),
        version: stat.readInt32BE(32),
        cversion: stat.readInt32BE(36),
        aversion: stat.readInt32BE(40),
        owner: stat.readBigInt64BE(44),
        pzxid: stat.readBigInt64BE(52),
      });
    }
    tree.startQuotas();
    return tree;
  }

  /** A tree as a server has just made it. */
  static empty(): PlainTree {
    const tree = new PlainTree();
    for (const path of ['', '/zookeeper', '/zookeeper/quota'])
      tree.znodes.set(path, plainZnode({ data: '' }));
    return tree;
  }

  copy(): PlainTree {
    const tree = new PlainTree();
    for (const [path, znode] of this.znodes) tree.znodes.set(path, { ...znode });
    for (const [id, timeout] of this.sessions) tree.sessions.set(id, timeout);
    for (const path of this.quotas) tree.quotas.add(path);
    tree.zxid = this.zxid;
    return tree;
  }

  /** What a server does with quotas when it has loaded a snapshot. */
  startQuotas(): void {
    for (const path of this.znodes.keys()) {
      const match = /^\/zookeeper\/quota(\/.*)\/zookeeper_limits$/s.exec(path);
      if (match === null) continue;
      this.recount(match[1]!);
      this.quotas.add(match[1]!);
    }
  }

  apply({ header, op }: Txn): void {
    const { zxid } = header;
    if (op.op === 'multi') {
      const isReal = op.ops.every((part) => part.op !== 'error');
      if (isReal) for (const part of op.ops) this.applyOp(part, header.clientId, zxid, header.time);
    } else this.applyOp(op, header.clientId, zxid, header.time);
    if (zxid > this.zxid) this.zxid = zxid;
  }

  applyOp(op: Op, session: bigint, zxid: bigint, time: bigint): void {
    switch (op.op) {
      case 'createSession':
        this.sessions.set(session, op.timeOut);
        break;
      case 'closeSession': {
        this.sessions.delete(session);
        for (const path of op.paths2Delete ?? []) this.delete(path!, zxid);
        const left = [...this.znodes].filter(([, { owner }]) => owner === session && session !== 0n);
        for (const [path] of left) this.delete(path, zxid);
        break;
      }
      case 'create':
        this.create(op, op.ephemeral ? session : 0n, zxid, time, true);
        break;
      case 'create2':
        this.create(op, op.ephemeral ? session : 0n, zxid, time);
        break;
      case 'createContainer':
        this.create(op, -(2n ** 63n), zxid, time);
        break;
      case 'createTTL':
        this.create(op, op.ttl - 2n ** 56n, zxid, time);
        break;
      case 'delete':
      case 'deleteContainer':
        this.delete(op.path!, zxid);
        break;
      case 'setData':
      case 'reconfig': {
        const znode = this.znodes.get(inTree(op.path!));
        if (znode === undefined) break;
        const before = znode.data?.length ?? 0;
        znode.data = text(op.data);
        znode.mzxid = zxid;
        znode.mtime = time;
        znode.version = op.version;
        this.count(op.path!, 0, (znode.data?.length ?? 0) - before);
        break;
      }
      case 'setACL': {
        const znode = this.znodes.get(inTree(op.path!));
        if (znode === undefined) break;
        znode.acl = op.acl && aclText(op.acl);
        znode.aversion = op.version;
      }
    }
  }

  create(
    op: { path: string | null; data: Buffer | null; acl: readonly ACL[] | null; parentCVersion: number },
    owner: bigint,
    zxid: bigint,
    time: bigint,
    isType1 = false,
  ): void {
    const path = op.path!;
    const parent = this.znodes.get(above(path));
    if (parent === undefined) return;
    const there = this.znodes.get(path);
    const cversion = op.parentCVersion === -1 ? parent.cversion + 1 : op.parentCVersion;
    if ((there === undefined || isType1) && cversion > parent.cversion) {
      parent.cversion = cversion;
      parent.pzxid = zxid;
    }
    if (there !== undefined) {
      there.acl = op.acl && aclText(op.acl);
      return;
    }
    const data = text(op.data);
    this.znodes.set(
      path,
      plainZnode({
        data,
        acl: op.acl && aclText(op.acl),
        czxid: zxid,
        mzxid: zxid,
        pzxid: zxid,
        ctime: time,
        mtime: time,
        owner,
      }),
    );
    const [, limited, which] = /^\/zookeeper\/quota(\/.*)\/zookeeper_(limits|stats)$/s.exec(path) ?? [];
    if (which === 'limits') this.quotas.add(limited!);
    if (which === 'stats') this.recount(limited!);
    this.count(path, 1, data?.length ?? 0);
  }

  delete(path: string, zxid: bigint): void {
    const parent = this.znodes.get(above(path));
    if (parent === undefined) return;
    if (zxid > parent.pzxid) parent.pzxid = zxid;
    const znode = this.znodes.get(path);
    if (znode === undefined) return;
    this.znodes.delete(path);
    const [, limited] = /^\/zookeeper\/quota(\/.*)\/zookeeper_limits$/s.exec(path) ?? [];
    if (limited !== undefined) this.quotas.delete(limited);
    this.count(path, -1, -(znode.data?.length ?? 0));
  }

  /** Counts what is below a limited path, as when its stats znode is created. */
  recount(limited: string): void {
    const stats = this.znodes.get(`/zookeeper/quota${limited}/zookeeper_stats`);
    if (stats === undefined) return;
    let [count, bytes] = [0, 0];
    for (const [path, { data }] of this.znodes) {
      if (path !== limited && !path.startsWith(`${limited}/`)) continue;
      count++;
      bytes += data?.length ?? 0;
    }
    stats.data = `count=${count},bytes=${bytes}`;
  }

  count(path: string, count: number, bytes: number): void {
    const around = [...this.quotas].filter((limited) => path === limited || path.startsWith(`${limited}/`));
    const [inner] = around.sort((a, b) => b.length - a.length);
    const stats = inner && this.znodes.get(`/zookeeper/quota${inner}/zookeeper_stats`);
    if (!stats) return;
    const [, oldCount, oldBytes] = /^count=(-?\d+),bytes=(-?\d+)/.exec(stats.data ?? '') ?? ['', '-1', '-1'];
    stats.data = `count=${Number(oldCount) + count},bytes=${Number(oldBytes) + bytes}`;
  }

  /** Signed. */
  digest(): bigint {
    let sum = 0n;
    for (const [path, znode] of this.znodes)
      if (!path.startsWith('/zookeeper/')) sum += digestOf(path, znode);
    return BigInt.asIntN(64, sum);
  }

  /** A line for each znode, sorted. */
  rows(): string[] {
    return [...this.znodes].map(([path, znode]) => rowOf(path, znode)).sort();
  }
}

export function plainZnode(fields: Partial<PlainZnode>): PlainZnode {
  return {
    data: null,
    acl: OPEN,
    czxid: 0n,
    mzxid: 0n,
    pzxid: 0n,
    ctime: 0n,
    mtime: 0n,
    version: 0,
    cversion: 0,
    aversion: 0,
    owner: 0n,
    ...fields,
  };
}

/** A znode on one line. */
export function rowOf(path: string, z: PlainZnode): string {
  const zxids = [z.czxid, z.mzxid, z.pzxid, z.ctime, z.mtime, z.owner].join(' ');
  const data = z.data === null ? 'null' : JSON.stringify(z.data);
  return `${path} ${zxids} ${z.version} ${z.cversion} ${z.aversion} ${z.acl} ${data}`;
}

export function digestOf(path: string, znode: PlainZnode): bigint {
  const stat = Buffer.alloc(60);
  const { czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, owner } = znode;
  [czxid, mzxid, pzxid, ctime, mtime].forEach((value, i) => {
    stat.writeBigInt64BE(value, 8 * i);
  });
  [version, cversion, aversion].forEach((value, i) => {
    stat.writeInt32BE(value, 40 + 4 * i);
  });
  stat.writeBigInt64BE(owner, 52);
  const bytes = [Buffer.from(path, 'latin1'), Buffer.from(znode.data ?? '', 'latin1'), stat];
  return BigInt(crc32(Buffer.concat(bytes)));
}

function text(data: Buffer | null): string | null {
  return data === null ? null : data.toString('latin1');
}

function above(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function inTree(path: string): string {
  return path === '/' ? '' : path;
}
