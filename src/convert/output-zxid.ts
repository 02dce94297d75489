// The zxid of the output: what its file is named by, and what its servers go on from.
import { UsageError } from '../errors.js';
import { counterOf, epochOf, formatZxid, maxZxid, type Zxid } from '../records/zxid.js';
import { shown } from './changes.js';
import type { Gatherer } from './gather.js';
import type { ConvertInput, ConvertOptions } from './options.js';

const LAST_COUNTER = 0xffff_ffffn;

/** A zxid, and why it is that. */
export interface OutputZxid {
  readonly zxid: Zxid;
  readonly because: string;
}

/**
 * Chooses the zxid. It is never below one in a stat: servers would give those out again.
 * @throws UsageError for one that is asked for and cannot be.
 */
export function outputZxid(
  wanted: ConvertOptions['zxid'],
  inputs: readonly ConvertInput[],
  { newestZxid, newestPath }: Pick<Gatherer, 'newestZxid' | 'newestPath'>,
): OutputZxid {
  const ofSources = inputs.map(({ tree }) => tree.zxid ?? 0n).reduce(maxZxid);
  const newest = maxZxid(ofSources, newestZxid);
  if (typeof wanted === 'bigint') {
    check(wanted, newestZxid, shown(newestPath));
    return { zxid: wanted, because: 'asked for' };
  }
  if (wanted === 'fresh' || inputs.length > 1) {
    const zxid = (epochOf(newest) + 1n) << 32n;
    const why = wanted === 'fresh' ? 'asked for' : 'of several sources';
    return { zxid, because: `the first of the epoch after that of ${formatZxid(newest)} (${why})` };
  }
  check(newest, newestZxid, shown(newestPath));
  if (newestZxid > ofSources) {
    const why =
      inputs[0]!.tree.zxid === null ? 'the source has none in its name' : 'that of the source is lower';
    return { zxid: newest, because: `the newest in a stat, at ${shown(newestPath)}; ${why}` };
  }
  return { zxid: newest, because: 'that of the source' };
}

function check(zxid: Zxid, newest: Zxid, path: string): void {
  if (zxid < newest) {
    throw new UsageError(
      `--zxid ${formatZxid(zxid)} is below ${formatZxid(newest)}, which is in the stat of ${path}`,
      'servers would give that zxid to another txn; take a higher one, or --zxid fresh',
    );
  }
  if (zxid < 0n || counterOf(zxid) === LAST_COUNTER) {
    throw new UsageError(
      `no server goes on from zxid ${formatZxid(zxid)}, the last of its epoch`,
      `take --zxid fresh, or ${formatZxid((epochOf(zxid) + 1n) << 32n)}`,
    );
  }
}
