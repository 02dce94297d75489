// Rows made of other rows, one at a time.

/** What `make` makes of each item. */
export function* map<T, R>(items: Iterable<T>, make: (item: T) => R): Generator<R> {
  for (const item of items) yield make(item);
}

/** Rows that are made when the first is asked for, so that errors of input meet whoever prints them. */
export function* lazily<R>(make: () => Iterable<R>): Generator<R> {
  yield* make();
}
