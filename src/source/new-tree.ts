// The tree that a new server begins with. One of 3.4 writes no snapshot of it, so it is in no file.
import type { OnProblem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { MomentCandidate } from './moment-plan.js';
import type { PackedZnode } from './packed-znode.js';
import type { BaseScan } from './scanned-source.js';

/** A new tree as what a replay begins with. */
export const NEW_TREE: MomentCandidate = {
  name: 'a new tree',
  zxid: 0n,
  isNewTree: true,
  end: () => ({ zxid: 0n, proof: 'new tree' }),
  digestZxid: () => null,
};

/** True for the first txn that there can be: of a standalone server 0x1, of an ensemble 0x100000001. */
export function isFirstTxn(zxid: Zxid | null): boolean {
  return zxid === 1n || zxid === 0x1_0000_0001n;
}

/** No records; the overlay has all znodes. Where no txn made a znode, the evidence is the folder that lacks a snapshot. */
export class NewTreeScan implements BaseScan {
  readonly file: string;
  readonly report: OnProblem;
  readonly isDamaged = false;

  constructor(folder: string, report: OnProblem) {
    this.file = folder;
    this.report = report;
  }

  *records(): Generator<ZnodeRecord> {}

  znode({ path, data, dataLength, stat }: PackedZnode, numChildren: number | undefined): Znode {
    const evidence = { file: this.file, offset: 0, length: 0 };
    return { path, data, dataLength, acl: null, stat, numChildren, evidence };
  }
}
