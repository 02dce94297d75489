// ACL lists by content, for most txns carry one of a few.
import type { ACL } from '../records/acl.js';

/** Number of the list that a txn wrote with length -1. */
const NULL_LIST = 0;

/** ACL lists, each once, by number. */
export class AclLists {
  readonly #lists: (readonly ACL[] | null)[] = [null];
  readonly #numbers = new Map<string, number>();
  #last = NULL_LIST;

  /** The number of a list. */
  number(acl: readonly ACL[] | null): number {
    if (acl === null) return NULL_LIST;
    const last = this.#lists[this.#last]!;
    if (last !== null && isSame(last, acl)) return this.#last;
    const key = JSON.stringify(acl);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#lists.push(acl) - 1;
      this.#numbers.set(key, number);
    }
    this.#last = number;
    return number;
  }

  /** The list of a number. */
  list(number: number): readonly ACL[] | null {
    return this.#lists[number]!;
  }
}

function isSame(a: readonly ACL[], b: readonly ACL[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x.perms !== y.perms || x.id.id !== y.id.id || x.id.scheme !== y.id.scheme) return false;
  }
  return true;
}
