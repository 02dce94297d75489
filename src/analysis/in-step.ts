// Several sorted streams passed at once: for each key, what each stream has there.

/**
 * Gives the items with equal keys together, null where a stream has none; keys ascend by `compare`. A stream that has
 * a key twice gives the second alone. Streams are closed at the end, and where the caller stops.
 */
export function* inStep<T>(
  streams: readonly Iterable<T>[],
  compare: (a: T, b: T) => number,
): Generator<readonly (T | null)[]> {
  const iterators = streams.map((stream) => stream[Symbol.iterator]());
  const next = (i: number): T | null => {
    const { value, done } = iterators[i]!.next();
    return done ? null : value;
  };
  try {
    const heads = iterators.map((_, i) => next(i));
    for (;;) {
      let lowest: T | null = null;
      for (const head of heads) {
        if (head !== null && (lowest === null || compare(head, lowest) < 0)) lowest = head;
      }
      if (lowest === null) return;
      const least = lowest;
      const here = heads.map((head) => (head !== null && compare(head, least) === 0 ? head : null));
      yield here;
      for (let i = 0; i < here.length; i++) if (here[i] !== null) heads[i] = next(i);
    }
  } finally {
    for (const iterator of iterators) iterator.return?.(undefined);
  }
}

/** Places of equal things together, those that are most first, then in the order of the first of each; null is equal to null. */
export function groupsOf<T>(items: readonly (T | null)[], isSame: (a: T, b: T) => boolean): number[][] {
  const groups: { readonly first: T | null; readonly places: number[] }[] = [];
  for (const [place, item] of items.entries()) {
    const own = groups.find(({ first }) =>
      first === null || item === null ? first === item : isSame(first, item),
    );
    if (own === undefined) groups.push({ first: item, places: [place] });
    else own.places.push(place);
  }
  return groups.map(({ places }) => places).sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
