// The stat of a znode as the index has it.
import type { StatPersisted } from '../records/stat-persisted.js';

/** The columns of a stat, of `znode z`. */
export const STAT_COLUMNS =
  'z.czxid, z.mzxid, z.pzxid, z.ctime, z.mtime, z.version, z.cversion, z.aversion, z.ephemeral_owner';

/** What they hold. */
export type StatRow = readonly [
  czxid: bigint,
  mzxid: bigint,
  pzxid: bigint,
  ctime: bigint,
  mtime: bigint,
  version: bigint,
  cversion: bigint,
  aversion: bigint,
  ephemeralOwner: bigint,
];

/** The stat of a row that begins with these columns. */
export function statOf(row: readonly [...StatRow, ...unknown[]]): StatPersisted {
  return {
    czxid: row[0],
    mzxid: row[1],
    pzxid: row[2],
    ctime: row[3],
    mtime: row[4],
    version: Number(row[5]),
    cversion: Number(row[6]),
    aversion: Number(row[7]),
    ephemeralOwner: row[8],
  };
}
