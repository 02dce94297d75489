// How the index writes whether a txn was committed: values that take no room in a row, so that a million rows change
// in place.
import type { CommitState } from '../txnlog/logged-txn.js';

/** The value of the column `committed`. */
export function committedOf(state: CommitState): 0 | 1 | null {
  return state === 'committed' ? 1 : state === 'single-copy' ? 0 : null;
}

/** What the value of the column `committed` means. */
export function stateOfCommitted(committed: bigint | null): CommitState {
  return committed === null ? 'unknown' : committed === 1n ? 'committed' : 'single-copy';
}
