// What one pass over a snapshot tells of its tree as a whole: digest, newest zxid, end.
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import type { SnapshotTrailer } from '../snapshot/seal.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { type SnapshotEnd, snapshotEnd } from './snapshot-end.js';
import { TreeDigest } from './tree-digest.js';
import { digestOfRecord } from './znode-digest.js';

const HIGH_PZXID = 52;

/** Sums up znodes as they pass. Hot: the zxids in stats are compared by halves. */
export class SnapshotTally {
  znodes = 0;
  /** Bytes of data. */
  bytes = 0;
  readonly digest: TreeDigest;
  #high = 0;
  #low = 0;

  constructor(digest = new TreeDigest()) {
    this.digest = digest;
  }

  /** Adds a znode; `digest` is its digest, 0 where none is wanted. */
  add(znode: ZnodeRecord, digest: number): void {
    this.znodes++;
    this.bytes += Math.max(znode.dataLength, 0);
    this.digest.add(digest);
    const at = znode.statStart;
    this.#raise(znode.view, at);
    this.#raise(znode.view, at + 8);
    this.#raise(znode.view, at + HIGH_PZXID);
  }

  /** Highest czxid, mzxid or pzxid; 0 in a new tree. */
  get newest(): Zxid {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  #raise(view: DataView, at: number): void {
    const high = view.getInt32(at);
    if (high < this.#high) return;
    const low = view.getUint32(at + 4);
    if (high === this.#high && low <= this.#low) return;
    this.#high = high;
    this.#low = low;
  }
}

/** A snapshot's tree as a whole. */
export interface SnapshotSurvey {
  readonly znodes: number;
  /** Bytes of data. */
  readonly bytes: number;
  /** Sum of the znodes' digests, as servers of 3.6 and later would have after loading it. */
  readonly treeDigest: bigint;
  readonly end: SnapshotEnd;
  /** Null where the file is cut before it. */
  readonly trailer: SnapshotTrailer | null;
  /** False where damage was found; the rest is then of what could be read. */
  readonly isSound: boolean;
}

/** How far a snapshot goes. */
export type EndSurvey = Pick<SnapshotSurvey, 'end' | 'trailer' | 'isSound'>;

/** What `surveySnapshot` tells but for the digest, in half the time. @throws as it does. */
export function surveyEnd(file: string, zxid: Zxid, onProblem?: OnProblem): EndSurvey {
  const reader = openSnapshot(file, onProblem);
  try {
    const tally = new SnapshotTally();
    for (const znode of reader.znodes()) tally.add(znode, 0);
    const { trailer, isSound } = reader;
    return { end: snapshotEnd(zxid, tally.newest, trailer), trailer, isSound };
  } finally {
    reader.close();
  }
}

/**
 * Reads a snapshot once, in constant memory. `zxid` is the one in its name.
 *
 *     surveySnapshot('version-2/snapshot.0', 0n).treeDigest // 1371985504n on a new server
 *
 * @throws FormatError where the file is no snapshot, InputError where it cannot be read.
 */
export function surveySnapshot(file: string, zxid: Zxid, onProblem?: OnProblem): SnapshotSurvey {
  const reader = openSnapshot(file, onProblem);
  try {
    const tally = new SnapshotTally();
    for (const znode of reader.znodes()) tally.add(znode, digestOfRecord(znode));
    const { trailer, isSound } = reader;
    const end = snapshotEnd(zxid, tally.newest, trailer);
    const { znodes, bytes, digest } = tally;
    return { znodes, bytes, treeDigest: digest.value, end, trailer, isSound };
  } finally {
    reader.close();
  }
}
