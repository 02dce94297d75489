// What a caller of a source decides.
import type { OnProblem } from '../problems.js';

/** How a source is opened, and where it says what. */
export interface SourceOptions {
  /** dataLogDir of the directory, or its version-2; default: a zoo.cfg's, else the same as the snapshots'. */
  readonly logDir?: string | undefined;
  /** Show the tree of a moment that cannot be had rightly, labelled as such (default false). */
  readonly inexact?: boolean | undefined;
  /**
   * Of a cluster in an index: every copy of every txn, also of those that were not committed, and past forks (default
   * false).
   */
  readonly allCopies?: boolean | undefined;
  /**
   * Of a server in a folder or an archive of several: tell of each txn whether it was committed, which takes reading
   * the logs of all (default false).
   */
  readonly commits?: boolean | undefined;
  /** Zone of a moment that is a time without one, a name of the tz database (default UTC). */
  readonly timeZone?: string | undefined;
  /** Of a tree only single znodes and lists of children are asked for: an index need not replay all for that. */
  readonly singles?: boolean | undefined;
  /** The tree is compared with that of this SOURCE, and nothing else is asked of it. */
  readonly comparedWith?: string | undefined;
  /** All of it is read anyway, so that an index would save nothing: none is recommended. */
  readonly takesAll?: boolean | undefined;
  /** Takes one line for the person that is no problem: what was chosen, what is not shown. */
  onNote(text: string): void;
  /** Takes each problem once, when it is found. */
  readonly onProblem: OnProblem;
  /** Takes how far a pass is, some times a second. `totalBytes` counts bytes on disk. */
  onProgress?(label: string, doneBytes: number, totalBytes: number | null): void;
}
