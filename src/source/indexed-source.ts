// A tree of an index as commands read it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexReader } from '../store/index-reader.js';
import type { IndexTree, ZnodeFields } from '../store/index-tree.js';
import type { LoadedTree } from '../store/loaded-pairs.js';
import { isAtOrBelow } from '../tree/paths.js';
import { compareCanonically } from './canonical-key.js';
import type { FocusedTree } from './focused-tree.js';
import type { OverlaidTree } from './overlaid-tree.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';
import { below } from './subtree.js';

/** A loaded snapshot, alone or after a replay. */
export type AnyIndexTree = IndexTree | OverlaidTree | FocusedTree;

/** What is known of a tree besides what is in it: see ZnodeSource. */
export type IndexedFacts = Pick<ZnodeSource, 'name' | 'laterTxns' | 'problems' | 'isComplete' | 'loaded'> & {
  readonly zxid: Zxid;
  readonly moment?: Moment;
};

/** Answers from a tree of an index, which is closed with it. */
export class IndexedSource implements ZnodeSource {
  readonly name: string;
  readonly zxid: Zxid;
  readonly moment?: Moment;
  readonly laterTxns: number | null;
  readonly problems: readonly Problem[];
  readonly isComplete: boolean;
  readonly loaded?: LoadedTree;
  readonly #reader: IndexReader;
  readonly #tree: AnyIndexTree;

  constructor(reader: IndexReader, tree: AnyIndexTree, facts: IndexedFacts) {
    this.#reader = reader;
    this.#tree = tree;
    this.name = facts.name;
    this.zxid = facts.zxid;
    if (facts.moment !== undefined) this.moment = facts.moment;
    this.laterTxns = facts.laterTxns;
    this.problems = facts.problems;
    this.isComplete = facts.isComplete;
    if (facts.loaded !== undefined) this.loaded = facts.loaded;
  }

  *znodes({
    order = 'canonical',
    under,
    data = true,
    numChildren = false,
    places,
  }: ZnodeOptions = {}): Generator<Znode> {
    const fields = { data, numChildren };
    if (places !== undefined) yield* this.#placed(under ?? ('' as RawText), fields, places);
    else if (order === 'canonical') yield* this.#tree.subtree(under ?? ('' as RawText), fields);
    else yield* below(this.#tree.inFileOrder(fields), under);
  }

  /** Few are looked up, of many only the names of the others are read. */
  *#placed(top: RawText, fields: ZnodeFields, places: Uint8Array): Generator<Znode> {
    const tree = this.#tree as IndexTree;
    const few = marked(places);
    if (few === null) return yield* tree.subtree(top, fields, places);
    const found = few.map((id) => ({ id, path: tree.pathOf(id) }));
    found.sort((a, b) => compareCanonically(a.path, b.path));
    for (const { id, path } of found) {
      const znode = isAtOrBelow(path, top) ? tree.at(path, id, fields) : null;
      if (znode !== null) yield znode;
    }
  }

  get(path: RawText): Znode | null {
    return this.#tree.get(path, { data: true, numChildren: true });
  }

  children(path: RawText): Iterable<Znode> {
    return this.#tree.children(path, { data: true, numChildren: true });
  }

  childPaths(path: RawText): Iterable<RawText> {
    return this.#tree.childPaths(path);
  }

  sessions(): Iterable<Session> {
    return this.#tree.sessions();
  }

  close(): void {
    this.#reader.close();
  }
}

/** Paths that are held and sorted in memory. */
const FEW = 100_000;

/** The places with a 1; null where they are many. */
function marked(places: Uint8Array): number[] | null {
  const found: number[] = [];
  for (let place = places.indexOf(1); place >= 0; place = places.indexOf(1, place + 1)) {
    if (found.push(place) > FEW) return null;
  }
  return found;
}
