// Which znodes of a source are wanted: what an --include fits, with all below it and the znodes above it, and no
// --exclude does.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeSource } from '../source/sources.js';
import { subtreePattern } from '../tree/glob.js';
import { parentPath } from '../tree/paths.js';
import { isInQuotas, splitQuotaPath } from '../tree/quota-paths.js';
import { ZOOKEEPER } from './own-znodes.js';

/** Why a znode is not wanted, or that it is; `parent`: only for what is below it. */
export type Verdict = 'wanted' | 'parent' | 'not-included' | 'excluded';

/** The choice among the znodes of one source. */
export class Filter {
  readonly #include: readonly RegExp[];
  readonly #exclude: readonly (readonly [text: string, pattern: RegExp])[];
  readonly #idle: Set<string>;
  readonly #parents = new Set<RawText>();
  readonly #unused: Map<string, RegExp>;

  /**
   * Reads the tree's paths where there is an include. `idle` has the excludes that fitted nothing so far, in any source;
   * one that fits a path is taken out of it. @throws UsageError for a pattern that is none.
   */
  constructor(include: readonly string[], exclude: readonly string[], tree: ZnodeSource, idle: Set<string>) {
    this.#include = include.map(subtreePattern);
    this.#exclude = exclude.map((text) => [text, subtreePattern(text)]);
    this.#idle = idle;
    this.#unused = new Map(include.map((text, i) => [text, this.#include[i]!]));
    if (include.length === 0) return;
    for (const { path } of tree.znodes({ order: 'file', data: false })) {
      if (isOfServer(path) || !this.#isIncluded(path)) continue;
      for (const [text, pattern] of this.#unused) if (pattern.test(path)) this.#unused.delete(text);
      for (let at = path; at !== ''; ) {
        at = parentPath(at);
        if (this.#parents.has(at) || this.#isIncluded(at)) break;
        this.#parents.add(at);
      }
    }
  }

  /** Patterns of includes that fitted nothing. */
  get unused(): readonly string[] {
    return [...this.#unused.keys()];
  }

  verdict(path: RawText): Verdict {
    const about = isInQuotas(path) ? splitQuotaPath(path).about : path;
    if (isOfServer(about)) return 'wanted';
    if (this.#isExcluded(about)) return 'excluded';
    if (this.#include.length === 0 || this.#isIncluded(about)) return 'wanted';
    if (path !== about) return 'not-included';
    return this.#parents.has(path) ? 'parent' : 'not-included';
  }

  #isExcluded(path: RawText): boolean {
    let fits = false;
    for (const [text, pattern] of this.#exclude) {
      if (!pattern.test(path)) continue;
      fits = true;
      if (this.#idle.size === 0) break;
      this.#idle.delete(text);
    }
    return fits;
  }

  #isIncluded(path: RawText): boolean {
    return this.#include.some((pattern) => pattern.test(path));
  }
}

/** True for /zookeeper and what is below it. */
export function isOfServer(path: RawText): boolean {
  return path === ZOOKEEPER || path.startsWith(`${ZOOKEEPER}/`);
}
