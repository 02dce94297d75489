// Reading a file to its end with zoolog's readers, and keeping what they said.
import './buffers.js';
import { openPlain } from '../../src/container/open-plain.js';
import type { PlainStream } from '../../src/container/plain-stream.js';
import type { RawText } from '../../src/jute/raw-text.js';
import type { Problem } from '../../src/problems.js';
import type { ACL } from '../../src/records/acl.js';
import type { StatPersisted } from '../../src/records/stat-persisted.js';
import { openSnapshot, type SnapshotReader } from '../../src/snapshot/read-snapshot.js';
import type { Session } from '../../src/snapshot/session.js';
import { type LogPosition, type LogReader, openTxnLog } from '../../src/txnlog/read-log.js';
import type { Txn } from '../../src/txnlog/txn.js';

/** A znode that outlives its reader. */
export interface KeptZnode {
  readonly ordinal: number;
  readonly offset: number;
  readonly length: number;
  readonly path: RawText;
  readonly data: Buffer | null;
  readonly acl: bigint;
  readonly stat: StatPersisted;
}

export interface ReadSnapshot {
  readonly reader: SnapshotReader;
  readonly sessions: readonly Session[];
  readonly acls: readonly { readonly key: bigint; readonly acl: readonly ACL[] }[];
  readonly znodes: readonly KeptZnode[];
  readonly problems: readonly Problem[];
  /** Codes of `problems`. */
  readonly codes: readonly string[];
}

/** Reads a whole snapshot and closes it. @throws what the reader throws. */
export function readWholeSnapshot(file: string): ReadSnapshot {
  const problems: Problem[] = [];
  const reader = openSnapshot(file, (problem) => problems.push(problem));
  try {
    const sessions = [...reader.sessions()];
    const acls = Array.from(reader.acls(), ({ key, acl }) => ({ key, acl }));
    const znodes: KeptZnode[] = [];
    for (const { ordinal, offset, length, path, data, acl, stat } of reader.znodes()) {
      znodes.push({ ordinal, offset, length, path, data: data && Buffer.from(data), acl, stat });
    }
    return { reader, sessions, acls, znodes, problems, codes: problems.map(({ code }) => code) };
  } finally {
    reader.close();
  }
}

export interface KeptRecord {
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
  readonly zxid: bigint;
  /** Decoded from a copy of the entry's bytes. */
  readonly txn: Txn;
  readonly entry: Buffer;
}

export interface ReadLog {
  readonly reader: LogReader;
  readonly records: readonly KeptRecord[];
  readonly zxids: readonly bigint[];
  readonly problems: readonly Problem[];
  readonly codes: readonly string[];
}

/** Reads a whole log and closes it. @throws what the reader throws. */
export function readWholeLog(file: string, from?: LogPosition): ReadLog {
  const problems: Problem[] = [];
  const reader = openTxnLog(file, (problem) => problems.push(problem), from);
  try {
    const records: KeptRecord[] = [];
    for (const record of reader.records()) {
      const { offset, length, checksum, zxid, txn } = record;
      records.push({ offset, length, checksum, zxid, txn: kept(txn), entry: Buffer.from(record.entry) });
    }
    const zxids = records.map(({ zxid }) => zxid);
    return { reader, records, zxids, problems, codes: problems.map(({ code }) => code) };
  } finally {
    reader.close();
  }
}

// Buffers in a txn are views of the reader's window, which moves on.
function kept<T>(value: T): T {
  if (value instanceof Uint8Array) return Buffer.from(value) as T;
  if (Array.isArray(value)) return value.map(kept) as T;
  if (value === null || typeof value !== 'object' || value instanceof Error) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, kept(field)])) as T;
}

/** What `run` throws; fails the test where it throws nothing. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** All plain bytes of a file, taken `chunk` at a time, and the error that ended them. */
export function readPlain(file: string, chunk = 1024 * 1024): { plain: Buffer; error: unknown } {
  const parts: Buffer[] = [];
  const target = Buffer.allocUnsafe(chunk);
  let stream: PlainStream | undefined;
  let error: unknown = null;
  try {
    stream = openPlain(file);
    for (let got = stream.read(target); got > 0; got = stream.read(target)) {
      parts.push(Buffer.from(target.subarray(0, got)));
    }
  } catch (thrown) {
    error = thrown;
  } finally {
    stream?.close();
  }
  return { plain: Buffer.concat(parts), error };
}
