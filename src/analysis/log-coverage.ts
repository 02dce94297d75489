// Which stretches of a history the logs hold, and where they have holes.
import { counterOf, epochOf, type Zxid } from '../records/zxid.js';
import type { SnapshotFacts, TxnEdge, TxnRun } from '../source/history-source.js';
import { stepOf } from '../tree/continuity.js';
import { judgeStep } from '../tree/epoch-steps.js';
import type { OtherServers } from '../tree/other-servers.js';

/** A place in history. The time, milliseconds since 1970, is null where no txn tells it. */
export interface Edge {
  readonly zxid: Zxid;
  readonly time: bigint | null;
}

/** Some time after `after` and not later than `upTo`; null is an end that is not known. */
export interface Span {
  readonly after: Edge | null;
  readonly upTo: Edge | null;
}

/**
 * Where txns are not here. `hole`: by the count of zxids they are missing. `before`, `after`: the logs begin later, or
 * end earlier, than what snapshots show. `epoch`: an epoch begins, and whether the old one went further is not told.
 */
export interface Hole {
  readonly kind: 'hole' | 'before' | 'after' | 'epoch';
  /** The last txn before it; null in `before`. */
  readonly after: TxnEdge | null;
  /** The first txn behind it; null in `after`, and where there are no logs. */
  readonly next: TxnEdge | null;
  /** Txns that are missing for sure; null where their number is not known. */
  readonly missing: bigint | null;
}

interface Stretch {
  from: TxnEdge;
  to: TxnEdge;
}

/** What the logs cover. */
export class LogCoverage {
  readonly holes: readonly Hole[];
  /** Runs, joined where it is proven that nothing lies between. */
  readonly #stretches: readonly Stretch[];
  /** True where the first txn is the first there ever was. */
  readonly #isFromTheBeginning: boolean;
  readonly #times = new Map<Zxid, bigint>();

  /** `all` are the snapshots, oldest first: one of them, or one of the other servers, may prove where an epoch ended. */
  constructor(runs: readonly TxnRun[], all: readonly SnapshotFacts[], others: OtherServers | null) {
    const holes: Hole[] = [];
    const stretches: Stretch[] = [];
    const snapshots = all.flatMap(({ file, zxid, digestZxid }) => {
      return zxid === null ? [] : [{ name: file, zxid, digestZxid }];
    });
    for (const { from, to } of runs) {
      for (const { zxid, time } of [from, to]) this.#times.set(zxid, time);
      const last = stretches.at(-1);
      const step = last === undefined ? null : stepOf(last.to.zxid, from.zxid);
      if (last !== undefined && step !== null && judgeStep(step, { snapshots, others }).proof !== null)
        last.to = to;
      else stretches.push({ from, to });
      if (last === undefined || step === null || last.to === to) continue;
      const missing = step.kind === 'hole' ? step.missing : null;
      holes.push({ kind: step.kind === 'hole' ? 'hole' : 'epoch', after: last.to, next: from, missing });
    }
    const [first, last] = [stretches[0], stretches.at(-1)];
    this.#isFromTheBeginning =
      first !== undefined && counterOf(first.from.zxid) === 1n && epochOf(first.from.zxid) <= 1n;
    if (!this.#isFromTheBeginning) {
      holes.unshift({ kind: 'before', after: null, next: first?.from ?? null, missing: null });
    }
    const newest = snapshots.at(-1)?.zxid ?? 0n;
    if (last !== undefined && newest > last.to.zxid && counterOf(newest) > 0n) {
      holes.push({ kind: 'after', after: last.to, next: null, missing: null });
    }
    this.holes = holes;
    this.#stretches = stretches;
  }

  /** True where the logs hold this zxid. */
  has(zxid: Zxid): boolean {
    const stretch = this.#at(zxid);
    return stretch !== null && zxid <= stretch.to.zxid;
  }

  /**
   * The part of the history after `after` (null: from its beginning) and up to `upTo` in which txns may be missing;
   * null where none are.
   */
  missing(after: Zxid | null, upTo: Zxid): Span | null {
    let low = after === null ? (this.#isFromTheBeginning ? 1n : null) : after + 1n;
    if (low !== null) {
      const stretch = this.#at(low);
      if (stretch !== null && low <= stretch.to.zxid) low = stretch.to.zxid + 1n;
      if (low > upTo) return null;
    }
    const stretch = this.#at(upTo);
    const high = stretch !== null && upTo <= stretch.to.zxid ? stretch.from.zxid - 1n : upTo;
    if (low !== null && high < low) return null;
    return { after: low === null ? null : this.edge(low - 1n), upTo: this.edge(high) };
  }

  /**
   * True where txns are missing in a span for sure; false where all that can have hidden some is a change of epoch.
   * Then txns at the end of the old epoch may as well have been lost with their leader.
   */
  isSure({ after, upTo }: Span): boolean {
    return this.holes.some(({ kind, after: last, next }) => {
      if (kind === 'epoch') return false;
      const isBehind = after !== null && next !== null && next.zxid <= after.zxid + 1n;
      return !isBehind && (upTo === null || last === null || last.zxid < upTo.zxid);
    });
  }

  /** The last zxid that the logs hold; null without any. */
  get last(): Zxid | null {
    return this.#stretches.at(-1)?.to.zxid ?? null;
  }

  /** A place, with its time where it is at the end of a run. */
  edge(zxid: Zxid): Edge {
    return { zxid, time: this.#times.get(zxid) ?? null };
  }

  /** The last stretch that begins at or before a zxid. */
  #at(zxid: Zxid): Stretch | null {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#stretches[middle]!.from.zxid <= zxid) low = middle + 1;
      else high = middle;
    }
    return this.#stretches[low - 1] ?? null;
  }
}
