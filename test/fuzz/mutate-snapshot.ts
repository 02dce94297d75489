// Damage to a snapshot's records: each is well formed, most of the time, but not what a server would write there.
import { hostileBytes, hostileChild } from './hostile.js';
import { damageLength } from './mutate-bytes.js';
import { i32, i64, prefixed, type SnapshotParts } from './parts.js';
import type { Random } from './random.js';

type Change = (parts: SnapshotParts, random: Random) => void;

const CHANGES: Readonly<Record<string, Change>> = {
  dropZnodes: ({ znodes }, random) => void znodes.splice(random.int(znodes.length), random.between(1, 3)),
  doubleZnode: ({ znodes }, random) => insert(znodes, random, one(znodes, random)),
  moveZnode: ({ znodes }, random) => insert(znodes, random, ...znodes.splice(random.int(znodes.length), 1)),
  reverseZnodes: ({ znodes }) => void znodes.reverse(),
  hostilePath: (parts, random) =>
    editZnode(parts, random, (fields) => ({ ...fields, path: hostileBytes(random) })),
  hostileChild: (parts, random) =>
    editZnode(parts, random, (fields) => ({ ...fields, path: below(parts, random) }), true),
  hostileData: (parts, random) =>
    editZnode(parts, random, (fields) => ({ ...fields, data: hostileBytes(random) })),
  aclKey: (parts, random) => editZnode(parts, random, (fields) => ({ ...fields, acl: random.i64() })),
  stat: (parts, random) =>
    editZnode(parts, random, (fields) => ({ ...fields, stat: extremeStat(fields.stat, random) })),
  owner: (parts, random) =>
    editZnode(parts, random, ({ stat, ...fields }) => ({
      ...fields,
      stat: Buffer.concat([stat.subarray(0, 44), i64(random.i64()), stat.subarray(52)]),
    })),
  znodeLength: ({ znodes }, random) => void changeOne(znodes, random, (znode) => damageLength(znode, random)),
  addSession: ({ sessions }, random) =>
    insert(sessions, random, Buffer.concat([i64(random.i64()), i32(random.i32())])),
  dropSessions: ({ sessions }, random) => void sessions.splice(random.int(sessions.length)),
  sessionCount: (parts, random) => {
    parts.sessionCount = count(parts.sessions.length, random);
  },
  dropAcl: ({ acls }, random) => void acls.splice(random.int(acls.length), 1),
  doubleAcl: ({ acls }, random) => insert(acls, random, one(acls, random)),
  aclEntry: ({ acls }, random) => insert(acls, random, hostileAcl(random)),
  aclKeyOfEntry: ({ acls }, random) =>
    void changeOne(acls, random, (acl) => Buffer.concat([i64(random.i64()), acl.subarray(8)])),
  aclLength: ({ acls }, random) => void changeOne(acls, random, (acl) => damageLength(acl, random)),
  aclCount: (parts, random) => {
    parts.aclCount = count(parts.acls.length, random);
  },
  block: ({ blocks }, random) => insert(blocks, random, hostileBlock(random)),
  dropBlock: ({ blocks }, random) => void blocks.splice(random.int(blocks.length), 1),
  header: (parts, random) => {
    parts.header = Buffer.concat([parts.header.subarray(0, 4), i32(random.i32()), i64(random.i64())]);
  },
};
const NAMES = Object.keys(CHANGES);

/** Changes records of a snapshot one to six times; `steps` gets what was done. */
export function mutateSnapshot(sound: SnapshotParts, random: Random, steps: string[]): SnapshotParts {
  const parts: SnapshotParts = {
    ...sound,
    sessions: [...sound.sessions],
    acls: [...sound.acls],
    znodes: [...sound.znodes],
    blocks: [...sound.blocks],
  };
  for (let left = random.between(1, 6); left > 0; left--) {
    const name = random.pick(NAMES);
    CHANGES[name]!(parts, random);
    steps.push(name);
  }
  return parts;
}

interface ZnodeFields {
  readonly path: Buffer | null;
  readonly data: Buffer | null;
  readonly acl: bigint;
  readonly stat: Buffer;
}

