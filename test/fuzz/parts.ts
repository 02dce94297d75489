// Snapshots and logs taken apart into records, and put together again with right checksums. Apart from src but for
// Adler-32, which is tested there, so that half a million files are made in minutes.
import { adler32 } from '../../src/container/adler32.js';

const HEADER_BYTES = 16;
const TERMINATOR = Buffer.from([0, 0, 0, 1, 0x2f]);

/** A snapshot as its records, each as it stands in the file. */
export interface SnapshotParts {
  header: Buffer;
  sessions: Buffer[];
  acls: Buffer[];
  znodes: Buffer[];
  /** The blocks behind the tree: the digest's 20 bytes, lastProcessedZxid's 8. */
  blocks: Buffer[];
  /** What the tables claim, where it is not the number of records. */
  sessionCount?: number;
  aclCount?: number;
}

/** A log as its entries, without checksum, length and end mark. */
export interface LogParts {
  header: Buffer;
  entries: Buffer[];
  /** Zeros behind the last record. */
  padding: number;
}

/** Takes a sound snapshot apart. */
export function takeSnapshotApart(plain: Buffer): SnapshotParts {
  let at = HEADER_BYTES;
  const slice = (length: number) => {
    at += length;
    return plain.subarray(at - length, at);
  };
  const int = () => slice(4).readInt32BE();
  const sessions = Array.from({ length: int() }, () => slice(12));
  const acls = Array.from({ length: int() }, () => {
    const start = at;
    at += 8;
    for (let left = int(); left > 0; left--) {
      at += 4;
      slice(int());
      slice(int());
    }
    return plain.subarray(start, at);
  });
  const znodes: Buffer[] = [];
  for (;;) {
    const start = at;
    const path = slice(int());
    if (path.equals(TERMINATOR.subarray(4))) break;
    slice(Math.max(int(), 0));
    at += 68;
    znodes.push(plain.subarray(start, at));
  }
  at += 13;
  const left = plain.length - at;
  const blocks: Buffer[] = [];
  if (left === 33 || left === 54) {
    blocks.push(slice(20));
    at += 13;
  }
  if (left === 21 || left === 54) blocks.push(slice(8));
  return { header: plain.subarray(0, HEADER_BYTES), sessions, acls, znodes, blocks };
}

/** Takes a log apart as far as it is sound. */
export function takeLogApart(plain: Buffer): LogParts {
  const entries: Buffer[] = [];
  let at = HEADER_BYTES;
  while (at + 12 <= plain.length) {
    const length = plain.readInt32BE(at + 8);
    const end = at + 12 + length;
    if (length < 32 || plain[end] !== 0x42) break;
    const entry = plain.subarray(at + 12, end);
    if (plain.readUInt32BE(at + 4) !== adler32(entry)) break;
    entries.push(entry);
    at = end + 1;
  }
  return { header: plain.subarray(0, HEADER_BYTES), entries, padding: plain.length - at };
}

/** Everything before the first seal. */
export function treeBytes({ header, sessions, acls, znodes, ...counts }: SnapshotParts): Buffer {
  const { sessionCount = sessions.length, aclCount = acls.length } = counts;
  return Buffer.concat([
    header,
    i32(sessionCount),
    ...sessions,
    i32(aclCount),
    ...acls,
    ...znodes,
    TERMINATOR,
  ]);
}

/** A tree (or what became of it) and the blocks behind it, with right seals. */
export function seal(tree: Buffer, blocks: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let sum = 1;
  for (const block of [tree, ...blocks]) {
    sum = adler32(block, 0, block.length, sum);
    const mark = Buffer.concat([Buffer.alloc(4), i32(sum | 0), TERMINATOR]);
    sum = adler32(mark, 0, mark.length, sum);
    parts.push(block, mark);
  }
  return Buffer.concat(parts);
}

/** The bytes of a log; `checksums` are those of other entries where they shall be wrong. */
export function logBytes({ header, entries, padding }: LogParts, checksums?: readonly number[]): Buffer {
  const parts = [header];
  for (const [i, entry] of entries.entries()) {
    const frame = Buffer.alloc(12);
    frame.writeUInt32BE(checksums?.[i] ?? adler32(entry), 4);
    frame.writeInt32BE(entry.length, 8);
    parts.push(frame, entry, END_MARK);
  }
  return Buffer.concat([...parts, Buffer.alloc(padding)]);
}

const END_MARK = Buffer.from([0x42]);

/** An int as it is stored. */
export function i32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** A long as it is stored. */
export function i64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(BigInt.asIntN(64, value));
  return bytes;
}

/** A buffer or ustring as it is stored, null as length -1. */
export function prefixed(bytes: Buffer | null): Buffer {
  return bytes === null ? i32(-1) : Buffer.concat([i32(bytes.length), bytes]);
}
