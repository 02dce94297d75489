// Which rows of two loaded snapshots differ, as SQL over a row `x` of the first and a row `y` of the second.
import type { RawText } from '../jute/raw-text.js';

/** What can differ in a pair of znodes. */
export type PairField =
  | 'data'
  | 'acl'
  | 'kind'
  | 'ephemeralOwner'
  | 'version'
  | 'cversion'
  | 'aversion'
  | 'czxid'
  | 'mzxid'
  | 'pzxid'
  | 'ctime'
  | 'mtime';

/** Which pairs are wanted. */
export interface PairWish {
  readonly fields: ReadonlySet<PairField>;
  /** A cversion differs where the second one is lower. */
  readonly isLowerCversion: boolean;
  /** A path whose mtime does not count; null for none. */
  readonly withoutMtime: RawText | null;
  /** Pairs in which one is an ephemeral are wanted, too. */
  readonly withEphemerals: boolean;
}

const SQL_COLUMN: Readonly<Record<Exclude<PairField, 'data' | 'acl' | 'kind'>, string>> = {
  ephemeralOwner: 'ephemeral_owner',
  ...{ version: 'version', cversion: 'cversion', aversion: 'aversion' },
  ...{ czxid: 'czxid', mzxid: 'mzxid', pzxid: 'pzxid', ctime: 'ctime', mtime: 'mtime' },
};
/** What is the same for two owners of one kind, as in `kindOf`: a TTL is in its owner. */
const kind = (side: string) =>
  `CASE WHEN ${side}.ephemeral_owner = 0 OR ${side}.ephemeral_owner = -9223372036854775808
     OR ${side}.ephemeral_owner >> 40 = -65536 THEN ${side}.ephemeral_owner ELSE 1 END`;
/** SQL that is 1 for an ephemeral, else 0. */
export const isEphemeral = (side: string) => `ifnull(${kind(side)} = 1, 0)`;
/**
 * SQL that is true for rows that differ, and where there is no `y`. `differentAcls` is true for rows with different ACLs,
 * `configId` the path id of `withoutMtime`.
 */
export function differing(
  { fields, isLowerCversion }: PairWish,
  configId: number | null,
  differentAcls: () => string,
): string {
  const terms = ['y.id IS NULL'];
  for (const field of fields) {
    if (field === 'data' || field === 'acl' || field === 'kind') continue;
    const column = SQL_COLUMN[field];
    if (field === 'cversion' && isLowerCversion) terms.push('y.cversion < x.cversion');
    else if (field === 'mtime' && configId !== null)
      terms.push(`(x.mtime <> y.mtime AND x.path_id <> ${configId})`);
    else terms.push(`x.${column} <> y.${column}`);
  }
  if (fields.has('kind')) {
    terms.push(`(x.ephemeral_owner <> y.ephemeral_owner AND ${kind('x')} <> ${kind('y')})`);
  }
  if (fields.has('acl')) terms.push(differentAcls());
  // Last: most is told by less.
  if (fields.has('data')) terms.push('x.data_length IS NOT y.data_length', 'x.data IS NOT y.data');
  return `(${terms.join(' OR ')})`;
}
