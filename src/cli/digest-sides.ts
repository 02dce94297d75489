// Both sides of a diff of large snapshot files as hashes, a thread for each.
import { once } from 'node:events';
import { compareDigests, type DigestComparison } from '../analysis/compare-digests.js';
import { type DigestWish, digestSnapshot } from '../analysis/digest-snapshot.js';
import type { DigestTable } from '../analysis/digest-table.js';
import type { DigestThreadData } from './digest-thread.js';
import { startThread } from './start-thread.js';

/** Compares the trees of two snapshot files by hashes; null where that cannot be done: `digestSnapshot` says when. */
export async function compareFiles(a: string, b: string, wish: DigestWish): Promise<DigestComparison | null> {
  const data: DigestThreadData = { file: b, wish };
  const thread = startThread('digest-thread', data);
  try {
    const answer = once(thread, 'message');
    const left = digestSnapshot(a, wish);
    if (left === null) {
      answer.catch(() => {});
      return null;
    }
    const [right] = (await answer) as [DigestTable | null];
    return right === null ? null : compareDigests(left, right, wish.rules);
  } finally {
    await thread.terminate();
  }
}
