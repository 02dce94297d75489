// ACL lists that were decoded, for the next znode that has one of them.
import type { ACL } from '../records/acl.js';

/** Entries of lists that are kept. */
const MOST_ENTRIES = 100_000;
/** Entries decoded in all, after which every list is kept: then time is dearer than memory. */
const PATIENCE = 20_000_000;

/** Keeps the recent lists by their keys. */
export class RecentAcls<K> {
  readonly #lists = new Map<K, readonly ACL[]>();
  #entries = 0;
  #decoded = 0;

  get(key: K): readonly ACL[] | undefined {
    return this.#lists.get(key);
  }

  /** Takes a list that was just decoded, and returns it. */
  keep(key: K, acl: readonly ACL[]): readonly ACL[] {
    const cost = acl.length + 1;
    this.#entries += cost;
    this.#decoded += cost;
    if (this.#entries > MOST_ENTRIES && this.#decoded < PATIENCE) {
      this.#lists.clear();
      this.#entries = cost;
    }
    this.#lists.set(key, acl);
    return acl;
  }
}
