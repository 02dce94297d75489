// Which znodes a txn touched, as a replay applied it.
import type { RawText } from '../jute/raw-text.js';
import { parentPath } from '../tree/paths.js';
import type { ReplayStep } from '../tree/replay.js';
import { partsOf } from './op-row.js';
import { fromTxn } from './paths.js';

/** A znode that came or went (and its parent's stat with it), or was changed. */
export interface TouchedZnode {
  readonly path: RawText;
  readonly change: 'came or went' | 'changed' | 'parent';
}

/** The znodes that a txn touched; a path may come twice. Parents of what came or went are among them. */
export function touchedZnodes({ logged, implied }: ReplayStep): TouchedZnode[] {
  const touched: TouchedZnode[] = [];
  const comeOrGone = (path: RawText) => {
    touched.push({ path, change: 'came or went' }, { path: parentPath(path), change: 'parent' });
  };
  for (const { op, isApplied } of partsOf(logged.txn)) {
    if (!isApplied || !('path' in op) || op.path === null) continue;
    const path = fromTxn(op.path);
    switch (op.op) {
      case 'create':
      case 'create2':
      case 'createContainer':
      case 'createTTL':
      case 'delete':
      case 'deleteContainer':
        comeOrGone(path);
        break;
      case 'setData':
      case 'reconfig':
      case 'setACL':
        touched.push({ path, change: 'changed' });
    }
  }
  for (const path of implied) comeOrGone(path);
  return touched;
}
