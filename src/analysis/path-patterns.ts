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

  merge(other: Shape): void {
    this.znodes += other.znodes;
    this.bytes += other.bytes;
    if (other.maxBytes > this.maxBytes) {
      this.maxBytes = other.maxBytes;
      this.largest = other.largest;
    }
    for (const [name, child] of other.children) this.add(name, child);
  }

  /** Puts children together that vary. */
  collapse(): void {
    const named = [...this.children].filter(([name]) => !name.includes(VARIES));
    const leaves = named.filter(([, child]) => child.children.size === 0);
    const inner = named.filter(([, child]) => child.children.size > 0);
    if (leaves.length > FEW) this.#putTogether(leaves);
    if (inner.length > FEW && (named.length > MANY || areAlike(inner))) this.#putTogether(inner);
  }

  #putTogether(children: readonly (readonly [string, Shape])[]): void {
    for (const [name, child] of children) {
      this.children.delete(name);
      this.add(VARIES, child);
    }
    // What each of them had few of may be many together.
    this.children.get(VARIES)!.collapseAll();
  }

  collapseAll(): void {
    for (const child of this.children.values()) child.collapseAll();
    this.collapse();
  }
}

function areAlike(siblings: readonly (readonly [string, Shape])[]): boolean {
  const counts = new Map<string, number>();
  for (const [, sibling] of siblings) {
    for (const name of sibling.children.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Math.max(...counts.values()) * 2 >= siblings.length;
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
  const walk = ({ znodes, bytes, maxBytes, largest, children }: Shape, pattern: string): void => {
    found.push({ pattern, znodes, bytes, maxBytes, largest: shownPath(largest) });
    for (const [name, child] of children) walk(child, pattern === '/' ? `/${name}` : `${pattern}/${name}`);
  };
  walk(top, path);
  return found.sort((a, b) => b.bytes - a.bytes || b.znodes - a.znodes || (a.pattern < b.pattern ? -1 : 1));
}
