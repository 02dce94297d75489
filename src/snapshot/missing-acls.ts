// ACLs that znodes point to and that their snapshot does not hold.
import { type Problem, problem } from '../problems.js';
import type { ZnodeRecord } from './znode-record.js';

/** A hostile file can lack an ACL for every znode: so many are remembered, more than are ever listed. */
const MOST_KEYS = 2000;

/** Counts such znodes by the key they have. */
export class MissingAcls {
  readonly #keys = new Map<bigint, { count: number; readonly offset: number; readonly where: string }>();

  /** Takes a znode whose ACL is missing. */
  add(record: ZnodeRecord): void {
    const key = record.acl;
    const known = this.#keys.get(key);
    if (known !== undefined) known.count++;
    else if (this.#keys.size < MOST_KEYS)
      this.#keys.set(key, { count: 1, offset: record.offset, where: `znode ${record.text}` });
  }

  /** A problem for each key, at the first znode that has it. */
  *problems(file: string): Generator<Problem> {
    for (const [key, { count, offset, where }] of this.#keys) {
      const found = count === 1 ? 'none' : `none; ${count} znodes point to it`;
      yield problem('acl-missing', { file, offset, expected: `an ACL with key ${key}`, found, where });
    }
  }
}
