// A snapshot file made a DigestTable: one pass, every byte hashed, nothing decoded. Only for files with which nothing
// is wrong; the others are compared znode by znode, where problems are told.
import { statSync } from 'node:fs';
import { kindOf } from '../records/kind.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { AclHashes } from './acl-hashes.js';
import type { DiffClass, DiffRules } from './diff-rules.js';
import {
  beginsChunk,
  type DigestTable,
  ENTRY,
  EPHEMERAL,
  newChunk,
  placeOf,
  SKIPPED,
  setCversion,
} from './digest-table.js';
import { type HashKey, KeyedHash } from './keyed-hash.js';
import { PathSteps } from './path-steps.js';

/** What of a snapshot is hashed. Plain data: it is sent to threads. */
export interface DigestWish {
  readonly key: HashKey;
  readonly rules: DiffRules;
  /** Only this path and what is below it; "" for all. */
  readonly under: string;
  /** Levels of the paths that differences are counted by. */
  readonly maxDepth: number;
  /** /zookeeper is apart. */
  readonly isZookeeperApart: boolean;
}

/** Fields of a StatPersisted: the words that each is, from its start. */
const WORDS: Readonly<Partial<Record<DiffClass, readonly number[]>>> = {
  ...{ czxid: [0, 1], mzxid: [2, 3], ctime: [4, 5], mtime: [6, 7] },
  ...{ version: [8], cversion: [9], aversion: [10], ephemeralOwner: [11, 12], pzxid: [13, 14] },
};
const CONFIG = '/zookeeper/config';
const ZOOKEEPER = '/zookeeper';
const STAT_WORDS = 15;
const OWNER_AT = 44;
const CVERSION_AT = 36;

/** Hashes a snapshot; null where anything is wrong with it, or it is not in the order that servers write. `onProgress` takes bytes on disk. */
export function digestSnapshot(
  file: string,
  wish: DigestWish,
  onProgress: (doneBytes: number, totalBytes: number) => void = () => {},
): DigestTable | null {
  const before = statSync(file);
  let isWrong = false;
  const reader = openSnapshot(file, () => {
    isWrong = true;
  });
  try {
    const digester = new Digester(reader, wish);
    for (const record of reader.znodes()) {
      if (!digester.add(record)) return null;
      if ((record.ordinal & 0xfff) === 0) onProgress(reader.fileBytesRead, before.size);
    }
    const after = statSync(file);
    const isSame = before.size === after.size && before.mtimeMs === after.mtimeMs;
    return isWrong || !reader.isSound || !isSame ? null : digester.table();
  } finally {
    reader.close();
  }
}

class Digester {
  readonly #wish: DigestWish;
  readonly #path: KeyedHash;
  readonly #content: KeyedHash;
  readonly #acls: AclHashes;
  readonly #steps: PathSteps;
  /** -1 for each word of a stat that counts, else 0; one more, so that they are pairs. */
  readonly #masks = new Int32Array(STAT_WORDS + 1);
  readonly #hasData: boolean;
  readonly #hasAcl: boolean;
  readonly #hasKind: boolean;
  /** cversions are compared apart, by which is higher. */
  readonly #hasCversions: boolean;
  readonly #under: Buffer;
  readonly #chunks: Int32Array<ArrayBuffer>[] = [];
  readonly #cversions: Int32Array<ArrayBuffer>[] = [];
  #chunk = new Int32Array(0);
  #count = 0;
  #zookeeper = 0;

