// The tree after a replay: a snapshot file, read anew for each question, under what txns made of it. Memory is what
// the txns touched.
import type { OnProblem } from '../problems.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import type { Overlay } from '../tree/overlay.js';
import type { TreeAt } from '../tree/tree-at.js';
import { createdRecords } from './created-records.js';
import type { PackedZnode } from './packed-znode.js';
import { ReplayedTree } from './replayed-tree.js';
import { type BaseScan, type ScannedFacts, ScannedSource } from './scanned-source.js';
import type { TreeScan } from './scanned-tree.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeSource } from './sources.js';

/** What is known of a replayed tree besides what is in it. */
export type ReplayedFacts = Omit<ScannedFacts, 'zxid'> & { readonly moment: Moment };

/** A ZnodeSource over a snapshot and the txns after it. */
export class ReplayedSource extends ScannedSource {
  readonly replayed: ReplayedTree;
  readonly #sessions: ReadonlyMap<bigint, number>;

  /** `baseTree` opens the snapshot as it stands; null for a new tree. */
  constructor(
    base: BaseScan,
    tree: TreeAt,
    baseTree: (() => ZnodeSource) | null,
    facts: ReplayedFacts,
    log: SourceLog,
    release: () => void = () => {},
  ) {
    super(base, new OverlaidScan(base, tree.overlay), { ...facts, zxid: tree.zxid }, log, release);
    this.#sessions = tree.sessions;
    this.replayed = new ReplayedTree(base.file, tree, () => baseTree?.() ?? null);
  }

  sessions(): Session[] {
    const sessions = [...this.#sessions].map(([id, timeout]) => ({ id, timeout }));
    return sessions.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }
}

/** A snapshot without what was deleted, with what was changed, and with what was created behind it. */
class OverlaidScan implements TreeScan {
  readonly file: string;
  readonly report: OnProblem;
  readonly #base: BaseScan;
  readonly #overlay: Overlay;

  constructor(base: BaseScan, overlay: Overlay) {
    this.file = base.file;
    this.report = base.report;
    this.#base = base;
    this.#overlay = overlay;
  }

  *records(): Generator<ZnodeRecord> {
    let ordinal = 0;
    for (const record of this.#base.records()) {
      ordinal = record.ordinal + 1;
      if (!this.#overlay.hasDeleted(record)) yield record;
    }
    yield* createdRecords(this.#overlay.created(), ordinal);
  }

  // What the last txn that changed a znode made of it is what can be checked, so that txn is the evidence; where
  // only a quota was recounted, the snapshot's record is.
  znode(record: PackedZnode, numChildren: number | undefined): Znode {
    const found = this.#base.znode(record, numChildren);
    const now = this.#overlay.lookup(record.path);
    if (now.state !== 'changed') return found;
    // Undefined data was not asked for.
    const isNewData = now.hasNewData && found.data !== undefined;
    return {
      path: found.path,
      data: isNewData ? now.data : found.data,
      dataLength: now.dataLength,
      acl: now.acl === undefined ? found.acl : now.acl,
      stat: now.stat,
      numChildren,
      evidence: now.evidence ?? found.evidence,
    };
  }
}