function znodeFields(znode: Buffer): ZnodeFields | null {
  // What was damaged before cannot be taken apart again.
  if (znode.length < 76) return null;
  const path = field(znode, 0);
  const data = path === undefined ? undefined : field(znode, 4 + (path?.length ?? 0));
  if (path === undefined || data === undefined) return null;
  const at = 8 + (path?.length ?? 0) + (data?.length ?? 0);
  if (znode.length !== at + 68) return null;
  return { path, data, acl: znode.readBigInt64BE(at), stat: znode.subarray(at + 8) };
}

/** A buffer or ustring; undefined where there is none. */
export function field(bytes: Buffer, at: number): Buffer | null | undefined {
  if (at + 4 > bytes.length) return undefined;
  const length = bytes.readInt32BE(at);
  if (length === -1) return null;
  return length < 0 || at + 4 + length > bytes.length ? undefined : bytes.subarray(at + 4, at + 4 + length);
}

/** Paths of a snapshot's znodes, `/` for the root. */
export function pathsOf({ znodes }: SnapshotParts): Buffer[] {
  return znodes.flatMap((znode) => {
    const path = field(znode, 0);
    return path == null ? [] : [path.length === 0 ? Buffer.from('/') : path];
  });
}

function below(parts: SnapshotParts, random: Random): Buffer {
  const parent = field(one(parts.znodes, random) ?? Buffer.alloc(0), 0);
  return hostileChild(random, parent == null || parent.length === 0 ? Buffer.from('/') : parent);
}

function editZnode(
  { znodes }: SnapshotParts,
  random: Random,
  edit: (fields: ZnodeFields) => ZnodeFields,
  isAdded = false,
): void {
  const i = random.int(znodes.length);
  const fields = znodeFields(znodes[i] ?? Buffer.alloc(0));
  if (fields === null) return;
  const { path, data, acl, stat } = edit(fields);
  const znode = Buffer.concat([prefixed(path), prefixed(data), i64(acl), stat]);
  if (isAdded) znodes.push(znode);
  else znodes[i] = znode;
}

const INT_FIELDS = [32, 36, 40];
const LONG_FIELDS = [0, 8, 16, 24, 44, 52];

function extremeStat(stat: Buffer, random: Random): Buffer {
  const copy = Buffer.from(stat);
  for (let left = random.between(1, 4); left > 0; left--) {
    if (random.chance(0.3)) copy.writeInt32BE(random.i32(), random.pick(INT_FIELDS));
    else copy.writeBigInt64BE(random.i64(), random.pick(LONG_FIELDS));
  }
  return copy;
}

function hostileAcl(random: Random): Buffer {
  const key = i64(random.chance(0.5) ? BigInt(random.int(6)) : random.i64());
  const kind = random.int(8);
  if (kind === 0) return Buffer.concat([key, i32(-1)]);
  if (kind === 1) return Buffer.concat([key, i32(random.pick([0, -2, -(2 ** 31)]))]);
  return Buffer.concat([key, aclVector(random)]);
}

/** A vector of ACLs with anything in them. */
export function aclVector(random: Random): Buffer {
  const entries = random.chance(0.05) ? random.between(100, 400) : random.int(4);
  const parts = [i32(entries)];
  for (let i = 0; i < entries; i++) {
    const most = entries > 4 ? 20 : 2000;
    parts.push(i32(random.i32()), prefixed(hostileBytes(random, most)), prefixed(hostileBytes(random, most)));
  }
  return Buffer.concat(parts);
}

function hostileBlock(random: Random): Buffer {
  const kind = random.int(3);
  if (kind === 0) return Buffer.concat([i64(random.i64()), i32(random.i32()), i64(random.i64())]);
  return kind === 1 ? i64(random.i64()) : random.bytes(random.int(40));
}

function count(now: number, random: Random): number {
  return random.pick([now + 1, now - 1, 0, -1, -2, 2 ** 31 - 1, random.i32()]);
}

function one<T>(values: readonly T[], random: Random): T {
  return values[random.int(values.length)]!;
}

function insert(list: Buffer[], random: Random, ...values: (Buffer | undefined)[]): void {
  const there = values.filter((value) => value !== undefined);
  list.splice(random.int(list.length + 1), 0, ...there);
}

function changeOne(list: Buffer[], random: Random, change: (value: Buffer) => Buffer): void {
  const i = random.int(list.length);
  if (list[i] !== undefined && list[i]!.length >= 4) list[i] = change(list[i]!);
}
