// du --by-pattern: the tree with segments that vary written as {}, so that a million znodes become a page.
//
// Three rules make a segment {}, and they can be told to anybody:
//
// 1. It is a number, a UUID, or eight or more hex digits of which one is a digit; of a name that ends in the ten
//    digits of a sequential znode, only those become {}: `lock-{}`.
// 2. It is one of more than ten siblings that have no children.
// 3. It is one of more than ten siblings that have children, half of which have a child of the same name.
//
// Siblings of rules 2 and 3 are put together when their parent is complete, so memory grows with the patterns and
// with the siblings of one parent; from MANY siblings on they are taken to vary without a look.
import type { RawText } from '../jute/raw-text.js';
import type { ZnodeSource } from '../source/sources.js';
import { isAtOrBelow, nameOf, ROOT, shownPath } from './paths.js';

/** Siblings above this number may be a collection. */
const FEW = 10;
/** Siblings above this number are one. */
const MANY = 1000;
const VARIES = '{}';

/** All znodes of one pattern, in output. */
export interface PatternRow {
  /** `/kafka/brokers/topics/{}/partitions/{}/state`. */
  readonly pattern: string;
  readonly znodes: number;
  /** Bytes of their own data. */
  readonly bytes: number;
  /** Bytes of data of the largest. */
  readonly maxBytes: number;
  /** Path of the largest; the first of several. */
  readonly largest: string;
}

class Shape {
  readonly children = new Map<string, Shape>();
  znodes = 0;
  bytes = 0;
  maxBytes = -1;
  largest = ROOT;

  constructor(path?: RawText, bytes = 0) {
    if (path === undefined) return;
    this.znodes = 1;
    this.bytes = bytes;
    this.maxBytes = bytes;
    this.largest = path;
  }

  add(name: string, child: Shape): void {
    const same = this.children.get(name);
    if (same === undefined) this.children.set(name, child);
    else same.merge(child);
  }

  // Paths can be deeper than the call stack, so that everything here that goes down keeps its own.
  merge(other: Shape): void {
    const pairs: [into: Shape, from: Shape][] = [[this, other]];
    for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
      const [into, from] = pair;
      into.znodes += from.znodes;
      into.bytes += from.bytes;
      if (from.maxBytes > into.maxBytes) {
        into.maxBytes = from.maxBytes;
        into.largest = from.largest;
      }
      for (const [name, child] of from.children) {
        const same = into.children.get(name);
        if (same === undefined) into.children.set(name, child);
        else pairs.push([same, child]);
      }
    }
  }

  /** Puts children together that vary. */
  collapse(): void {
    run([() => this.#collapseLeaves()]);
  }

  #collapseLeaves(): readonly Step[] {
    const named = this.#named();
    const leaves = named.filter(([, child]) => child.children.size === 0);
    const isLarge = named.length > MANY;
    const next = [() => this.#collapseInner(isLarge)];
    return leaves.length > FEW ? [...this.#putTogether(leaves), ...next] : next;
  }

  #collapseInner(isLarge: boolean): readonly Step[] {
    const inner = this.#named().filter(([, child]) => child.children.size > 0);
    return inner.length > FEW && (isLarge || areAlike(inner)) ? this.#putTogether(inner) : [];
  }

  #named(): (readonly [string, Shape])[] {
    return [...this.children].filter(([name]) => !name.includes(VARIES));
  }

  #putTogether(children: readonly (readonly [string, Shape])[]): readonly Step[] {
    for (const [name, child] of children) {
      this.children.delete(name);
      this.add(VARIES, child);
    }
    // What each of them had few of may be many together.
    return this.children.get(VARIES)!.#collapseAll();
  }

  #collapseAll(): readonly Step[] {
    const inner = [...this.children.values()].filter((child) => child.children.size > 0);
    return [...inner.map((child) => () => child.#collapseAll()), () => this.#collapseLeaves()];
  }
}

/** Some work, which returns what is to be done next, before all else that waits. */
type Step = () => readonly Step[];

function run(first: readonly Step[]): void {
  const waiting = [...first].reverse();
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const next = step();
    for (let i = next.length - 1; i >= 0; i--) waiting.push(next[i]!);
  }
}

function areAlike(siblings: readonly (readonly [string, Shape])[]): boolean {
  const counts = new Map<string, number>();
  for (const [, sibling] of siblings) {
    for (const name of sibling.children.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const count of counts.values()) if (count * 2 >= siblings.length) return true;
  return false;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const NUMBER = /^-?\d+$/;
const HEX = /^(?:0x)?(?=.*\d)[0-9a-f]{8,}$/i;
/** A sequence number is ten digits, after its overflow with a minus sign: `lock--2147483648`. */
const SEQUENTIAL = /^(.*?)(?:(?<=-)-)?\d{10}$/s;

function patternOf(name: string): string {
  if (NUMBER.test(name) || UUID.test(name) || HEX.test(name)) return VARIES;
  const sequential = SEQUENTIAL.exec(name);
  return sequential === null ? name : sequential[1] + VARIES;
}

/** All znodes at or below `under` by pattern, most bytes first. */
export function pathPatterns(tree: ZnodeSource, under: RawText = ROOT): readonly PatternRow[] {
  const open: { path: RawText; shape: Shape; many: boolean }[] = [];
  let top: Shape | null = null;
  const close = () => {
    const { path, shape } = open.pop()!;
    shape.collapse();
    const parent = open.at(-1);
    if (parent === undefined) {
      top = shape;
      return;
    }
    const name = patternOf(shownPath(nameOf(path)));
    parent.shape.add(parent.many && !name.includes(VARIES) ? VARIES : name, shape);
    if (!parent.many && parent.shape.children.size > MANY) {
      parent.many = true;
      parent.shape.collapse();
    }
  };
  for (const { path, dataLength } of tree.znodes({ under, data: false })) {
    while (open.length > 0 && !isAtOrBelow(path, open.at(-1)!.path)) close();
    open.push({ path, shape: new Shape(path, dataLength), many: false });
  }
  while (open.length > 0) close();
  return top === null ? [] : rows(top, shownPath(under));
}

function rows(top: Shape, path: string): readonly PatternRow[] {
  const found: PatternRow[] = [];
  const waiting: [shape: Shape, pattern: string][] = [[top, path]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [{ znodes, bytes, maxBytes, largest, children }, pattern] = next;
    found.push({ pattern, znodes, bytes, maxBytes, largest: shownPath(largest) });
    const above = pattern === '/' ? '' : pattern;
    for (const [name, child] of children) waiting.push([child, `${above}/${name}`]);
  }
  return found.sort((a, b) => b.bytes - a.bytes || b.znodes - a.znodes || (a.pattern < b.pattern ? -1 : 1));
}
