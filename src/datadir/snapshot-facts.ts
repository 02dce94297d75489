// What one reading of a snapshot tells for servers of all releases and settings: where some of them stop, where all
// do, and what is in it that only some understand.
import { FormatError } from '../errors.js';
import { displayText, type RawText } from '../jute/raw-text.js';
import { type Problem, type ProblemCode, problemOf } from '../problems.js';
import type { ACL } from '../records/acl.js';
import { formatHex, type Zxid } from '../records/zxid.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { type SnapshotEnd, snapshotEnd } from '../tree/snapshot-end.js';
import { SnapshotTally } from '../tree/snapshot-survey.js';
import { OrphanSearch } from './orphan-search.js';

/**
 * What a server does at an obstacle: passes over the file (an IOException), or stops altogether (another exception).
 */
export type ObstacleEffect = 'passes over' | 'stops';

/** A place in a snapshot at which servers stop reading it. */
export interface SnapshotObstacle {
  /** For whom: all servers, those with a lower limit than `length`, or those with extended types. */
  readonly when: 'always' | 'length' | 'extendedTypes';
  readonly effect: ObstacleEffect;
  readonly code: ProblemCode;
  readonly offset: number;
  /** In bytes; 0 where it is of another kind. */
  readonly length: number;
  /** The server's message. */
  readonly error: string;
  readonly expected: string;
  readonly found: string;
}

/** A snapshot, as servers read it. */
export interface SnapshotFacts {
  readonly file: string;
  /** In the file's order; nothing behind the first `always` is known. */
  readonly obstacles: readonly SnapshotObstacle[];
  /** Znodes read. */
  readonly znodes: number;
  readonly containers: number;
  readonly ttls: number;
  /** Other owners below 0: sessions of servers with id 128 and above, or TTLs of 3.5.3. */
  readonly otherNegative: number;
  readonly hasConfigZnode: boolean;
  /** Znodes whose ACL is not in the table, and where the first one stands. */
  readonly lackingAcls: number;
  readonly firstLackingAcl: number | null;
  /** Where a path is that no server writes but all load; null without one. */
  readonly oddPath: number | null;
  /** Null where reading did not come so far. */
  readonly end: SnapshotEnd | null;
  /** What follows the tree, and the Adler-32 of all before it; null where reading did not come so far. */
  readonly trailer: { readonly bytes: Buffer; readonly offset: number; readonly sum: number } | null;
}

/** Below every length: a limit that overflows is negative, and refuses them all. */
const NONE = -1;
/** Reported, and no reason for a server to stop. */
const HARMLESS: ReadonlySet<ProblemCode> = new Set([
  'file-format-version',
  'snapshot-trailing-bytes',
  'snapshot-trailer-cut',
  'snapshot-trailer-checksum',
]);
const CONFIG = '/zookeeper/config';

/** Reads a snapshot once; `zxid` is the one in its name. @throws InputError where it cannot be read. */
export function readSnapshotFacts(file: string, zxid: Zxid): SnapshotFacts {
  const builder = new SnapshotFactsBuilder(file);
  let reader: SnapshotReader;
  try {
    reader = openSnapshot(file, (found) => builder.report(found));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    builder.report(problemOf(error));
    return builder.facts(null, zxid);
  }
  try {
    for (const { key, acl } of reader.acls()) builder.addAcl(key, acl, reader.offset);
    for (const znode of reader.znodes()) if (!builder.addZnode(znode)) break;
    return builder.facts(reader, zxid);
  } finally {
    reader.close();
  }
}

/** Takes what a reader of a snapshot yields, in its order, and makes the facts of it. */
export class SnapshotFactsBuilder {
  readonly #file: string;
  readonly #obstacles: SnapshotObstacle[] = [];
  readonly #tally = new SnapshotTally();
  readonly #orphans: OrphanSearch;
  /** Keys of the ACL table; those above 2^53 are rounded, and servers count from 1. */
  readonly #acls = new Set<number>();
  #longest = NONE;
  #containers = 0;
  #ttls = 0;
  #otherNegative = 0;
  #hasConfigZnode = false;
  #hasReserved = false;
  #lackingAcls = 0;
  #firstLackingAcl: number | null = null;
  #oddPath: number | null = null;
  #isOver = false;
  /** An orphan was found, and no server reads on. */
  #isCut = false;

  constructor(file: string) {
    this.#file = file;
    this.#orphans = new OrphanSearch(file);
  }

