// Paths put together by pattern: segments that vary are written as {}, so that a million paths become a page.
//
// Three rules make a segment {}, and they can be told to anybody:
//
// 1. It is a number, a UUID, or eight or more hex digits of which one is a digit; of a name that ends in the ten
//    digits of a sequential znode, only those become {}: `lock-{}`.
// 2. It is one of more than ten siblings that have no children.
// 3. It is one of more than ten siblings that have children, half of which have a child of the same name.
//
// From MANY siblings on they are taken to vary without a look.

/** Siblings above this number may be a collection. */
const FEW = 10;
/** Siblings above this number are one. */
const MANY = 1000;
const VARIES = '{}';

/** A pattern and those below it, each with what its paths weigh together. */
export class PatternTree<W> {
  readonly children = new Map<string, PatternTree<W>>();
  /** Null where only paths below it are there. */
  weight: W | null;
  readonly #combine: (a: W, b: W) => W;
  /** What comes beside children that were put together joins them. */
  #isCollection = false;

  /** A path by itself; `combine` says what two weigh together. */
  constructor(combine: (a: W, b: W) => W, weight: W | null = null) {
    this.#combine = combine;
    this.weight = weight;
  }

  /** Adds a finished child. */
  add(name: string, child: PatternTree<W>): void {
    const pattern = this.patternOf(name);
    const same = this.children.get(pattern);
    if (same === undefined) this.children.set(pattern, child);
    else same.#merge(child);
    this.#limit();
  }

  /** The child of this name, which may be made, for what is below it. */
  child(name: string): PatternTree<W> {
    const pattern = this.patternOf(name);
    const same = this.children.get(pattern);
    if (same !== undefined) return same;
    const made = new PatternTree<W>(this.#combine);
    this.children.set(pattern, made);
    this.#limit();
    return this.children.get(pattern) ?? this.children.get(VARIES)!;
  }

  weigh(weight: W): void {
    this.weight = this.weight === null ? weight : this.#combine(this.weight, weight);
  }

  /** Under which name a child is found or put. */
  patternOf(name: string): string {
    const pattern = patternOf(name);
    if (!this.#isCollection || pattern.includes(VARIES) || this.children.has(pattern)) return pattern;
    return VARIES;
  }

  /** Puts children together that vary. */
  collapse(): void {
    run([() => this.#collapseLeaves()]);
  }

  /** The same for all that is below it. */
  collapseAll(): void {
    run([() => this.#collapseAll()]);
  }

  /** Every pattern at or below this one that has a weight, this one being `pattern`. */
  *weighed(pattern: string): Generator<{ readonly pattern: string; readonly weight: W }> {
    const waiting: [tree: PatternTree<W>, pattern: string][] = [[this, pattern]];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [{ weight, children }, own] = next;
      if (weight !== null) yield { pattern: own, weight };
      const above = own === '/' ? '' : own;
      for (const [name, child] of children) waiting.push([child, `${above}/${name}`]);
    }
  }

  // Paths can be deeper than the call stack, so that everything here that goes down keeps its own.
  #merge(other: PatternTree<W>): void {
    const pairs: [into: PatternTree<W>, from: PatternTree<W>][] = [[this, other]];
    for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
      const [into, from] = pair;
      if (from.weight !== null) into.weigh(from.weight);
      for (const [name, child] of from.children) {
        const same = into.children.get(name);
        if (same === undefined) into.children.set(name, child);
        else pairs.push([same, child]);
      }
    }
  }

  #limit(): void {
    if (this.#isCollection || this.children.size <= MANY) return;
    this.#isCollection = true;
    this.collapse();
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

  #named(): (readonly [string, PatternTree<W>])[] {
    return [...this.children].filter(([name]) => !name.includes(VARIES));
  }

  #putTogether(children: readonly (readonly [string, PatternTree<W>])[]): readonly Step[] {
    this.#isCollection = true;
    for (const [name, child] of children) {
      this.children.delete(name);
      const same = this.children.get(VARIES);
      if (same === undefined) this.children.set(VARIES, child);
      else same.#merge(child);
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

function areAlike<W>(siblings: readonly (readonly [string, PatternTree<W>])[]): boolean {
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
