// Digests along a replay: every one that a server recorded is compared with the tree that the replay has then.
import type { Evidence } from '../records/evidence.js';
import { DIGEST_VERSION } from '../records/txn-digest.js';
import type { Zxid } from '../records/zxid.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { type DigestCause, digestCauses } from './digest-causes.js';
import type { LoadedBase } from './load-base.js';
import type { NotIdempotent } from './not-idempotent.js';

/** What came of one txn's digest. */
export type DigestOutcome = 'matched' | 'differs' | 'none' | 'other version' | 'fuzzy';

/** A digest that the replay did not reproduce. */
export interface DigestDifference {
  readonly zxid: Zxid;
  /** Op name of the txn. */
  readonly op: string;
  /** Where the txn stands. */
  readonly evidence: Evidence;
  /** As recorded, signed. */
  readonly expected: bigint;
  /** Of the replayed tree, signed. */
  readonly found: bigint;
  /** The last zxid at which the digests agreed: what went wrong lies behind it. Null where none agreed before. */
  readonly lastMatched: Zxid | null;
  /** What could explain it, likeliest first. */
  readonly causes: readonly DigestCause[];
}

/** What a replay says of the recorded digests. */
export interface DigestReport {
  readonly compared: number;
  readonly matched: number;
  readonly differed: number;
  /** Txns that were not compared, by reason. */
  readonly skipped: {
    /** The txn has none: an error, a server before 3.6, digest.enabled=false. */
    readonly none: number;
    readonly otherVersion: number;
    /** In the range of txns that the snapshot may hold effects of already. */
    readonly fuzzy: number;
  };
  /** The digest block of the base against the tree at its zxid; null where there is none or it was not reached. */
  readonly snapshot: 'matched' | 'differs' | null;
  readonly first: DigestDifference | null;
  /** The newest zxid at which digests agreed, by a txn or by the block of the base. */
  readonly lastMatched: Zxid | null;
  /** True where the last comparison failed. */
  readonly endsDifferent: boolean;
}

/** Compares as txns are applied. */
export class DigestCheck {
  readonly #base: LoadedBase;
  readonly #treeDigest: () => bigint;
  readonly #steps: readonly { readonly after: Zxid; readonly next: Zxid }[];
  /** Txns below this are not compared. */
  readonly #fuzzyUntil: Zxid;
  /** True until it is known that the replay has passed the end of the base. */
  #isUnsettled: boolean;
  #matched = 0;
  #differed = 0;
  #none = 0;
  #otherVersion = 0;
  #fuzzy = 0;
  #first: DigestDifference | null = null;
  #lastMatched: Zxid | null = null;
  #endsDifferent = false;
  #snapshot: DigestReport['snapshot'] = null;
  #unreadable: Zxid | null = null;
  #notIdempotent: NotIdempotent | null = null;

  /** `steps` are those where txns may be missing; they explain what differs behind them. */
  constructor(
    base: LoadedBase,
    treeDigest: () => bigint,
    steps: readonly { readonly after: Zxid; readonly next: Zxid }[],
  ) {
    this.#base = base;
    this.#treeDigest = treeDigest;
    this.#steps = steps;
    this.#fuzzyUntil = base.end.zxid;
    this.#isUnsettled = base.end.proof === null;
    this.#compareBlock(base.zxid);
  }

  /** Compares after `logged` was applied. */
  check(logged: LoggedTxn): DigestOutcome {
    const { header } = logged.txn;
    const outcome = this.#outcomeOf(logged);
    if (outcome === 'none') this.#none++;
    if (outcome === 'other version') this.#otherVersion++;
    if (outcome === 'fuzzy') this.#fuzzy++;
    if (outcome === 'matched') this.#match(header.zxid);
    if (outcome === 'differs') this.#differ(logged);
    this.#compareBlock(header.zxid);
    return outcome;
  }

  /** A txn that could not be read, or not wholly, and may be missing in the tree. */
  noteUnreadable(zxid: Zxid): void {
    this.#unreadable ??= zxid;
  }

  noteNotIdempotent(txn: NotIdempotent): void {
    this.#notIdempotent ??= txn;
  }

  report(): DigestReport {
    return {
      compared: this.#matched + this.#differed,
      matched: this.#matched,
      differed: this.#differed,
      skipped: { none: this.#none, otherVersion: this.#otherVersion, fuzzy: this.#fuzzy },
      snapshot: this.#snapshot,
      first: this.#first,
      lastMatched: this.#lastMatched,
      endsDifferent: this.#endsDifferent,
    };
  }

  #outcomeOf({ txn }: LoggedTxn): DigestOutcome {
    const { header, digest } = txn;
    if (digest === null) return 'none';
    if (digest.version !== DIGEST_VERSION) return 'other version';
    if (header.zxid < this.#fuzzyUntil) return 'fuzzy';
    return digest.treeDigest === this.#treeDigest() ? 'matched' : 'differs';
  }

  // Nothing tells where a base without blocks ends. A digest that is reproduced does: no effect of a later txn can
  // be in the tree then, and what differed before was in the fuzzy range.
  #match(zxid: Zxid): void {
    this.#matched++;
    this.#lastMatched = zxid;
    this.#endsDifferent = false;
    if (!this.#isUnsettled) return;
    this.#isUnsettled = false;
    this.#fuzzy += this.#differed;
    this.#differed = 0;
    this.#first = null;
  }

  #differ({ txn, evidence }: LoggedTxn): void {
    this.#differed++;
    this.#endsDifferent = true;
    const { zxid } = txn.header;
    this.#first ??= {
      zxid,
      op: txn.op.op,
      evidence,
      expected: txn.digest!.treeDigest,
      found: this.#treeDigest(),
      lastMatched: this.#lastMatched,
      causes: digestCauses({
        txn,
        base: this.#base,
        lastMatched: this.#lastMatched,
        steps: this.#steps,
        unreadable: this.#unreadable,
        notIdempotent: this.#notIdempotent,
      }),
    };
  }

  // Right after a new leader's start the block tells of the last txn of the old epoch, below the name. Nothing was
  // applied since, so agreement counts; disagreement does not, for servers ignore such a block.
  #compareBlock(zxid: Zxid): void {
    const block = this.#base.trailer?.digest ?? null;
    if (this.#snapshot !== null || block === null || this.#base.treeDigest === null) return;
    if (block.zxid === 0n || block.version !== DIGEST_VERSION || block.zxid > zxid) return;
    const isEqual = block.digest === this.#treeDigest();
    if (isEqual) {
      this.#lastMatched = zxid;
      this.#endsDifferent = false;
    } else if (block.zxid < this.#base.zxid) return;
    this.#snapshot = isEqual ? 'matched' : 'differs';
  }
}