  report({ code, offset, expected, found }: Problem): void {
    if (this.#isOver || this.#isCut || HARMLESS.has(code)) return;
    if (code === 'znode-path') {
      this.#oddPath ??= offset;
      return;
    }
    // Checksums are judged with the blocks behind the tree.
    if (code === 'snapshot-checksum') return;
    this.#isOver = true;
    const isNull = code === 'acl-null' || (code === 'length-unreasonable' && found === '-1');
    this.#obstacles.push({
      when: 'always',
      effect: isNull ? 'stops' : 'passes over',
      code,
      offset,
      length: 0,
      error: isNull ? nullError(code) : errorOf(code, found),
      expected,
      found,
    });
  }

  addAcl(key: bigint, acl: readonly ACL[], offset: number): void {
    this.#acls.add(Number(key));
    for (const { id } of acl) {
      this.#noteLength(id.scheme?.length ?? 0, offset);
      this.#noteLength(id.id?.length ?? 0, offset);
    }
  }

  /** Takes a znode; false where no server reads on, and then the rest is not taken. */
  addZnode(znode: ZnodeRecord): boolean {
    if (this.#isCut) return false;
    this.#tally.add(znode, 0);
    const { offset, pathStart, pathEnd, view, statStart } = znode;
    const pathLength = pathEnd - pathStart;
    this.#noteLength(pathLength, offset);
    this.#noteLength(znode.dataLength, offset + 4 + pathLength);
    const high = view.getInt32(statStart - 8);
    const low = view.getUint32(statStart - 4);
    if (!this.#acls.has(high * 2 ** 32 + low) && !(high === -1 && low === 0xffffffff)) {
      this.#lackingAcls++;
      this.#firstLackingAcl ??= offset;
    }
    const ownerHigh = view.getInt32(statStart + 44);
    if (ownerHigh < 0) this.#noteOwner(znode, ownerHigh, view.getInt32(statStart + 48));
    if (pathLength === CONFIG.length && !this.#hasConfigZnode) this.#hasConfigZnode = znode.path === CONFIG;
    this.#isCut = !this.#orphans.add(znode);
    return !this.#isCut;
  }

  /** The facts, once all was read; `reader` is null where it could not be opened, `zxid` the one in the name. */
  facts(reader: SnapshotReader | null, zxid: Zxid): SnapshotFacts {
    const { znodes, newest } = this.#tally;
    const orphan = this.#orphans.first();
    if (orphan !== null) this.#addOrphan(orphan);
    const trailer = reader?.trailer ?? null;
    const isAtEnd = reader !== null && trailer !== null && orphan === null;
    const first = trailer?.seals[0];
    return {
      file: this.#file,
      obstacles: this.#obstacles.sort((a, b) => a.offset - b.offset),
      znodes,
      containers: this.#containers,
      ttls: this.#ttls,
      otherNegative: this.#otherNegative,
      hasConfigZnode: this.#hasConfigZnode,
      lackingAcls: this.#lackingAcls,
      firstLackingAcl: this.#firstLackingAcl,
      oddPath: this.#oddPath,
      end: isAtEnd ? snapshotEnd(zxid, newest, trailer) : null,
      trailer:
        isAtEnd && first !== undefined
          ? { bytes: reader.afterTree!, offset: first.offset, sum: first.expected }
          : null,
    };
  }

  #addOrphan({ offset, path, parent }: { offset: number; path: RawText; parent: RawText }): void {
    this.#obstacles.push({
      when: 'always',
      effect: 'passes over',
      code: 'znode-orphan',
      offset,
      length: 0,
      error: `Invalid Datatree, unable to find parent ${displayText(parent)} of path ${displayText(path)}`,
      expected: `${displayText(parent) || '/'} before it`,
      found: 'none',
    });
  }

  #noteOwner(znode: ZnodeRecord, high: number, low: number): void {
    if (high === -(2 ** 31) && low === 0) {
      this.#containers++;
      return;
    }
    if (high >>> 24 !== 0xff) {
      this.#otherNegative++;
      return;
    }
    if (((high >>> 8) & 0xffff) === 0) {
      this.#ttls++;
      return;
    }
    this.#otherNegative++;
    if (this.#hasReserved) return;
    this.#hasReserved = true;
    const owner = znode.view.getBigInt64(znode.statStart + 44);
    this.#obstacles.push({
      when: 'extendedTypes',
      effect: 'stops',
      code: 'znode-owner',
      offset: znode.offset,
      length: 0,
      error: `Invalid ephemeralOwner. [${formatHex(owner).slice(2)}]`,
      expected: 'a session, a container or a TTL',
      found: formatHex(owner),
    });
  }

  #noteLength(length: number, offset: number): void {
    if (length <= this.#longest) return;
    this.#longest = length;
    this.#obstacles.push({
      when: 'length',
      effect: 'passes over',
      code: 'length-unreasonable',
      offset,
      length,
      error: `Unreasonable length = ${length}`,
      expected: 'a length within jute.maxbuffer and what is added to it',
      found: `${length}`,
    });
  }
}

function nullError(code: ProblemCode): string {
  return code === 'acl-null' ? 'missing acls' : 'java.lang.NullPointerException';
}

function errorOf(code: ProblemCode, found: string): string {
  switch (code) {
    case 'file-foreign':
      return 'mismatching magic headers';
    case 'length-unreasonable':
    case 'record-too-large':
      return `Unreasonable length = ${found}`;
    default:
      return 'java.io.EOFException';
  }
}
