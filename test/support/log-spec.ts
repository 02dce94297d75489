// A txn log described as a value, and its bytes with right checksums (FORMAT.md 5). Written apart from src.
//
//   const { bytes, records } = buildLog({ txns: [{ zxid: 1n, ...create('/a', 'x') }], padding: 4096 });
import { type Codec, compress } from './codecs.js';
import { jute, plainAdler32, type Text, textBytes } from './jute-writer.js';
import { type AclSpec, WORLD_ANYONE, writeAcls } from './snapshot-spec.js';

/** A body and its op code. */
export interface BodySpec {
  readonly type: number;
  readonly body: Buffer;
}

export interface TxnSpec extends BodySpec {
  readonly zxid: bigint;
  readonly clientId?: bigint;
  readonly cxid?: number;
  readonly time?: bigint;
  /** A tree digest with version 2, or both; default none, as before 3.6. */
  readonly digest?: bigint | { readonly version: number; readonly treeDigest: bigint };
  /** Bytes behind body and digest, inside the entry. */
  readonly extra?: Uint8Array;
  /** Lies in the frame. */
  readonly checksum?: bigint;
  readonly length?: number;
  readonly endMark?: number;
}

export interface LogSpec {
  readonly header?: { readonly magic?: number; readonly version?: number; readonly dbid?: bigint };
  readonly txns?: readonly TxnSpec[];
  /** Zeros behind the last txn. */
  readonly padding?: number;
  /** Bytes behind the padding. */
  readonly tail?: Uint8Array;
  /** Default: raw. */
  readonly codec?: Codec;
  /** Changes the stream before it is compressed. */
  readonly damagePlain?: (plain: Buffer, records: readonly RecordMark[]) => Buffer;
  /** Changes the file. */
  readonly damageFile?: (file: Buffer) => Buffer;
}

/** Where a record stands in the plain stream. */
export interface RecordMark {
  readonly zxid: bigint;
  readonly offset: number;
  readonly length: number;
}

export interface BuiltLog {
  /** The file. */
  readonly bytes: Buffer;
  /** The stream before compression. */
  readonly plain: Buffer;
  readonly records: readonly RecordMark[];
  /** Offset after the last record. */
  readonly end: number;
}

export const TXNLOG_MAGIC_BYTES = 0x5a4b4c47;

export function buildLog(spec: LogSpec = {}): BuiltLog {
  const { magic = TXNLOG_MAGIC_BYTES, version = 2, dbid = 0n } = spec.header ?? {};
  const parts = [jute((w) => w.i32(magic).i32(version).i64(dbid))];
  const records: RecordMark[] = [];
  let end = 16;
  for (const txn of spec.txns ?? []) {
    const record = recordBytes(txn);
    records.push({ zxid: txn.zxid, offset: end, length: record.length });
    parts.push(record);
    end += record.length;
  }
  parts.push(Buffer.alloc(spec.padding ?? 0), Buffer.from(spec.tail ?? []));
  const whole = Buffer.concat(parts);
  const plain = spec.damagePlain?.(whole, records) ?? whole;
  const file = compress(spec.codec ?? 'raw', plain);
  return { bytes: spec.damageFile?.(file) ?? file, plain, records, end };
}

/** The file alone. */
export function logBytes(spec: LogSpec = {}): Buffer {
  return buildLog(spec).bytes;
}

/** One record: checksum, length, entry, end mark. */
export function recordBytes(txn: TxnSpec): Buffer {
  const entry = entryBytes(txn);
  const checksum = txn.checksum ?? BigInt(plainAdler32(entry));
  const length = txn.length ?? entry.length;
  return jute((w) =>
    w
      .i64(checksum)
      .i32(length)
      .raw(entry)
      .byte(txn.endMark ?? 0x42),
  );
}

