// What txns made of a base, for comparing two such trees: where they can differ at all.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import type { OverlaidZnode, Overlay } from '../tree/overlay.js';
import { isAtOrBelow } from '../tree/paths.js';
import type { TreeAt } from '../tree/tree-at.js';
import type { ZnodeSource } from './sources.js';

type Replayed = Pick<TreeAt, 'base' | 'overlay'>;

/** A replay of some txns, by which the tree is right at some paths only. */
export interface PartialReplay {
  /** Where the tree can differ from the other one that is asked about, and is right. */
  readonly paths: ReadonlySet<RawText>;
  /** See `ReplayedTree.grownBy`. */
  grownBy(under: RawText): number;
}

/** A base, and what txns made of it. */
export class ReplayedTree {
  /** Equal texts are one base. */
  readonly base: string;
  /** Znodes in the base; null where they were not counted. */
  readonly znodesOfBase: number | null;
  readonly #overlay: Overlay | null;
  readonly #open: () => ZnodeSource | null;
  readonly #partial: PartialReplay | null;
  #baseTree: ZnodeSource | null | undefined;

  /** `replay` is null where no txn was applied; `open` gives the base as a tree, null for a new tree. */
  constructor(
    base: string,
    replay: Replayed | null,
    open: () => ZnodeSource | null,
    partial: PartialReplay | null = null,
  ) {
    this.#partial = partial;
    this.base = base;
    this.znodesOfBase = replay?.base.znodes ?? null;
    this.#overlay = replay?.overlay ?? null;
    this.#open = open;
  }

  /** The base as it stands; null for a new tree. It need not be closed. */
  get baseTree(): ZnodeSource | null {
    if (this.#baseTree === undefined) this.#baseTree = this.#open();
    return this.#baseTree;
  }

  /** Paths at which something was created, deleted or changed. */
  touched(): Iterable<RawText> {
    if (this.#partial !== null) return this.#partial.paths;
    return this.#overlay?.changed() ?? [];
  }

  /** How many znodes more than in the base there are at and below a path. */
  grownBy(under: RawText): number {
    if (this.#partial !== null) return this.#partial.grownBy(under);
    if (this.#overlay === null) return 0;
    let grown = 0;
    for (const { path } of this.#overlay.created()) if (isAtOrBelow(path, under)) grown++;
    for (const path of this.#overlay.deleted()) if (isAtOrBelow(path, under)) grown--;
    return grown;
  }

  /** Paths at which this tree may differ from another of the same base; at all others they are the same. */
  differing(other: ReplayedTree): Set<RawText> {
    const paths = new Set<RawText>();
    for (const path of this.touched()) if (!isSame(this.#at(path), other.#at(path))) paths.add(path);
    for (const path of other.touched()) if (!isSame(this.#at(path), other.#at(path))) paths.add(path);
    return paths;
  }

  #at(path: RawText): ReturnType<Overlay['lookup']> | null {
    const found = this.#overlay?.lookup(path) ?? null;
    return found?.state === 'untouched' ? null : found;
  }
}

type State = ReturnType<Overlay['lookup']> | null;

/** False also where it takes the base to tell. */
function isSame(a: State, b: State): boolean {
  if (a === null || b === null) return a === b;
  if (a.state !== 'changed' || b.state !== 'changed') return a.state === b.state;
  return (
    a.hasNewData === b.hasNewData &&
    a.dataLength === b.dataLength &&
    isSameStat(a, b) &&
    isSameData(a.data, b.data) &&
    isSameAcl(a.acl, b.acl)
  );
}

function isSameStat({ stat: a }: OverlaidZnode, { stat: b }: OverlaidZnode): boolean {
  return (Object.keys(a) as (keyof typeof a)[]).every((field) => a[field] === b[field]);
}

function isSameData(a: Buffer | null | undefined, b: Buffer | null | undefined): boolean {
  return a === b || (a != null && b != null && a.equals(b));
}

/** Only what is the same text for text: that others are the same, too, is told where they are compared. */
function isSameAcl(a: readonly ACL[] | null | undefined, b: readonly ACL[] | null | undefined): boolean {
  if (a === b) return true;
  if (a == null || b == null || a.length !== b.length) return false;
  return a.every(({ perms, id }, i) => {
    const other = b[i]!;
    return perms === other.perms && id.scheme === other.id.scheme && id.id === other.id.id;
  });
}
