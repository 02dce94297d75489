// Both sides of a diff of large snapshot files as hashes, a thread for each.
import { once } from 'node:events';
import { compareDigests, type DigestComparison } from '../analysis/compare-digests.js';
import { type DigestWish, digestSnapshot } from '../analysis/digest-snapshot.js';
import type { DigestTable } from '../analysis/digest-table.js';
import type { DigestThreadData } from './digest-thread.js';
import { startThread } from './start-thread.js';

/** Compares the trees of two snapshot files by hashes; null where that cannot be done: `digestSnapshot` says when. `onProgress` hears of A alone. */
export async function compareFiles(
  a: string,
  b: string,
  wish: DigestWish,
  withMatches: boolean,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<DigestComparison | null> {
  const thread = startThread('digest-thread', { file: b, wish } satisfies DigestThreadData);
  let right: DigestTable | null;
  let left: DigestTable | null;
  try {
    const answer = once(thread, 'message') as Promise<[DigestTable | null]>;
    // It may fail before anybody waits for it.
    answer.catch(() => {});
    left = digestSnapshot(a, wish, onProgress);
    if (left === null) return null;
    // What keeps a thread from reading keeps this one from it too, and is told then.
    [right] = await answer.catch(() => [null] as [null]);
  } finally {
    // Before anything else is made: what it holds counts too.
    await thread.terminate();
  }
  return right === null ? null : compareDigests(left, right, wish.rules, withMatches);
}
