// What is above the znodes of a part of a tree, and not in it.
import type { RawText } from '../jute/raw-text.js';
import { parentPath } from '../tree/paths.js';
import { type OwnZnode, parentsOf, ROOT } from './own-znodes.js';

/** Follows the paths of the output. Memory grows with the parents. */
export class MissingParents {
  /** A child of each, until the parent itself comes. */
  readonly #missing = new Map<RawText, RawText[]>();
  readonly #there = new Set<RawText>();

  add(path: RawText): void {
    this.#there.add(path);
    this.#missing.delete(path);
    if (path === ROOT) return;
    const parent = parentPath(path);
    if (this.#there.has(parent)) return;
    const children = this.#missing.get(parent);
    if (children === undefined) this.#missing.set(parent, [path]);
    else children.push(path);
  }

  /** What is missing, each once. */
  own(): readonly OwnZnode[] {
    const children = [...this.#missing.values()].flat();
    return parentsOf(children).filter(({ path }) => !this.#there.has(path));
  }
}
