// What logs and snapshots say of one znode.
import type { RawText } from '../jute/raw-text.js';
import type { Znode } from '../snapshot/znode.js';
import type { LoggedOp } from './history-event.js';

/** An op on a znode, or the end of the session that may own it. */
export interface TimelineItem extends LoggedOp {
  /** The closeSession of an owner: it deletes the znode if that is still there. */
  readonly isClose: boolean;
  /** Place among all ops of the pass. */
  readonly order: number;
}

/** A znode's own part of the history. */
export interface Timeline {
  readonly path: RawText;
  /** In the order in which servers apply them. */
  readonly items: readonly TimelineItem[];
  /** By the number of the snapshot; a snapshot that is not there lacks the znode. */
  readonly seen: ReadonlyMap<number, Znode>;
}
