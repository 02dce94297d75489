// Paths one after the other as a snapshot has them: whether each comes behind its parent, and in which subtree it is.

const SLASH = 0x2f;

/**
 * Follows paths. Servers write depth first, so a parent is the path before or above it; where it is not, that is said,
 * and nobody looks further.
 */
export class PathSteps {
  /** Number of the subtree that the last path is in: its first `maxDepth` names, or itself where it has no more. */
  subtree = 0;
  /** Paths of subtrees by number, a character a byte. */
  readonly subtrees: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #maxDepth: number;
  #previous = new Uint8Array(256);
  #previousView = new DataView(this.#previous.buffer);
  #length = -1;
  /** Where the path of `subtree` ends. */
  #subtreeEnd = -1;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Takes the next path, the bytes `[start, end)`; false where its parent did not come right before it or above that. */
  enter(view: DataView, buffer: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length > this.#previous.length) this.#grow(2 * length);
    const previous = this.#previous;
    const most = Math.min(length, this.#length);
    let common = 0;
    const words = this.#previousView;
    const whole = most - 3;
    while (common < whole && words.getInt32(common) === view.getInt32(start + common)) common += 4;
    while (common < most && previous[common] === buffer[start + common]) common++;
    const isFirst = this.#length < 0;
    // The same path again.
    if (common === length && common === this.#length) return false;
    for (let i = common; i < length; i++) previous[i] = buffer[start + i]!;
    const before = this.#length;
    this.#length = length;
    // Within what both have in common, behind a name, the subtree is the same.
    const isInside =
      this.#subtreeEnd >= 0 && common > this.#subtreeEnd && previous[this.#subtreeEnd] === SLASH;
    if (!isInside || this.#maxDepth === 0) this.#enterSubtree(length);
    if (isFirst) return length === 0;
    let parent = length - 1;
    while (parent >= 0 && previous[parent] !== SLASH) parent--;
    // Its parent's path is the beginning of the one before, and that ends or goes on with "/" there.
    return parent < common || (parent === common && before === common);
  }

  #enterSubtree(length: number): void {
    const previous = this.#previous;
    let end = 0;
    for (let depth = 0; end < length && depth < this.#maxDepth; depth++) {
      end++;
      while (end < length && previous[end] !== SLASH) end++;
    }
    // A path without more names is a subtree by itself, until one comes that is below it.
    const path = Buffer.from(previous.buffer, 0, end).toString('latin1');
    this.#subtreeEnd = end;
    let number = this.#numbers.get(path);
    if (number === undefined) {
      number = this.subtrees.push(path) - 1;
      this.#numbers.set(path, number);
    }
    this.subtree = number;
  }

  #grow(size: number): void {
    const larger = new Uint8Array(size);
    larger.set(this.#previous);
    this.#previous = larger;
    this.#previousView = new DataView(larger.buffer);
  }
}
