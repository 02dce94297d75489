// A tree of an index as commands read it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexReader } from '../store/index-reader.js';
import type { IndexTree, SomeZnodes, ZnodeFields } from '../store/index-tree.js';
import type { LoadedTree } from '../store/loaded-pairs.js';
import type { PathText } from '../store/path-text.js';
import { isAtOrBelow, treePath } from '../tree/paths.js';
import { compareCanonically } from './canonical-key.js';
import type { FocusedTree } from './focused-tree.js';
import type { OverlaidTree } from './overlaid-tree.js';
import { ReplayedTree } from './replayed-tree.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';
import { below } from './subtree.js';

/** A loaded snapshot, alone or after a replay. */
export type AnyIndexTree = IndexTree | OverlaidTree | FocusedTree;

/** What is known of a tree besides what is in it: see ZnodeSource. */
export type IndexedFacts = Pick<
  ZnodeSource,
  'name' | 'laterTxns' | 'problems' | 'isComplete' | 'loaded' | 'replayed'
> & {
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
  readonly replayed?: ReplayedTree;
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
    if (facts.replayed !== undefined) this.replayed = facts.replayed;
    if (facts.loaded === undefined) return;
    const { file, snapshotId } = facts.loaded;
    this.loaded = facts.loaded;
    this.replayed = new ReplayedTree(`${file}#${snapshotId}`, null, () => this);
  }

  *znodes({
    order = 'canonical',
    under,
    data = true,
    numChildren = false,
    places,
    paths,
  }: ZnodeOptions = {}): Generator<Znode> {
    const fields = { data, numChildren };
    const some = places !== undefined || paths !== undefined;
    if (some) yield* this.#some(under ?? ('' as RawText), fields, { places, paths });
    else if (order === 'canonical') yield* this.#tree.subtree(under ?? ('' as RawText), fields);
    else yield* below(this.#tree.inFileOrder(fields), under);
  }

  /** Few are looked up, of many only the names of the others are read. */
  *#some(
    top: RawText,
    fields: ZnodeFields,
    { places, paths }: Pick<ZnodeOptions, 'places' | 'paths'>,
  ): Generator<Znode> {
    const texts = this.#reader.paths();
    const few = new Set(paths);
    for (let id = places?.indexOf(1) ?? -1; id >= 0 && few.size <= FEW; id = places!.indexOf(1, id + 1)) {
      few.add(treePath(texts.of(id)));
    }
    if (few.size > FEW) return yield* this.#tree.subtree(top, fields, chosen(texts, places, paths));
    for (const path of [...few].sort(compareCanonically)) {
      const znode = isAtOrBelow(path, top) ? this.#tree.get(path, fields) : null;
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

/** The places that are asked for by themselves or by their paths. */
function chosen(
  texts: PathText,
  places: Uint8Array = new Uint8Array(),
  paths: ReadonlySet<RawText> = new Set(),
): SomeZnodes {
  const ids = [...paths].flatMap((path) => texts.idOf(path) ?? []);
  const last = ids.reduce((most, id) => Math.max(most, id), places.length - 1);
  const all = new Uint8Array(last + 1);
  all.set(places);
  for (const id of ids) all[id] = 1;
  return { places: all, paths };
}