/** Header, body, digest. */
export function entryBytes({ zxid, clientId = 0x1000n, cxid = 1, time = 0n, type, ...txn }: TxnSpec): Buffer {
  return jute((w) => {
    w.i64(clientId).i32(cxid).i64(zxid).i64(time).i32(type).raw(txn.body);
    const digest = typeof txn.digest === 'bigint' ? { version: 2, treeDigest: txn.digest } : txn.digest;
    if (digest !== undefined) w.i32(digest.version).i64(digest.treeDigest);
    w.raw(txn.extra ?? Buffer.alloc(0));
  });
}

const OPEN = [{ ...WORLD_ANYONE, perms: 31 }];

interface CreateOptions {
  readonly acl?: readonly AclSpec[] | null;
  readonly ephemeral?: boolean;
  readonly parentCVersion?: number;
}

function data(value: Text | null): Buffer | null {
  return value === null ? null : textBytes(value);
}

export function create(path: Text | null, value: Text | null = '', options: CreateOptions = {}): BodySpec {
  const { acl = OPEN, ephemeral = false, parentCVersion = 1 } = options;
  const body = jute((w) =>
    writeAcls(w.ustring(path).buffer(data(value)), acl)
      .bool(ephemeral)
      .i32(parentCVersion),
  );
  return { type: 1, body };
}

export const create2 = (...args: Parameters<typeof create>): BodySpec => ({ ...create(...args), type: 15 });

/** As servers before 3.4 wrote it, without parentCVersion. */
export function createV0(...args: Parameters<typeof create>): BodySpec {
  const { type, body } = create(...args);
  return { type, body: body.subarray(0, body.length - 4) };
}

export function createContainer(path: Text | null, value: Text | null = '', parentCVersion = 1): BodySpec {
  const body = jute((w) => writeAcls(w.ustring(path).buffer(data(value)), OPEN).i32(parentCVersion));
  return { type: 19, body };
}

export function createTtl(path: Text | null, value: Text | null, ttl: bigint, parentCVersion = 1): BodySpec {
  const { body } = createContainer(path, value, parentCVersion);
  return { type: 21, body: Buffer.concat([body, jute((w) => w.i64(ttl))]) };
}

export const del = (path: Text | null): BodySpec => ({ type: 2, body: jute((w) => w.ustring(path)) });

export const deleteContainer = (path: Text | null): BodySpec => ({ ...del(path), type: 20 });

export function setData(path: Text | null, value: Text | null, version = 1): BodySpec {
  return { type: 5, body: jute((w) => w.ustring(path).buffer(data(value)).i32(version)) };
}

export const reconfig = (value: Text): BodySpec => ({ ...setData('/zookeeper/config', value, -1), type: 16 });

export function setAcl(path: Text | null, acl: readonly AclSpec[] | null, version = 1): BodySpec {
  return { type: 7, body: jute((w) => writeAcls(w.ustring(path), acl).i32(version)) };
}

export function check(path: Text | null, version: number): BodySpec {
  return { type: 13, body: jute((w) => w.ustring(path).i32(version)) };
}

export const error = (err: number): BodySpec => ({ type: -1, body: jute((w) => w.i32(err)) });

export const createSession = (timeOut: number): BodySpec => ({
  type: -10,
  body: jute((w) => w.i32(timeOut)),
});

/** closeSession; without paths as servers before 3.6 wrote it, with nothing. */
export function closeSession(paths?: readonly (Text | null)[] | null): BodySpec {
  const body =
    paths === undefined ? Buffer.alloc(0) : jute((w) => w.vector(paths, (to, path) => to.ustring(path)));
  return { type: -11, body };
}

export function multi(
  parts: readonly { readonly type: number; readonly body: Buffer | null }[] | null,
): BodySpec {
  return { type: 14, body: jute((w) => w.vector(parts, (to, part) => to.i32(part.type).buffer(part.body))) };
}

/** Creates `/n0`, `/n1`, ... with contiguous zxids from `first` on and a digest in each. */
export function creates(count: number, first = 1n): TxnSpec[] {
  return Array.from({ length: count }, (_, i) => {
    return { zxid: first + BigInt(i), ...create(`/n${i}`, `data ${i}`), digest: 1000n + BigInt(i) };
  });
}
