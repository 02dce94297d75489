// A replay: the txns after a base, applied to the part of it that they touch.
//
// Two passes over the txns, one (rarely two) over the base: the first collects the paths that the txns name, the
// base is then read past them, the second applies. Memory is what the txns touch, about 250 bytes a path and the
// data that was written.
import type { RawText } from '../jute/raw-text.js';
import type { Zxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type ReplayRules, TxnApplier } from './apply-txn.js';
import type { BaseTree } from './base-tree.js';
import type { Continuity } from './continuity.js';
import { DigestCheck, type DigestOutcome, type DigestReport } from './digest-check.js';
import { type LoadedBase, loadBase, loadNewTree, touchNewTree } from './load-base.js';
import { type NotIdempotent, notIdempotent } from './not-idempotent.js';
import { Overlay } from './overlay.js';
import { statsPath } from './quota-paths.js';
import { Touched } from './touched.js';
import { TreeState } from './tree-state.js';

/** What to replay. */
export interface ReplayInput {
  /** Null for a new tree, as a server of 3.4 without a snapshot begins with. */
  readonly base: BaseTree | null;
  /**
   * Txns in the order of their zxids, each time anew; called twice. Those up to the base's zxid are passed over.
   * Their buffers need live until the next one only. It helps to give one more than `to` asks for: it shows
   * whether others are missing before it.
   */
  readonly txns: () => Iterable<LoggedTxn>;
  /** The last zxid to apply, inclusive; default: all. */
  readonly to?: Zxid | undefined;
  /** Keep the data that txns write, for reading the tree (default true). */
  readonly data?: boolean;
  /** Compute digests and compare (default true). */
  readonly digests?: boolean;
  /** Those of a server that is to be foretold; default: the true ones. */
  readonly rules?: ReplayRules;
}

/** One txn of a replay, applied. */
export interface ReplayStep {
  readonly logged: LoggedTxn;
  /** What came of its digest; null where digests are not compared. */
  readonly digest: DigestOutcome | null;
  /** Ephemerals that a closeSession deleted without listing them. */
  readonly implied: readonly RawText[];
  /** False where it, or a part of it, could not be read. */
  readonly isReadable: boolean;
}

/** A replay that is ready to go: base read, no txn applied. */
export class Replay {
  readonly base: LoadedBase;
  /** The zxids from the base to the last txn. */
  readonly continuity: Continuity;
  readonly overlay: Overlay;
  /** Txns that could not be applied wholly, so far. */
  unreadable = 0;
  /** Txns there are to apply. */
  total = 0;
  /** Txns applied so far. */
  applied = 0;
  /** The first txn, so far, that may do harm when it is applied to a tree that has its effects; null without one. */
  notIdempotent: NotIdempotent | null = null;
  /** The first zxid after the last one to apply; null where none was given. */
  beyond: Zxid | null = null;
  readonly #input: ReplayInput;
  readonly #state: TreeState;
  readonly #applier: TxnApplier;
  readonly #check: DigestCheck | null;
  #reading: Generator<LoggedTxn, undefined> | null = null;
  /** The next txn, where it was read already. */
  #ahead: LoggedTxn | null = null;

  /** Makes the first pass over the txns, and reads the base. */
  constructor(input: ReplayInput) {
    const { base, data = true, digests = true } = input;
    this.#input = input;
    const touched = new Touched(base?.zxid ?? 0n);
    if (base === null) touchNewTree(touched);
    for (const logged of this.#txns()) {
      touched.note(logged);
      this.total++;
    }
    const state = new TreeState(touched, base?.zxid ?? 0n, { data, digests });
    this.base = base === null ? loadNewTree(state) : loadBase(base, touched, state, digests);
    this.continuity = touched.continuity;
    this.#state = state;
    this.#applier = new TxnApplier(state, touched.tape, input.rules);
    this.overlay = new Overlay(state);
    this.#check = digests
      ? new DigestCheck(this.base, () => state.digest.value, this.continuity.steps)
      : null;
  }

  /**
   * Applies the txns one by one, with `to` those up to this zxid: asked again, it goes on behind them. What is read
   * is closed at the end, and where the caller stops between two; after a stop at `to`, `stop` closes it.
   */
  *steps(to?: Zxid): Generator<ReplayStep> {
    const applier = this.#applier;
    this.#reading ??= this.#txns();
    const txns = this.#reading;
    let isPaused = false;
    try {
      for (;;) {
        const logged = this.#ahead ?? txns.next().value;
        this.#ahead = null;
        // A log that a running server writes may have grown.
        if (logged === undefined || this.applied === this.total) return;
        if (to !== undefined && logged.txn.header.zxid > to) {
          this.#ahead = logged;
          isPaused = true;
          return;
        }
        if (this.notIdempotent === null) this.#noteIdempotence(logged);
        const isReadable = applier.apply(logged) === 'applied';
        this.applied++;
        if (!isReadable) {
          this.unreadable++;
          this.#check?.noteUnreadable(logged.txn.header.zxid);
        }
        const digest = this.#check?.check(logged) ?? null;
        yield { logged, digest, implied: applier.implied, isReadable };
      }
    } finally {
      if (!isPaused) this.stop();
    }
  }

  /** Closes what is read; no step comes after it. */
  stop(): void {
    this.#ahead = null;
    this.#reading?.return(undefined);
  }

  /** Applies all that is left. */
  finish(): void {
    for (const _ of this.steps());
  }

  /** The newest zxid applied; that of the base before the first. */
  get zxid(): Zxid {
    return this.#state.zxid;
  }

  /** Digest of the tree as it is now, signed; 0 where digests are not computed. */
  get treeDigest(): bigint {
    return this.#state.digest.value;
  }

  /** Sessions there are now: id to timeout in milliseconds. */
  get sessions(): ReadonlyMap<bigint, number> {
    return this.#state.sessions;
  }

  /** What came of the digests so far; null where they are not compared. */
  get digests(): DigestReport | null {
    return this.#check?.report() ?? null;
  }

  /**
   * Stats znodes of quotas that may differ in a server's memory: there is another quota below theirs, and what is
   * below that one is counted for both at the start of a server only.
   */
  get doubtfulQuotas(): RawText[] {
    return [...this.#state.quotas.nested].map(statsPath);
  }

  #noteIdempotence(logged: LoggedTxn): void {
    this.notIdempotent = notIdempotent(logged.txn, this.#state.baseSessions);
    if (this.notIdempotent !== null) this.#check?.noteNotIdempotent(this.notIdempotent);
  }

  *#txns(): Generator<LoggedTxn, undefined> {
    const { base, to } = this.#input;
    const from = base?.zxid ?? null;
    for (const logged of this.#input.txns()) {
      const { zxid } = logged.txn.header;
      if (from !== null && zxid <= from) continue;
      if (to !== undefined && zxid > to) {
        this.beyond = zxid;
        return undefined;
      }
      yield logged;
    }
    return undefined;
  }
}
