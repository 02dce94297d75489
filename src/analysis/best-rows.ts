// The first rows of an order, of any number of rows.

const SPARE = 1000;

/** Keeps the rows that come first, in memory for about twice as many. */
export class BestRows<R> {
  /** Rows added. */
  count = 0;
  readonly #compare: (a: R, b: R) => number;
  readonly #limit: number;
  #rows: R[] = [];

  /** `limit` 0 keeps all. */
  constructor(compare: (a: R, b: R) => number, limit: number) {
    this.#compare = compare;
    this.#limit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  }

  add(row: R): void {
    this.count++;
    this.#rows.push(row);
    if (this.#rows.length > 2 * this.#limit + SPARE) this.#rows = this.sorted();
  }

  /** The rows that come first, in order. */
  sorted(): R[] {
    return this.#rows.sort(this.#compare).slice(0, this.#limit);
  }
}
