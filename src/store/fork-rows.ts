// Txns of a cluster that share a zxid: finding them, and marking which one was committed.
import type { Zxid } from '../records/zxid.js';
import type { Fork, ForkVerdict } from '../tree/commit-state.js';
import { ForkList } from '../tree/fork-list.js';
import type { CommitState } from '../txnlog/logged-txn.js';
import type { ForkBranch } from './commit-problems.js';
import { committedOf } from './committed.js';
import type { Database } from './database.js';

/** A txn of a fork, and the servers that hold it. */
interface Variant {
  readonly zxid: Zxid;
  readonly id: bigint;
  /** Places of the servers, ascending. */
  readonly holders: readonly number[];
}

/** Zxids looked at in one go: a table of a cluster's forks is not held in memory. */
const CHUNK = 5000;

/** The forks of a cluster by zxid. `servers` are the ids of the servers in their places. */
export function findForks(database: Database, clusterId: number, servers: readonly number[]): Fork[] {
  const list = new ForkList();
  for (const variants of forkedTxns(database, clusterId, servers)) {
    const holders = variants.map((one) => one.holders);
    list.add(variants[0]!.zxid, holders);
  }
  return list.forks;
}

/** Writes the states of forked txns, and returns the branches that they make. */
export function markForks(
  database: Database,
  clusterId: number,
  servers: readonly number[],
  verdicts: readonly ForkVerdict[],
): ForkBranch[] {
  const branches = new BranchList();
  if (verdicts.length === 0) return [];
  const update = database.prepare('UPDATE txn SET committed = ? WHERE id = ? AND committed IS NOT ?');
  let at = 0;
  for (const variants of forkedTxns(database, clusterId, servers)) {
    while (at < verdicts.length && verdicts[at]!.to < variants[0]!.zxid) at++;
    const verdict = verdicts[at];
    const states = variants.map(({ holders }) => {
      return verdict === undefined ? 'unknown' : stateOf(verdict, holders);
    });
    for (const [i, { id }] of variants.entries()) {
      const committed = committedOf(states[i]!);
      update.run(committed, id, committed);
    }
    branches.add(variants, states);
  }
  return branches.all;
}

/** Puts forked zxids that follow one another together. */
class BranchList {
  readonly all: ForkBranch[] = [];
  #key = '';
  #to: Zxid | null = null;
  /** The branches that still grow, as many as there are variants. */
  #growing: number[] = [];

  add(variants: readonly Variant[], states: readonly CommitState[]): void {
    const order = variants
      .map((_, i) => i)
      .sort((a, b) => (keyOf(variants[a]!) < keyOf(variants[b]!) ? -1 : 1));
    const key = order.map((i) => `${keyOf(variants[i]!)} ${states[i]}`).join();
    const { zxid } = variants[0]!;
    if (key === this.#key && this.#to !== null && zxid === this.#to + 1n) {
      for (const at of this.#growing) this.all[at] = { ...this.all[at]!, to: zxid };
    } else {
      this.#growing = order.map((i) => this.all.push(branchOf(variants, i, states[i]!)) - 1);
      this.#key = key;
    }
    this.#to = zxid;
  }
}

function branchOf(variants: readonly Variant[], i: number, state: CommitState): ForkBranch {
  const { id, zxid, holders } = variants[i]!;
  const others = variants.filter((_, other) => other !== i).flatMap((one) => one.holders);
  const sorted = [...new Set(others)].sort((a, b) => a - b);
  return { txnId: id, from: zxid, to: zxid, holders, others: sorted, state };
}

function keyOf({ holders }: Variant): string {
  return holders.join();
}

function stateOf({ variants, states }: ForkVerdict, holders: readonly number[]): CommitState {
  return states[variants.findIndex((one) => one.join() === holders.join())] ?? 'unknown';
}

/** The txns of each zxid that stands for several. Rows may be changed meanwhile. */
function* forkedTxns(
  database: Database,
  clusterId: number,
  servers: readonly number[],
): Generator<readonly Variant[]> {
  const places = new Map(servers.map((id, place) => [BigInt(id), place]));
  const forked = database
    .prepare(
      `SELECT zxid FROM txn WHERE cluster_id = ? AND zxid > ? GROUP BY zxid HAVING count(*) > 1
       ORDER BY zxid LIMIT ${CHUNK}`,
    )
    .pluck();
  const holders = database
    .prepare(
      `SELECT DISTINCT t.id, l.server_id FROM txn t JOIN record r ON r.txn_id = t.id JOIN log l ON l.id = r.log_id
       WHERE t.cluster_id = ? AND t.zxid = ? ORDER BY t.id`,
    )
    .raw();
  let after = -(2n ** 63n);
  for (;;) {
    const zxids = forked.all(clusterId, after) as bigint[];
    for (const zxid of zxids) {
      const byTxn = new Map<bigint, number[]>();
      for (const [id, serverId] of holders.all(clusterId, zxid) as [bigint, bigint][]) {
        byTxn.set(id, [...(byTxn.get(id) ?? []), places.get(serverId)!]);
      }
      yield [...byTxn].map(([id, own]) => ({ zxid, id, holders: own.sort((a, b) => a - b) }));
    }
    if (zxids.length < CHUNK) return;
    after = zxids.at(-1)!;
  }
}
