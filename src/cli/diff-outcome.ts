// A diff under way: which way the two trees are compared, and what came of it.
import { statSync } from 'node:fs';
import { DiffCounts, type Difference, type DiffOptions, differences } from '../analysis/diff.js';
import { type DiffRow, diffRow, movedRow } from '../analysis/diff-row.js';
import { DiffStat, type DiffStatRow } from '../analysis/diff-stat.js';
import { type MovedSubtree, MovedSubtrees } from '../analysis/moved-subtrees.js';
import { problem } from '../problems.js';
import type { DataMode } from '../render/bytes.js';
import type { ZnodeSource } from '../source/sources.js';
import { printInFileOrder } from './diff-in-file-order.js';
import { compareQuickly, type Hashed, type QuickWish } from './quick-diff.js';
import type { Run } from './run.js';

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
  #quick: Hashed | null = null;
  /** Of the two files, before they were hashed. */
  #states: readonly string[] = [];

  constructor(options: DiffOptions, a: ZnodeSource, b: ZnodeSource) {
    this.options = options;
    this.a = a;
    this.b = b;
  }

  /** Finds out which znodes differ, where that is faster than walking through both trees; only these are read then. */
  async prepare(wish: Omit<QuickWish, 'options'>, run: Run): Promise<void> {
    const { a, b, options } = this;
    const files = [a.snapshotFile, b.snapshotFile];
    this.#states = files.map((file) => (file === undefined ? '' : stateOf(file)));
    this.#quick = await compareQuickly(a, b, { ...wish, options }, run);
    if (this.#quick !== null) this.counts = this.#quick.counts;
  }

  /** Prints lines in the order of the files; false where that cannot be done, and then nothing is printed. */
  printInFileOrder(data: DataMode, run: Run): boolean {
    const [a, b] = [this.a.snapshotFile, this.b.snapshotFile];
    const hashed = this.#quick?.hashed;
    if (hashed === undefined || a === undefined || b === undefined) return false;
    const { stdout } = run.context;
    this.isWhole = printInFileOrder({ a, b }, hashed, this.options.rules, data, stdout);
    for (const [i, file] of [a, b].entries()) {
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
    const some = this.#quick ?? undefined;
    const counts = some === undefined ? this.counts : new DiffCounts();
    return differences(this.a, this.b, { ...this.options, some }, counts);
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
