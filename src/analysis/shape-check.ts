// doctor: whether the znodes of a snapshot make a tree. Parents come first and paths are there once.
import type { RawText } from '../jute/raw-text.js';
import { type Problem, problem } from '../problems.js';
import { Ancestors } from '../snapshot/ancestors.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { crc32 } from '../tree/crc32.js';
import { secondHash, type ZnodeHashes } from '../tree/path-hash.js';
import type { KnownPaths } from '../tree/path-set.js';
import { shownPath } from './paths.js';

/** Paths to look at again that are kept by name; servers write no such thing at all. */
const MOST_SUSPECTS = 10_000;

/** Finds orphans and paths that occur twice. */
export class ShapeCheck {
  /** Level of the last znode's parent, -1 where it is not among the ancestors of the znode before. */
  parentLevel = -1;
  readonly #ancestors = new Ancestors();
  readonly #seen: KnownPaths;
  /** Paths that may be there twice: offset of each znode that has it, as the second pass finds them. */
  readonly #twice = new Map<RawText, number[]>();
  /** Parents that were not the znode before or above: whether each was there, as the second pass finds them. */
  readonly #parents = new Map<
    RawText,
    { readonly child: RawText; readonly offset: number; isThere: boolean }
  >();
  readonly #orphans: { readonly path: RawText; readonly offset: number }[] = [];

  constructor(seen: KnownPaths) {
    this.#seen = seen;
  }

  add(znode: ZnodeRecord, hashes: ZnodeHashes): void {
    const { pathStart, pathEnd } = znode;
    this.#ancestors.enter(znode);
    this.parentLevel = this.#ancestors.hasParent ? this.#ancestors.level - 1 : -1;
    if (!this.#ancestors.hasParent && pathEnd > pathStart) this.#doubtParent(znode);
    if (!this.#seen.take(znode, hashes) && this.#twice.size < MOST_SUSPECTS) {
      this.#twice.set(znode.path, []);
    }
  }

  /** True where a second pass must be made. */
  get isDoubtful(): boolean {
    return this.#twice.size > 0 || this.#parents.size > 0;
  }

  /** Takes the znodes once more, in the same order. */
  lookAgain(znode: ZnodeRecord): void {
    if (!this.isDoubtful) return;
    const { path, offset } = znode;
    this.#twice.get(path)?.push(offset);
    const parent = this.#parents.get(path);
    if (parent !== undefined && offset < parent.offset) parent.isThere = true;
  }

  *problems(file: string): Generator<Problem> {
    const orphans = [...this.#orphans];
    for (const { child: path, offset, isThere } of this.#parents.values()) {
      if (!isThere) orphans.push({ path, offset });
    }
    for (const { path, offset } of orphans.sort((a, b) => a.offset - b.offset)) {
      yield problem('znode-orphan', {
        file,
        offset,
        expected: 'its parent before it',
        found: 'no such znode before it',
        where: `znode ${shownPath(path)}`,
      });
    }
    for (const [path, [first, ...others]] of this.#twice) {
      for (const offset of others) {
        yield problem('znode-duplicate', {
          file,
          offset,
          expected: 'a path that was not there yet',
          found: `the same at byte ${first}`,
          where: `znode ${shownPath(path)}`,
        });
      }
    }
  }

  // The set says surely where a parent was not there; where it says that it was, the second pass makes sure.
  #doubtParent({ buffer, view, pathStart, pathEnd, path, offset }: ZnodeRecord): void {
    const end = buffer.lastIndexOf(0x2f, pathEnd - 1);
    const isKnown = this.#seen.has(crc32(buffer, pathStart, end), secondHash(view, pathStart, end));
    if (!isKnown) {
      if (this.#orphans.length < MOST_SUSPECTS) this.#orphans.push({ path, offset });
      return;
    }
    const parent = path.slice(0, end - pathStart) as RawText;
    if (this.#parents.size < MOST_SUSPECTS && !this.#parents.has(parent)) {
      this.#parents.set(parent, { child: path, offset, isThere: false });
    }
  }
}
