// doctor: what a start makes of a tree, told from how many znodes each ephemeralOwner has.
import type { Booted } from '../datadir/boot-outcome.js';
import type { BootTree } from '../datadir/boot-tree.js';
import { isSessionTo } from '../datadir/owner.js';
import { kindOf } from '../records/kind.js';

/** A tree by its owners. */
export interface OwnerCounts {
  readonly znodes: number;
  /** Znodes by ephemeralOwner; those without one are left out. */
  readonly owners: ReadonlyMap<bigint, number>;
  readonly sessions: ReadonlySet<bigint>;
}

/** What a row needs of the tree after a start. */
export type BootCounts = Pick<BootTree, 'znodes' | 'deleted' | 'unreachable' | 'differs'>;

/**
 * The tree after a start that ends with these owners; null where only the paths tell: where znodes go that may have
 * children, or a damaged snapshot that was read first leaves its mark.
 */
export function countsAfterBoot(
  { znodes, owners, sessions }: OwnerCounts,
  { settings, passedOver }: Booted,
): BootCounts | null {
  if (passedOver.some(({ isRead }) => isRead)) return null;
  let ephemeral = 0;
  for (const [owner, count] of owners) {
    if (!isSessionTo(owner, settings) || sessions.has(owner)) continue;
    if (kindOf(owner).kind !== 'ephemeral') return null;
    ephemeral += count;
  }
  return {
    znodes: znodes - ephemeral,
    deleted: { ephemeral, container: 0, ttl: 0, leftover: 0 },
    unreachable: 0,
    differs: null,
  };
}
