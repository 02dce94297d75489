// A tree that is read by scanning, as commands ask it: what is known of it, and who hears of its problems.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import { ScannedTree, type TreeScan } from './scanned-tree.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';

/** What is known of a tree besides what is in it. */
export interface ScannedFacts {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
  /** Where it is known how it relates to the logs beside it. */
  readonly moment?: Moment | undefined;
}

/** What can be scanned and may turn out to be damaged. */
export interface BaseScan extends TreeScan {
  /** True once damage was found that kept a part of the tree from being read. */
  readonly isDamaged: boolean;
}

/** A ZnodeSource over a scan; sessions are the subclass's. */
export abstract class ScannedSource implements ZnodeSource {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
  readonly moment?: Moment;
  readonly #log: SourceLog;
  readonly #base: BaseScan;
  readonly #tree: ScannedTree;
  readonly #release: () => void;

  /** `scan` is the tree, `base` the file that it is read from, which can be damaged. */
  constructor(base: BaseScan, scan: TreeScan, facts: ScannedFacts, log: SourceLog, release: () => void) {
    this.name = facts.name;
    this.zxid = facts.zxid;
    this.laterTxns = facts.laterTxns;
    if (facts.moment !== undefined) this.moment = facts.moment;
    this.#log = log;
    this.#base = base;
    this.#tree = new ScannedTree(scan);
    this.#release = release;
  }

  get problems(): readonly Problem[] {
    return this.#log.problems;
  }

  get isComplete(): boolean {
    return !this.#base.isDamaged;
  }

  znodes(options: ZnodeOptions = {}): Generator<Znode> {
    return this.#tree.znodes(options);
  }

  get(path: RawText): Znode | null {
    return this.#tree.get(path);
  }

  children(path: RawText): Generator<Znode> {
    return this.#tree.children(path);
  }

  childPaths(path: RawText): Generator<RawText> {
    return this.#tree.childPaths(path);
  }

  abstract sessions(): Iterable<Session>;

  close(): void {
    this.#release();
  }
}
