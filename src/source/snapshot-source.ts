// The tree in one snapshot file.
import type { RawText } from '../jute/raw-text.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import { ScannedTree } from './scanned-tree.js';
import { SnapshotScan } from './snapshot-scan.js';
import { sortedSessions } from './sorted-sessions.js';
import type { SourceLog } from './source-log.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';

/** What is known of a snapshot besides its content. */
export interface SnapshotFacts {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
  /** Where it is known how it relates to the logs beside it. */
  readonly moment?: Moment;
}

/** A ZnodeSource over one snapshot file. */
export class SnapshotSource implements ZnodeSource {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
  readonly moment?: Moment;
  readonly #log: SourceLog;
  readonly #scan: SnapshotScan;
  readonly #tree: ScannedTree;
  readonly #release: () => void;

  /** @throws InputError where there is no such file. */
  constructor(file: string, facts: SnapshotFacts, log: SourceLog, release: () => void = () => {}) {
    this.name = facts.name;
    this.zxid = facts.zxid;
    this.laterTxns = facts.laterTxns;
    if (facts.moment !== undefined) this.moment = facts.moment;
    this.#log = log;
    this.#scan = new SnapshotScan(file, log);
    this.#tree = new ScannedTree(this.#scan);
    this.#release = release;
  }

  get problems() {
    return this.#log.problems;
  }

  get isComplete(): boolean {
    return !this.#scan.isDamaged;
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

  sessions(): Generator<Session> {
    return sortedSessions(this.#scan.sessions());
  }

  close(): void {
    this.#release();
  }
}
