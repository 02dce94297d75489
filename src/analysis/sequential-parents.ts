// Which znodes have children with sequence numbers: the ten digits that servers put behind a name.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeSource } from '../source/sources.js';
import { parentOf } from './paths.js';

const SEQUENCE = /[0-9]{10}$/;

/** The parents of sequential children in a tree; it is read when first asked. */
export class SequentialParents {
  readonly #tree: ZnodeSource;
  #parents: Set<RawText> | null = null;

  constructor(tree: ZnodeSource) {
    this.#tree = tree;
  }

  has(path: RawText): boolean {
    this.#parents ??= this.#read();
    return this.#parents.has(path);
  }

  #read(): Set<RawText> {
    const parents = new Set<RawText>();
    for (const { path } of this.#tree.znodes({ order: 'file', data: false })) {
      if (SEQUENCE.test(path)) parents.add(parentOf(path));
    }
    return parents;
  }
}
