// A snapshot described as a value, and its bytes with right seals (FORMAT.md 3.1). Written apart from src.
//
//   const { bytes, marks } = buildSnapshot({ znodes: [{ path: '' }, { path: '/a', data: 'x' }], trailer: 'both' });
import { type Codec, compress } from './codecs.js';
import { JuteWriter, jute, plainAdler32, type Text, textBytes } from './jute-writer.js';

export interface AclSpec {
  readonly perms: number;
  readonly scheme: Text | null;
  readonly id: Text | null;
}

/** A znode's stat; what is left out is 0. */
export interface StatSpec {
  readonly czxid?: bigint;
  readonly mzxid?: bigint;
  readonly ctime?: bigint;
  readonly mtime?: bigint;
  readonly version?: number;
  readonly cversion?: number;
  readonly aversion?: number;
  readonly ephemeralOwner?: bigint;
  readonly pzxid?: bigint;
}

export interface ZnodeSpec {
  /** "" for the root, as on disk. */
  readonly path: Text | null;
  /** Default: empty, not null. */
  readonly data?: Text | null;
  /** Key into the ACL table, default -1. */
  readonly acl?: bigint;
  readonly stat?: StatSpec;
}

export type TrailerSpec = 'none' | 'digest' | 'lastZxid' | 'both';

export interface SnapshotSpec {
  readonly header?: { readonly magic?: number; readonly version?: number; readonly dbid?: bigint };
  readonly sessions?: readonly { readonly id: bigint; readonly timeout: number }[];
  /** What the table claims, where it is not the number of sessions. */
  readonly sessionCount?: number;
  /** Default: key 1 is READ for world:anyone, as in every new tree. */
  readonly acls?: readonly { readonly key: bigint; readonly acl: readonly AclSpec[] | null }[];
  readonly aclCount?: number;
  /** Default: the znodes of a new tree. */
  readonly znodes?: readonly ZnodeSpec[];
  /** Default: none. */
  readonly trailer?: TrailerSpec;
  readonly digest?: { readonly zxid: bigint; readonly version: number; readonly digest: bigint };
  readonly lastProcessedZxid?: bigint;
  /** Default: raw. */
  readonly codec?: Codec;
  /** Changes what stands before the first seal; the seals are then right for what it returns. */
  readonly damageBeforeSealing?: (tree: Buffer, marks: SnapshotMarks) => Buffer;
  /** Changes the sealed stream before it is compressed. */
  readonly damagePlain?: (plain: Buffer, marks: SnapshotMarks) => Buffer;
  /** Changes the file. */
  readonly damageFile?: (file: Buffer) => Buffer;
}

/** Offsets in the plain stream. */
export interface SnapshotMarks {
  readonly sessionCount: number;
  readonly sessions: readonly number[];
  readonly aclCount: number;
  readonly acls: readonly number[];
  readonly znodes: readonly number[];
  readonly terminator: number;
  /** Checksum fields, filled while sealing. */
  readonly seals: number[];
}

export interface BuiltSnapshot {
  /** The file. */
  readonly bytes: Buffer;
  /** The stream before compression. */
  readonly plain: Buffer;
  readonly marks: SnapshotMarks;
}

export const SNAP_MAGIC_BYTES = 0x5a4b534e;
export const WORLD_ANYONE: AclSpec = { perms: 1, scheme: 'world', id: 'anyone' };
/** The znodes of a tree that a server of 3.5 or later has just made. */
export const NEW_TREE: readonly ZnodeSpec[] = [
  { path: '' },
  { path: '/zookeeper' },
  { path: '/zookeeper/config', acl: 1n, stat: { aversion: -1 } },
  { path: '/zookeeper/quota' },
];

export function buildSnapshot(spec: SnapshotSpec = {}): BuiltSnapshot {
  const sessions = spec.sessions ?? [];
  const acls = spec.acls ?? [{ key: 1n, acl: [WORLD_ANYONE] }];
  const znodes = spec.znodes ?? NEW_TREE;
  const writer = new JuteWriter()
    .i32(spec.header?.magic ?? SNAP_MAGIC_BYTES)
    .i32(spec.header?.version ?? 2)
    .i64(spec.header?.dbid ?? -1n);
  const offsets = { sessions: [] as number[], acls: [] as number[], znodes: [] as number[] };
  const sessionCount = writer.length;
  writer.i32(spec.sessionCount ?? sessions.length);
  for (const { id, timeout } of sessions) {
    offsets.sessions.push(writer.length);
    writer.i64(id).i32(timeout);
  }
  const aclCount = writer.length;
  writer.i32(spec.aclCount ?? acls.length);
  for (const { key, acl } of acls) {
    offsets.acls.push(writer.length);
    writeAcls(writer.i64(key), acl);
  }
  for (const znode of znodes) {
    offsets.znodes.push(writer.length);
    writeZnode(writer, znode);
  }
  const marks: SnapshotMarks = { ...offsets, sessionCount, aclCount, terminator: writer.length, seals: [] };
  writer.ustring('/');
  const tree = spec.damageBeforeSealing?.(writer.bytes(), marks) ?? writer.bytes();
  const sealed = sealedStream(tree, spec, marks.seals);
  const plain = spec.damagePlain?.(sealed, marks) ?? sealed;
  const file = compress(spec.codec ?? 'raw', plain);
  return { bytes: spec.damageFile?.(file) ?? file, plain, marks };
}

/** The file alone. */
export function snapshotBytes(spec: SnapshotSpec = {}): Buffer {
  return buildSnapshot(spec).bytes;
}

export function writeAcls(writer: JuteWriter, acls: readonly AclSpec[] | null): JuteWriter {
  return writer.vector(acls, (to, { perms, scheme, id }) => to.i32(perms).ustring(scheme).ustring(id));
}

export function writeStat(writer: JuteWriter, stat: StatSpec = {}): JuteWriter {
  return writer
    .i64(stat.czxid ?? 0n)
    .i64(stat.mzxid ?? 0n)
    .i64(stat.ctime ?? 0n)
    .i64(stat.mtime ?? 0n)
    .i32(stat.version ?? 0)
    .i32(stat.cversion ?? 0)
    .i32(stat.aversion ?? 0)
    .i64(stat.ephemeralOwner ?? 0n)
    .i64(stat.pzxid ?? 0n);
}

export function writeZnode(writer: JuteWriter, { path, data = '', acl = -1n, stat }: ZnodeSpec): JuteWriter {
  writer
    .ustring(path)
    .buffer(data === null ? null : textBytes(data))
    .i64(acl);
  return writeStat(writer, stat);
}

// Each seal is the Adler-32 of everything before it, and the ustring "/".
function sealedStream(tree: Buffer, spec: SnapshotSpec, seals: number[]): Buffer {
  const trailer = spec.trailer ?? 'none';
  const { zxid, version, digest } = spec.digest ?? { zxid: 0n, version: 2, digest: 0n };
  const blocks: Buffer[] = [Buffer.alloc(0)];
  if (trailer === 'digest' || trailer === 'both')
    blocks.push(jute((w) => w.i64(zxid).i32(version).i64(digest)));
  if (trailer === 'lastZxid' || trailer === 'both')
    blocks.push(jute((w) => w.i64(spec.lastProcessedZxid ?? 0n)));
  let stream = tree;
  for (const block of blocks) {
    stream = Buffer.concat([stream, block]);
    seals.push(stream.length);
    const sum = BigInt(plainAdler32(stream));
    stream = Buffer.concat([stream, jute((w) => w.i64(sum).ustring('/'))]);
  }
  return stream;
}
