// The first pass over the txns: what a replay of them will need of the base.
//
// It leaves a tape of the slots that the txns name, one for each path in them that counts, so that the second pass
// (`apply-txn.ts`, which must read paths in the same order) looks no path up again.
import type { RawText } from '../jute/raw-text.js';
import type { Op } from '../records/op.js';
import type { Zxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { ContinuityBuilder } from './continuity.js';
import { treePath } from './paths.js';
import { limitedBy, statsPath } from './quota-paths.js';
import { SlotTape } from './slot-tape.js';
import { TouchedPaths } from './touched-paths.js';

/** What the txns touch. */
export class Touched {
  readonly paths = new TouchedPaths();
  readonly tape = new SlotTape();
  /** Sessions that are closed: the ephemerals they have in the base go. */
  readonly closedSessions = new Set<bigint>();
  /** Paths for which a quota is created. */
  readonly quotaRoots = new Set<RawText>();
  readonly continuity: ContinuityBuilder;

  /** `from` is the zxid of the base. */
  constructor(from: Zxid) {
    this.continuity = new ContinuityBuilder(from);
  }

  note({ txn, evidence }: LoggedTxn): void {
    const { header, op } = txn;
    this.continuity.note(header.zxid, evidence);
    if (op.op !== 'multi') {
      this.#noteOp(op, header.clientId);
      return;
    }
    if (op.failed) return;
    for (const part of op.ops) {
      if (part.op === 'unknown') return;
      this.#noteOp(part, header.clientId);
    }
  }

  #noteOp(op: Op, session: bigint): void {
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
        if (op.path !== null) this.#noteCreate(treePath(op.path));
        return;
      case 'delete':
      case 'deleteContainer':
        if (op.path !== null) this.tape.write(this.paths.addWithParent(treePath(op.path)));
        return;
      case 'setData':
      case 'reconfig':
      case 'setACL':
        if (op.path !== null) this.tape.write(this.paths.add(treePath(op.path)));
        return;
      case 'closeSession':
        this.closedSessions.add(session);
        for (const path of op.paths2Delete ?? []) {
          if (path !== null) this.tape.write(this.paths.addWithParent(treePath(path)));
        }
    }
  }

  #noteCreate(path: RawText): void {
    this.tape.write(this.paths.addWithParent(path));
    const limited = limitedBy(path);
    if (limited === null) return;
    this.quotaRoots.add(limited);
    this.paths.add(statsPath(limited));
  }
}
