// A tree that answers by look-up, under what txns made of it.
import type { RawText } from '../jute/raw-text.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { IndexTree, SomeZnodes, ZnodeFields } from '../store/index-tree.js';
import type { OverlaidZnode, Overlay } from '../tree/overlay.js';
import { isAtOrBelow, parentPath } from '../tree/paths.js';
import { compareCanonically } from './canonical-key.js';
import { sortedSessions } from './sorted-sessions.js';

/** A tree that answers by look-up. */
export type LookUpTree = Pick<
  IndexTree,
  'hasData' | 'get' | 'children' | 'childPaths' | 'subtree' | 'inFileOrder'
>;

/** One without any znode, under what txns made of a new tree. */
export function noTree(hasData: boolean): LookUpTree {
  return { hasData, get: () => null, *children() {}, *childPaths() {}, *subtree() {}, *inFileOrder() {} };
}

/** A loaded snapshot of an index after a replay. Memory is what the txns touched. */
export class OverlaidTree {
  readonly #base: LookUpTree;
  readonly #overlay: Overlay;
  readonly #sessions: ReadonlyMap<bigint, number>;
  readonly #folder: string;
  #grown: Map<RawText, number> | null = null;

  /** `sessions` are ids to timeouts in milliseconds, `folder` is the evidence of znodes that neither a snapshot nor a txn made: those of a new tree. */
  constructor(base: LookUpTree, overlay: Overlay, sessions: ReadonlyMap<bigint, number>, folder: string) {
    this.#sessions = sessions;
    this.#base = base;
    this.#overlay = overlay;
    this.#folder = folder;
  }

  get(path: RawText, fields: ZnodeFields): Znode | null {
    const now = this.#overlay.lookup(path);
    if (now.state === 'deleted') return null;
    const found = this.#base.get(path, fields);
    if (now.state === 'changed' && found === null) return this.#created(now, fields);
    return found === null ? null : this.#changed(found, fields);
  }

  /** The children of a znode, by raw name bytes. */
  *children(path: RawText, fields: ZnodeFields): Generator<Znode> {
    const isChild = (child: RawText) => child !== '' && parentPath(child) === path;
    yield* this.#merged(this.#base.children(path, fields), isChild, fields);
  }

  /** The paths of its children, in the same order. */
  *childPaths(path: RawText): Generator<RawText> {
    const created = [...this.#overlay.created()].map((now) => now.path);
    const added = created.filter((child) => child !== '' && parentPath(child) === path);
    added.sort(compareCanonically);
    let next = 0;
    for (const child of this.#base.childPaths(path)) {
      for (; next < added.length && compareCanonically(added[next]!, child) < 0; next++) yield added[next]!;
      if (this.#overlay.lookup(child).state !== 'deleted') yield child;
    }
    for (; next < added.length; next++) yield added[next]!;
  }

  /** A znode and what is below it, in canonical order; or only some of them. */
  *subtree(path: RawText, fields: ZnodeFields, some?: SomeZnodes): Generator<Znode> {
    const isWanted = (other: RawText) => isAtOrBelow(other, path) && (some?.paths.has(other) ?? true);
    yield* this.#merged(this.#base.subtree(path, fields, some), isWanted, fields);
  }

  /** The tree in the snapshot's own order, and behind it what it does not have, parents first. */
  *inFileOrder(fields: ZnodeFields): Generator<Znode> {
    for (const znode of this.#base.inFileOrder(fields)) {
      const changed = this.#changed(znode, fields);
      if (changed !== null) yield changed;
    }
    for (const now of this.#overlay.created()) yield this.#created(now, fields);
  }

  /** Sessions by id. */
  sessions(): Iterable<Session> {
    return sortedSessions([...this.#sessions].map(([id, timeout]) => ({ id, timeout })));
  }

  /** What comes of znodes of the base in canonical order, with those between them that it does not have. */
  *#merged(
    znodes: Iterable<Znode>,
    isWanted: (path: RawText) => boolean,
    fields: ZnodeFields,
  ): Generator<Znode> {
    const created = [...this.#overlay.created()].filter(({ path }) => isWanted(path));
    created.sort((a, b) => compareCanonically(a.path, b.path));
    let next = 0;
    for (const znode of znodes) {
      for (; next < created.length && compareCanonically(created[next]!.path, znode.path) < 0; next++) {
        yield this.#created(created[next]!, fields);
      }
      const changed = this.#changed(znode, fields);
      if (changed !== null) yield changed;
    }
    for (; next < created.length; next++) yield this.#created(created[next]!, fields);
  }

  #changed(found: Znode, fields: ZnodeFields): Znode | null {
    const now = this.#overlay.lookup(found.path);
    if (now.state === 'deleted') return null;
    const numChildren = fields.numChildren
      ? found.numChildren! + this.#growth(found.path)
      : found.numChildren;
    if (now.state === 'untouched') return { ...found, numChildren };
    return {
      path: found.path,
      data: now.hasNewData ? this.#newData(now, fields) : found.data,
      dataLength: now.dataLength,
      acl: now.acl === undefined ? found.acl : now.acl,
      stat: now.stat,
      numChildren,
      evidence: now.evidence ?? found.evidence,
    };
  }

  #created(now: OverlaidZnode, fields: ZnodeFields): Znode {
    const { path, dataLength, acl = null, stat, evidence } = now;
    return {
      path,
      data: this.#newData(now, fields),
      dataLength,
      acl,
      stat,
      numChildren: fields.numChildren ? this.#growth(path) : undefined,
      evidence: evidence ?? { file: this.#folder, offset: 0, length: 0 },
    };
  }

  // In an index without data txns have as many zero bytes.
  #newData(now: OverlaidZnode, fields: ZnodeFields): Buffer | null | undefined {
    return fields.data && this.#base.hasData ? now.data : undefined;
  }

  /** How many children more a znode has than in the base. */
  #growth(path: RawText): number {
    if (this.#grown === null) {
      this.#grown = new Map();
      for (const created of this.#overlay.created()) this.#grow(created.path, 1);
      for (const deleted of this.#overlay.deleted()) this.#grow(deleted, -1);
    }
    return this.#grown.get(path) ?? 0;
  }

  #grow(path: RawText, by: number): void {
    // The root is no child.
    if (path === '') return;
    const parent = parentPath(path);
    this.#grown!.set(parent, (this.#grown!.get(parent) ?? 0) + by);
  }
}
