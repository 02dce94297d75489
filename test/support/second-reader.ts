// Readers of snapshots and logs that share nothing with src: plain Buffer reads of a whole file, for files that
// are sound. Tests compare the two.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { plainAdler32 } from './jute-writer.js';

/** A snapshot as plain values; strings as latin1, one character a byte. */
export interface SecondSnapshot {
  readonly plain: Buffer;
  readonly sessions: readonly { id: bigint; timeout: number }[];
  readonly acls: readonly { key: bigint; acl: SecondAcl[] }[];
  readonly znodes: readonly SecondZnode[];
  /** Offset, stored checksum and the checksum of what stands before, for each seal. */
  readonly seals: readonly { offset: number; stored: bigint; computed: number }[];
  readonly digest: { zxid: bigint; version: number; digest: bigint } | null;
  readonly lastProcessedZxid: bigint | null;
}

export interface SecondAcl {
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

export interface SecondZnode {
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  readonly data: Buffer | null;
  readonly acl: bigint;
  /** The 60 bytes as they stand. */
  readonly stat: Buffer;
}

/** A record of a log. */
export interface SecondRecord {
  readonly offset: number;
  readonly length: number;
  readonly checksum: bigint;
  readonly clientId: bigint;
  readonly cxid: number;
  readonly zxid: bigint;
  readonly time: bigint;
  readonly type: number;
  /** Body and digest. */
  readonly rest: Buffer;
}

class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}
  int(): number {
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }
  long(): bigint {
    this.at += 8;
    return this.bytes.readBigInt64BE(this.at - 8);
  }
  take(count: number): Buffer {
    if (this.at + count > this.bytes.length) throw new Error(`no ${count} bytes at ${this.at}`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  buffer(): Buffer | null {
    const length = this.int();
    return length === -1 ? null : this.take(length);
  }
  text(): string {
    return this.take(this.int()).toString('latin1');
  }
}

/** The plain bytes of a file, whatever its compression. */
export function plainBytes(file: string): Buffer {
  const bytes = readFileSync(file);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes);
  if (bytes[0] !== 0x82) return bytes;
  const reader = new Reader(bytes);
  reader.at = 16;
  const blocks: Uint8Array[] = [];
  while (reader.at < bytes.length) {
    const block = reader.take(reader.int());
    let size = 0;
    for (let i = 0; ; i++) {
      size += (block[i]! & 0x7f) * 128 ** i;
      if (block[i]! < 0x80) break;
    }
    const plain = new Uint8Array(size);
    snappyUncompress(block, plain);
    blocks.push(plain);
  }
  return Buffer.concat(blocks);
}

/** Reads a sound snapshot. @throws where it is not one. */
export function readSnapshotAgain(file: string): SecondSnapshot {
  const plain = plainBytes(file);
  const reader = new Reader(plain);
  if (reader.take(4).toString('latin1') !== 'ZKSN') throw new Error('not a snapshot');
  reader.at = 16;
  const sessions = Array.from({ length: reader.int() }, () => ({ id: reader.long(), timeout: reader.int() }));
  const acls = Array.from({ length: reader.int() }, () => {
    const key = reader.long();
    const acl = Array.from({ length: reader.int() }, () => {
      return { perms: reader.int(), scheme: reader.text(), id: reader.text() };
    });
    return { key, acl };
  });
  const znodes: SecondZnode[] = [];
  for (;;) {
    const offset = reader.at;
    const path = reader.text();
    if (path === '/') break;
    const data = reader.buffer();
    const acl = reader.long();
    const stat = reader.take(60);
    znodes.push({ offset, length: reader.at - offset, path, data, acl, stat });
  }
  const seals: { offset: number; stored: bigint; computed: number }[] = [];
  const seal = () => {
    const offset = reader.at;
    seals.push({ offset, stored: reader.long(), computed: plainAdler32(plain.subarray(0, offset)) });
    reader.text();
  };
  seal();
  const left = plain.length - reader.at;
  let digest: SecondSnapshot['digest'] = null;
  let lastProcessedZxid: bigint | null = null;
  if (left === 33 || left === 54) {
    digest = { zxid: reader.long(), version: reader.int(), digest: reader.long() };
    seal();
  }
  if (left === 21 || left === 54) {
    lastProcessedZxid = reader.long();
    seal();
  }
  if (reader.at !== plain.length) throw new Error(`${plain.length - reader.at} bytes too many`);
  return { plain, sessions, acls, znodes, seals, digest, lastProcessedZxid };
}

/** Reads the records of a log up to the first that is none; `end` is the offset after the last. */
export function readLogAgain(file: string): { records: SecondRecord[]; end: number; plain: Buffer } {
  const plain = plainBytes(file);
  const reader = new Reader(plain);
  if (reader.take(4).toString('latin1') !== 'ZKLG') throw new Error('not a log');
  reader.at = 16;
  const records: SecondRecord[] = [];
  let end = 16;
  while (reader.at + 12 <= plain.length) {
    const offset = reader.at;
    const checksum = reader.long();
    const size = reader.int();
    if (size < 32 || reader.at + size + 1 > plain.length || plain[reader.at + size] !== 0x42) break;
    const entry = reader.take(size);
    if (checksum !== BigInt(plainAdler32(entry))) break;
    reader.at++;
    end = reader.at;
    records.push({
      offset,
      length: end - offset,
      checksum,
      clientId: entry.readBigInt64BE(0),
      cxid: entry.readInt32BE(8),
      zxid: entry.readBigInt64BE(12),
      time: entry.readBigInt64BE(20),
      type: entry.readInt32BE(28),
      rest: entry.subarray(32),
    });
  }
  return { records, end, plain };
}
