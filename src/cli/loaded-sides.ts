// Two loaded snapshots of indexes compared, a half by a thread.
import { once } from 'node:events';
import {
  compareLoadedPart,
  joinLoadedParts,
  type LoadedPart,
  type LoadedWish,
} from '../analysis/compare-loaded.js';
import type { QuickComparison } from '../analysis/quick-comparison.js';
import { startThread } from './start-thread.js';

/** Trees of fewer znodes together are compared at once: starting a thread takes 50 ms. */
const MANY_ZNODES = 100_000;

/** Compares. @throws IndexError where a file is no index, or rows of it contradict each other. */
export async function compareLoaded(wish: LoadedWish): Promise<QuickComparison> {
  if (wish.a.znodes + wish.b.znodes < MANY_ZNODES) {
    return joinLoadedParts([compareLoadedPart(wish, 0), compareLoadedPart(wish, 1)], wish);
  }
  const thread = startThread('loaded-thread', wish);
  try {
    const answer = once(thread, 'message') as Promise<[LoadedPart]>;
    // It may fail before anybody waits for it.
    answer.catch(() => {});
    const first = compareLoadedPart(wish, 0);
    // What keeps a thread from it keeps this one from it too, and is told then.
    const [second] = await answer.catch(() => [compareLoadedPart(wish, 1)] as const);
    return joinLoadedParts([first, second], wish);
  } finally {
    await thread.terminate();
  }
}
