// A diff under way: which way the two trees are compared, and what came of it.
import { statSync } from 'node:fs';
import type { DigestComparison } from '../analysis/compare-digests.js';
import { DiffCounts, type Difference, type DiffOptions, differences } from '../analysis/diff.js';
import { type DiffRow, diffRow, movedRow } from '../analysis/diff-row.js';
import { DiffStat, type DiffStatRow } from '../analysis/diff-stat.js';
import type { DigestWish } from '../analysis/digest-snapshot.js';
import { newHashKey } from '../analysis/keyed-hash.js';
import { type MovedSubtree, MovedSubtrees } from '../analysis/moved-subtrees.js';
import { ROOT } from '../analysis/paths.js';
import type { QuickComparison } from '../analysis/quick-comparison.js';
import { problem } from '../problems.js';
import type { DataMode } from '../render/bytes.js';
import type { ZnodeSource } from '../source/sources.js';
import { printInFileOrder } from './diff-in-file-order.js';
import type { Run } from './run.js';

/** Two snapshots with fewer bytes are compared at once: starting a thread takes 50 ms. */
const LARGE_BYTES = 16 * 1024 * 1024;

/** A comparison under way, and what came of it. */
export class DiffOutcome {
  counts = new DiffCounts();
  readonly options: DiffOptions;
  readonly a: ZnodeSource;
  readonly b: ZnodeSource;
  /** Known at the end; null where there was too much to look for them, undefined where nobody did. */
  moved: MovedSubtree[] | null | undefined = undefined;
  /** False until every difference was seen: a limit can end them. */
  isWhole = false;
  #quick: QuickComparison | null = null;
  /** The same, where it was made of hashes. */
  #hashed: DigestComparison | null = null;
  /** Of the two files, before they were hashed. */
  #states: readonly string[] = [];

  constructor(options: DiffOptions, a: ZnodeSource, b: ZnodeSource) {
    this.options = options;
    this.a = a;
    this.b = b;
  }

  /**
   * Finds out which znodes differ, where that is faster than walking through both trees, and only these are read then:
   * large snapshot files are compared by hashes, unless all bytes shall be, and loaded snapshots of indexes by SQLite.
   */
  async prepare(maxDepth: number, withMatches: boolean, isVerify: boolean, run: Run): Promise<void> {
    const { a, b } = this;
    const { rules, map, under } = this.options;
    if (!map.isIdentity) return;
    const isZookeeperApart = rules.mode === 'migrated' && under === ROOT;
    const wish = { rules, under, maxDepth, isZookeeperApart };
    if (a.loaded !== undefined && b.loaded !== undefined && !rules.emulate353) {
      const { compareLoaded } = await import('./loaded-sides.js');
      this.#quick = await compareLoaded({ ...wish, a: a.loaded, b: b.loaded });
    } else if (a.snapshotFile !== undefined && b.snapshotFile !== undefined && !isVerify) {
      await this.#hash(a.snapshotFile, b.snapshotFile, wish, withMatches, run);
    }
    if (this.#quick !== null) this.counts = this.#quick.counts;
  }

  async #hash(
    a: string,
    b: string,
    wish: Omit<DigestWish, 'key'>,
    withMatches: boolean,
    run: Run,
  ): Promise<void> {
    if (statSync(a).size + statSync(b).size < LARGE_BYTES) return;
    this.#states = [a, b].map(stateOf);
    const { compareFiles } = await import('./digest-sides.js');
    const { onProgress } = run.sourceOptions;
    const tick = (done: number, total: number) => onProgress?.('comparing', done, total);
    this.#hashed = await compareFiles(a, b, { ...wish, key: newHashKey() }, withMatches, tick);
    this.#quick = this.#hashed;
  }

  /** Prints lines in the order of the files; false where that cannot be done, and then nothing is printed. */
  printInFileOrder(data: DataMode, run: Run): boolean {
    if (this.#hashed === null) return false;
    const files = { a: this.a.snapshotFile!, b: this.b.snapshotFile! };
    const { stdout } = run.context;
    this.isWhole = printInFileOrder(files, this.#hashed, this.options.rules, data, stdout);
    for (const [i, file] of [files.a, files.b].entries()) {
      const [expected, found] = [this.#states[i]!, stateOf(file)];
      if (expected === found) continue;
      run.report(problem('file-changed', { file, offset: 0, expected, found }));
      run.markIncomplete();
    }
    return this.isWhole;
  }

  /** How many znodes differ in which subtree. */
  stat(maxDepth: number): DiffStatRow[] {
    const stat = new DiffStat(maxDepth);
    if (this.#quick === null) {
      for (const { change, path, a, b } of this.#differences()) {
        stat.add(change, path, a?.dataLength ?? 0, b?.dataLength ?? 0);
      }
    } else {
      for (const [path, sums] of this.#quick.sums) stat.addAll(path, sums);
    }
    this.isWhole = true;
    return stat.rows();
  }

  #differences(): Generator<Difference> {
    const places = this.#quick ?? undefined;
    const counts = places === undefined ? this.counts : new DiffCounts();
    return differences(this.a, this.b, { ...this.options, places }, counts);
  }

  /** Rows in canonical order, and behind them the subtrees that have moved. */
  *rows(options: { readonly evidence: boolean; readonly emulate353: boolean }): Generator<DiffRow> {
    const subtrees = new MovedSubtrees(this.options.rules.emulate353);
    for (const difference of this.#differences()) {
      subtrees.add(difference);
      yield diffRow(difference, options);
    }
    this.moved = subtrees.found();
    for (const moved of this.moved ?? []) yield movedRow(moved);
    this.isWhole = true;
  }
}

/** Size and modification time, for a problem's text. */
function stateOf(file: string): string {
  const { size, mtime } = statSync(file);
  return `${size} bytes of ${mtime.toISOString()}`;
}
