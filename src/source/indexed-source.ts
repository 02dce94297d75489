// A tree of an index as commands read it.
import type { RawText } from '../jute/raw-text.js';
import type { Problem } from '../problems.js';
import type { Zxid } from '../records/zxid.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexReader } from '../store/index-reader.js';
import type { IndexTree } from '../store/index-tree.js';
import type { FocusedTree } from './focused-tree.js';
import type { OverlaidTree } from './overlaid-tree.js';
import type { Moment, ZnodeOptions, ZnodeSource } from './sources.js';
import { below } from './subtree.js';

/** A loaded snapshot, alone or after a replay. */
export type AnyIndexTree = IndexTree | OverlaidTree | FocusedTree;

/** What is known of a tree besides what is in it: see ZnodeSource. */
export type IndexedFacts = Pick<ZnodeSource, 'name' | 'laterTxns' | 'problems' | 'isComplete'> & {
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
  }

  *znodes({
    order = 'canonical',
    under,
    data = true,
    numChildren = false,
  }: ZnodeOptions = {}): Generator<Znode> {
    const fields = { data, numChildren };
    if (order === 'canonical') yield* this.#tree.subtree(under ?? ('' as RawText), fields);
    else yield* below(this.#tree.inFileOrder(fields), under);
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
