// What follows the tree of a snapshot, as a server reads it by its own flags (FileSnap.deserialize): a seal, then
// the blocks that it expects, and only the end of the file means that one is not there.
import { adler32 } from '../container/adler32.js';
import type { ProblemCode } from '../problems.js';
import type { ServerSettings } from './server-settings.js';
import type { SnapshotFacts } from './snapshot-facts.js';

/** Why a server passes over a snapshot whose tree it has read. */
export interface TrailerFault {
  readonly code: ProblemCode;
  readonly offset: number;
  readonly error: string;
  readonly expected: string;
  readonly found: string;
}

/** Reads the blocks; null where the server takes the snapshot. */
export function trailerFault(
  trailer: NonNullable<SnapshotFacts['trailer']>,
  settings: ServerSettings,
): TrailerFault | null {
  const walk = new TrailerWalk(trailer, settings.limit);
  // Up to 3.5 the mark of the first seal is not read.
  if (!walk.readsSeal('snapshot-checksum', settings.readsDigestBlock || settings.readsLastZxidBlock)) {
    return walk.fault;
  }
  if (settings.readsDigestBlock && walk.readsDigest() && !walk.readsSeal('snapshot-trailer-checksum')) {
    return walk.fault;
  }
  if (walk.fault !== null) return walk.fault;
  if (settings.readsLastZxidBlock && walk.skips(8)) walk.readsSeal('snapshot-trailer-checksum');
  return walk.fault;
}

class TrailerWalk {
  fault: TrailerFault | null = null;
  #at = 0;
  readonly #bytes: Buffer;
  readonly #offset: number;
  readonly #sum: number;
  readonly #limit: number;

  constructor({ bytes, offset, sum }: NonNullable<SnapshotFacts['trailer']>, limit: number) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#sum = sum;
    this.#limit = limit;
  }

  /** Reads a checksum and, `withMark`, the ustring behind it; false sets `fault`. */
  readsSeal(code: ProblemCode, withMark = true): boolean {
    const at = this.#at;
    const expected = BigInt(adler32(this.#bytes, 0, at, this.#sum));
    if (!this.skips(8)) return this.#cut(13);
    const found = this.#bytes.readBigInt64BE(at);
    if (withMark && !this.#readsText()) return false;
    if (found === expected) return true;
    return this.#fail(code, at, 'CRC corruption', `Adler-32 ${hex(expected)}`, hex(found));
  }

  /** Reads a digest block; false where it is not there, or with `fault` set. */
  readsDigest(): boolean {
    const at = this.#at;
    if (!this.skips(12)) return false;
    // Versions below 2 were never released, and have text for a digest.
    if (this.#bytes.readInt32BE(at + 8) >= 2) return this.skips(8);
    if (this.#readsText()) return true;
    if (this.fault?.error === EOF) this.fault = null;
    return false;
  }

  /** Passes over bytes; where there are too few, all that are there are passed and it is false. */
  skips(count: number): boolean {
    const isThere = this.#bytes.length - this.#at >= count;
    this.#at = Math.min(this.#at + count, this.#bytes.length);
    return isThere;
  }

  #readsText(): boolean {
    const at = this.#at;
    if (!this.skips(4)) return this.#cut(4);
    const length = this.#bytes.readInt32BE(at);
    if (length === -1) return true;
    if (length < 0 || length > this.#limit) {
      const expected = `a length of at most ${this.#limit}`;
      return this.#fail(
        'snapshot-trailing-bytes',
        at,
        `Unreasonable length = ${length}`,
        expected,
        `${length}`,
      );
    }
    return this.skips(length) || this.#cut(length);
  }

  #cut(count: number): false {
    return this.#fail('snapshot-trailer-cut', this.#at, EOF, `${count} bytes`, 'the end of the file');
  }

  #fail(code: ProblemCode, at: number, error: string, expected: string, found: string): false {
    this.fault = { code, offset: this.#offset + at, error, expected, found };
    return false;
  }
}

const EOF = 'java.io.EOFException';

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}