  constructor(reader: SnapshotReader, wish: DigestWish) {
    const { key, rules, under, maxDepth } = wish;
    const { mode, classes } = rules;
    this.#wish = wish;
    this.#path = new KeyedHash(key);
    this.#content = new KeyedHash(key);
    this.#acls = new AclHashes(reader.acls(), key);
    this.#steps = new PathSteps(maxDepth);
    this.#hasData = classes.has('data');
    this.#hasAcl = classes.has('acl');
    this.#hasKind = classes.has('kind');
    this.#hasCversions = mode === 'migrated' && classes.has('cversion');
    this.#under = Buffer.from(under, 'latin1');
    for (const name of classes) {
      if (name === 'cversion' && this.#hasCversions) continue;
      for (const word of WORDS[name] ?? []) this.#masks[word] = -1;
    }
  }

  /** Takes the next record; false where the tree must be compared in another way. */
  add(record: ZnodeRecord): boolean {
    const { view, buffer, pathStart, pathEnd, dataStart, dataLength } = record;
    const ordinal = this.#count++;
    if (record.ordinal !== ordinal || !this.#steps.enter(view, buffer, pathStart, pathEnd)) return false;
    if (beginsChunk(ordinal)) {
      this.#chunk = newChunk(ENTRY);
      this.#chunks.push(this.#chunk);
      if (this.#hasCversions) this.#cversions.push(newChunk(1));
    }
    const place = placeOf(ordinal);
    const chunk = this.#chunk;
    if (this.#isSkipped(record)) {
      chunk[place + 5] = SKIPPED;
      return true;
    }
    const path = this.#path;
    path.begin(pathEnd - pathStart);
    path.bytes(view, pathStart, pathEnd);
    path.end();
    const bytes = Math.max(dataLength, 0);
    const stat = dataStart + bytes + 8;
    const content = this.#content;
    content.begin(this.#hasData ? dataLength : 0);
    if (this.#hasData && dataLength > 0) content.bytes(view, dataStart, dataStart + dataLength);
    if (this.#hasAcl && !this.#acls.hash(view, stat - 8, content)) return false;
    this.#hashStat(view, stat, isConfig(buffer, pathStart, pathEnd));
    const isEphemeral = this.#hashKind(view, stat + OWNER_AT);
    content.end();
    chunk[place] = path.first;
    chunk[place + 1] = path.second;
    chunk[place + 2] = content.first;
    chunk[place + 3] = content.second;
    chunk[place + 4] = bytes;
    chunk[place + 5] = this.#steps.subtree | (isEphemeral ? EPHEMERAL : 0);
    if (this.#hasCversions) setCversion(this.#cversions, ordinal, view.getInt32(stat + CVERSION_AT));
    return true;
  }

  table(): DigestTable {
    return {
      chunks: this.#chunks,
      cversions: this.#cversions,
      count: this.#count,
      subtrees: this.#steps.subtrees,
      zookeeper: this.#zookeeper,
    };
  }

  #isSkipped({ buffer, pathStart, pathEnd }: ZnodeRecord): boolean {
    if (this.#under.length > 0 && !isIn(buffer, pathStart, pathEnd, this.#under)) return true;
    if (!this.#wish.isZookeeperApart || !isIn(buffer, pathStart, pathEnd, ZOOKEEPER_BYTES)) return false;
    this.#zookeeper++;
    return true;
  }

  #hashStat(view: DataView, at: number, withoutMtime: boolean): void {
    const masks = this.#masks;
    const content = this.#content;
    // Each server writes its own clock into it.
    const isOwnClock = withoutMtime && this.#wish.rules.mode === 'strict';
    for (let word = 0; word < STAT_WORDS - 1; word += 2) {
      if (isOwnClock && word === 6) continue;
      content.words(
        view.getInt32(at + 4 * word) & masks[word]!,
        view.getInt32(at + 4 * word + 4) & masks[word + 1]!,
      );
    }
    content.words(view.getInt32(at + 4 * (STAT_WORDS - 1)) & masks[STAT_WORDS - 1]!, 0);
  }

  /** Hashes the kind where it counts; true for an ephemeral. */
  #hashKind(view: DataView, at: number): boolean {
    const high = view.getInt32(at);
    const low = view.getInt32(at + 4);
    if (high === 0 && low === 0) return false;
    const { kind, ttl } = kindOf(view.getBigInt64(at), this.#wish.rules.emulate353);
    const isEphemeral = kind === 'ephemeral';
    if (this.#hasKind) {
      if (isEphemeral) this.#content.words(1, 1);
      else if (ttl === null) this.#content.words(2, 2);
      else
        this.#content.words(
          Number(BigInt.asIntN(32, ttl)),
          Number(BigInt.asIntN(32, ttl >> 32n)) | 0x4000_0000,
        );
    }
    return isEphemeral;
  }
}

const ZOOKEEPER_BYTES = Buffer.from(ZOOKEEPER);
const CONFIG_BYTES = Buffer.from(CONFIG);
const SLASH = 0x2f;

/** True for a path at or below `top`. */
function isIn(buffer: Buffer, start: number, end: number, top: Buffer): boolean {
  const rest = start + top.length;
  if (rest > end || (rest < end && buffer[rest] !== SLASH)) return false;
  for (let i = 0; i < top.length; i++) if (buffer[start + i] !== top[i]) return false;
  return true;
}

function isConfig(buffer: Buffer, start: number, end: number): boolean {
  return end - start === CONFIG_BYTES.length && isIn(buffer, start, end, CONFIG_BYTES);
}
