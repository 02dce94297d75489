// compare: the logs of several servers, txn by txn. Memory grows with the holes and forks, not with the txns.
import type { Zxid } from '../records/zxid.js';
import { txnKey } from '../store/fingerprint.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { groupsOf } from './in-step.js';

/** What the logs of a server hold. */
export interface LogExtent {
  txns: number;
  first: Zxid | null;
  last: Zxid | null;
  /** Header times of these, milliseconds. */
  firstTime: bigint | null;
  lastTime: bigint | null;
  /** Txns that another server holds, too. */
  met: number;
}

/** Where logs are not the same. Servers are places in the list that was given. */
export interface LogFinding {
  /** `fork`: servers hold different txns at one zxid. `hole`: some lack txns that others hold, between others of theirs. */
  readonly kind: 'fork' | 'hole';
  readonly from: Zxid;
  /** Included. */
  to: Zxid;
  /** How many zxids. */
  count: number;
  /** Of a hole the zxid with which the server goes on; else null. */
  readonly next: Zxid | null;
  /** Of a fork those that agree; of a hole those that lack the txns. */
  readonly groups: readonly (readonly number[])[];
  /** The first zxid as each group has it, mostly one txn; of a hole as another server has it. */
  readonly txns: readonly (readonly LoggedTxn[])[];
}

/**
 * What differs, by zxid. `extents` is filled on the way; `keep` makes a copy of a txn that outlives the next one. With
 * `isLengthsOnly` txns are the same whose data has the same length.
 * Servers that hold nothing yet, or nothing more, at a zxid are not taken to lack it. One whose files have a zxid twice,
 * as different txns, agrees only with another that has both.
 */
export function* logFindings(
  logs: readonly Iterable<LoggedTxn>[],
  extents: readonly LogExtent[],
  keep: (logged: LoggedTxn) => LoggedTxn,
  isLengthsOnly: boolean,
): Generator<LogFinding> {
  let fork: LogFinding | null = null;
  const holes = logs.map((): LogFinding | null => null);
  for (const [zxid, variants] of byZxid(logs, keep, isLengthsOnly)) {
    const present = variants.flatMap((own, i) => (own.size === 0 ? [] : [i]));
    const groups = groupsOf(
      present.map((i) => [...variants[i]!.keys()].sort().join()),
      (a, b) => a === b,
    ).map((places) => places.map((place) => present[place]!));
    const txnsOf = (place: number) => [...variants[place]!.values()];
    if (groups.length > 1) {
      if (fork !== null && String(fork.groups) === String(groups)) {
        fork.to = zxid;
        fork.count++;
      } else {
        if (fork !== null) yield fork;
        const txns = groups.map(([place]) => txnsOf(place!));
        fork = { kind: 'fork', from: zxid, to: zxid, count: 1, next: null, groups, txns };
      }
    } else if (fork !== null) {
      yield fork;
      fork = null;
    }
    for (const [i, own] of variants.entries()) {
      const hole = holes[i]!;
      if (own.size === 0) {
        if (extents[i]!.first === null) continue;
        if (hole === null) {
          const txns = [txnsOf(present[0]!)];
          holes[i] = { kind: 'hole', from: zxid, to: zxid, count: 1, next: null, groups: [[i]], txns };
        } else {
          hole.to = zxid;
          hole.count++;
        }
        continue;
      }
      // Only what has txns of its own behind it is a hole; otherwise it is behind, or was told to forget.
      if (hole !== null) yield { ...hole, next: zxid };
      holes[i] = null;
      note(extents[i]!, txnsOf(i)[0]!);
    }
    for (const places of groups) {
      if (places.length > 1) for (const place of places) extents[place]!.met++;
    }
  }
  if (fork !== null) yield fork;
}

/** Txns of one server with one zxid, by what makes them the same. */
type Variants = ReadonlyMap<string, LoggedTxn>;

/** For each zxid what each server has there. */
function* byZxid(
  logs: readonly Iterable<LoggedTxn>[],
  keep: (logged: LoggedTxn) => LoggedTxn,
  isLengthsOnly: boolean,
): Generator<readonly [zxid: Zxid, variants: readonly Variants[]]> {
  const iterators = logs.map((log) => log[Symbol.iterator]());
  const next = (i: number): LoggedTxn | null => {
    const { value, done } = iterators[i]!.next();
    return done ? null : value;
  };
  try {
    const heads = iterators.map((_, i) => next(i));
    for (;;) {
      let lowest: Zxid | null = null;
      for (const head of heads) {
        const zxid = head?.txn.header.zxid ?? null;
        if (zxid !== null && (lowest === null || zxid < lowest)) lowest = zxid;
      }
      if (lowest === null) return;
      const variants = heads.map(() => new Map<string, LoggedTxn>());
      for (const [i, own] of variants.entries()) {
        let head: LoggedTxn | null = heads[i]!;
        for (; head?.txn.header.zxid === lowest; head = next(i)) {
          const key = txnKey(head.txn, isLengthsOnly);
          if (!own.has(key)) own.set(key, keep(head));
        }
        heads[i] = head;
      }
      yield [lowest, variants];
    }
  } finally {
    for (const iterator of iterators) iterator.return?.(undefined);
  }
}

function note(extent: LogExtent, { txn }: LoggedTxn): void {
  const { zxid, time } = txn.header;
  if (extent.first === null) {
    extent.first = zxid;
    extent.firstTime = time;
  }
  extent.last = zxid;
  extent.lastTime = time;
  extent.txns++;
}
