// compare: the logs of several servers, txn by txn. Memory grows with the holes and forks, not with the txns.
import type { Zxid } from '../records/zxid.js';
import { isSameTxn } from '../store/fingerprint.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { groupsOf, inStep } from './in-step.js';

/** What the logs of a server hold. */
export interface LogExtent {
  txns: number;
  first: Zxid | null;
  last: Zxid | null;
  /** Header times of these, milliseconds. */
  firstTime: bigint | null;
  lastTime: bigint | null;
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
  /** The first txn as each group has it; of a hole as another server has it. */
  readonly txns: readonly LoggedTxn[];
}

/**
 * What differs, by zxid. `extents` is filled on the way; `keep` makes a copy of a txn that outlives the next one.
 * Servers that hold nothing yet, or nothing more, at a zxid are not taken to lack it.
 */
export function* logFindings(
  logs: readonly Iterable<LoggedTxn>[],
  extents: readonly LogExtent[],
  keep: (logged: LoggedTxn) => LoggedTxn,
): Generator<LogFinding> {
  let fork: LogFinding | null = null;
  const holes = logs.map((): LogFinding | null => null);
  const byZxid = (a: LoggedTxn, b: LoggedTxn) => {
    const [x, y] = [a.txn.header.zxid, b.txn.header.zxid];
    return x < y ? -1 : x > y ? 1 : 0;
  };
  for (const heads of inStep(logs, byZxid)) {
    const { zxid } = heads.find((head) => head !== null)!.txn.header;
    const present = heads.flatMap((head, i) => (head === null ? [] : [i]));
    const groups = groupsOf(
      present.map((i) => heads[i]!),
      (a, b) => isSameTxn(a.txn, b.txn),
    ).map((places) => places.map((place) => present[place]!));
    if (groups.length > 1) {
      if (fork !== null && String(fork.groups) === String(groups)) {
        fork.to = zxid;
        fork.count++;
      } else {
        if (fork !== null) yield fork;
        const txns = groups.map(([place]) => keep(heads[place!]!));
        fork = { kind: 'fork', from: zxid, to: zxid, count: 1, next: null, groups, txns };
      }
    } else if (fork !== null) {
      yield fork;
      fork = null;
    }
    for (const [i, head] of heads.entries()) {
      const hole = holes[i]!;
      if (head === null) {
        if (extents[i]!.first === null) continue;
        if (hole === null) {
          const other = keep(heads[present[0]!]!);
          holes[i] = {
            kind: 'hole',
            from: zxid,
            to: zxid,
            count: 1,
            next: null,
            groups: [[i]],
            txns: [other],
          };
        } else {
          hole.to = zxid;
          hole.count++;
        }
        continue;
      }
      // Only what has txns of its own behind it is a hole; otherwise it is behind, or was told to forget.
      if (hole !== null) yield { ...hole, next: zxid };
      holes[i] = null;
      note(extents[i]!, head);
    }
  }
  if (fork !== null) yield fork;
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
