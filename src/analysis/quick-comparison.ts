// What is known of two trees once it is known which of their znodes differ.
import type { RawText } from '../jute/raw-text.js';
import type { DiffCounts } from './diff.js';
import type { DiffSums } from './diff-stat.js';

/** Made of two trees without reading them in canonical order. */
export interface QuickComparison {
  readonly counts: DiffCounts;
  /** By path of a subtree. */
  readonly sums: ReadonlyMap<RawText, DiffSums>;
  /** By place (`ZnodeOptions.places`): 1 for each znode of A that is removed or changed. */
  readonly ofA?: Uint8Array;
  /** By place: 1 for each znode of B that is added or changed. */
  readonly ofB?: Uint8Array;
  /** Paths at which others can differ. */
  readonly paths?: ReadonlySet<RawText>;
}
