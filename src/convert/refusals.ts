// What keeps a tree from being converted: found all together, and told with the paths.
import type { RawText } from '../jute/raw-text.js';
import { shown } from './changes.js';

/** The tree cannot be converted as asked. Nothing was written. */
export class ConvertRefused extends Error {
  override name = 'ConvertRefused';
  constructor(
    /** One for each reason: what is wrong, where, and what to do. */
    readonly lines: readonly string[],
  ) {
    super(lines.join('\n'));
  }
}

const MOST_PATHS = 10;

interface Refusal {
  readonly hint: string;
  count: number;
  readonly paths: string[];
}

/** Collects reasons against converting. */
export class Refusals {
  readonly #refusals = new Map<string, Refusal>();

  /** `what` is said of the znode: "is a container, which 3.4.14 does not know". */
  add(what: string, path: RawText, hint: string): void {
    let refusal = this.#refusals.get(what);
    if (refusal === undefined) {
      refusal = { hint, count: 0, paths: [] };
      this.#refusals.set(what, refusal);
    }
    refusal.count++;
    if (refusal.paths.length < MOST_PATHS) refusal.paths.push(shown(path));
  }

  /** @throws ConvertRefused where there are any. */
  check(): void {
    if (this.#refusals.size === 0) return;
    const lines = [...this.#refusals].map(([what, { count, paths, hint }]) => {
      const more = count > paths.length ? ` and ${count - paths.length} more` : '';
      return `${paths.join(', ')}${more}: ${what}; ${hint}`;
    });
    throw new ConvertRefused(lines);
  }
}
