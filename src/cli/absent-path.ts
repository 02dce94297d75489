// Saying that a path asked for occurs nowhere: an empty answer alone would leave a typo unnoticed.

import { ops, opTest } from '../analysis/log-query.js';
import { shownPath } from '../analysis/paths.js';
import type { RawText } from '../jute/raw-text.js';
import type { TxnRange, TxnSource } from '../source/sources.js';
import type { PathPattern } from '../tree/glob.js';
import type { Run } from './run.js';

/** What `log` was asked for by path. */
export interface AskedPaths {
  readonly path?: PathPattern | undefined;
  readonly subtree?: RawText | undefined;
}

/** Notes each of these that no txn of the whole history has. For an answer without rows: it reads everything again. */
export function noteAbsentPaths(txns: TxnSource, { path, subtree }: AskedPaths, run: Run): void {
  const has = (query: Parameters<typeof opTest>[0], range: TxnRange = {}) => {
    for (const _ of ops(txns.txns(range), opTest(query))) return true;
    return false;
  };
  if (path !== undefined && !has({ path: path.regex }, path.only === null ? {} : { path: path.only })) {
    run.note(`no txn in ${txns.name} has the path ${path.text}`);
  }
  if (subtree !== undefined && subtree !== '' && !has({ subtree })) {
    run.note(`no txn in ${txns.name} has a path at or below ${shownPath(subtree)}`);
  }
}
