// Who has to hold a txn for it to be committed (QuorumMaj, QuorumHierarchical).
import type { Zxid } from '../records/zxid.js';

/** Who votes, from a zxid on. Observers do not. */
export interface Voters {
  /** The zxid of the reconfig that brought it into force; 0 for what a server was started with. */
  readonly from: Zxid;
  /** Server numbers, those of myid. */
  readonly ids: readonly number[];
  /** Of a hierarchical quorum, each server's group and weight; null where a simple majority decides. */
  readonly groups: ReadonlyMap<number, { readonly group: number; readonly weight: number }> | null;
}

/** True where the servers that `has` is true for can commit a txn. */
export function isQuorum({ ids, groups }: Voters, has: (id: number) => boolean): boolean {
  if (groups === null) return ids.filter(has).length > Math.floor(ids.length / 2);
  const weights = new Map<number, { all: number; present: number }>();
  for (const id of ids) {
    const { group, weight } = groups.get(id) ?? { group: 0, weight: 0 };
    const sum = weights.get(group) ?? { all: 0, present: 0 };
    weights.set(group, { all: sum.all + weight, present: sum.present + (has(id) ? weight : 0) });
  }
  // A group of weight 0 counts for nothing; halves are cut, as Java divides integers.
  const counting = [...weights.values()].filter(({ all }) => all > 0);
  const agreeing = counting.filter(({ all, present }) => present > Math.floor(all / 2));
  return agreeing.length > Math.floor(counting.length / 2);
}

/** The highest zxid that a quorum has reached; null where none has reached any. */
export function quorumReach(voters: Voters, reaches: ReadonlyMap<number, Zxid>): Zxid | null {
  const own = voters.ids.flatMap((id) => reaches.get(id) ?? []);
  own.sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  const reached = own.find((zxid) => isQuorum(voters, (id) => (reaches.get(id) ?? -1n) >= zxid));
  return reached ?? null;
}

/**
 * The highest zxid of an epoch that a quorum has reached. `inForce` are the voters when the epoch began and those of
 * later reconfigs in it; a reconfig itself needs a quorum of the old voters and of the new.
 */
export function committedReach(inForce: readonly Voters[], reaches: ReadonlyMap<number, Zxid>): Zxid | null {
  let reached: Zxid | null = null;
  for (const [i, voters] of inForce.entries()) {
    const zxid = quorumReach(voters, reaches);
    if (zxid === null || (i > 0 && zxid < voters.from)) return reached;
    const next = inForce[i + 1];
    if (next === undefined || zxid < next.from) return zxid;
    reached = next.from - 1n;
  }
  return reached;
}
