// The ACL table of one snapshot, for looking up the ACL of each znode.
import { type Problem, problem } from '../problems.js';
import type { ACL } from '../records/acl.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import { SnapshotAcls } from '../snapshot/snapshot-acls.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

/** A hostile file can lack an ACL for every znode: so many are remembered, more than are ever listed. */
const MOST_MISSING = 2000;

/** Keys to ACLs, and the keys that znodes use although the table lacks them. */
export class AclTable {
  readonly #acls: SnapshotAcls;
  readonly #missing = new Map<bigint, { count: number; readonly offset: number; readonly where: string }>();

  /** `mostBytes` bounds the memory, see SnapshotAcls. */
  constructor(table: Iterable<AclRecord>, mostBytes?: number) {
    this.#acls = new SnapshotAcls(table, mostBytes);
  }

  /** The ACL of a key; null where the snapshot holds none. */
  get(key: bigint): readonly ACL[] | null {
    return this.#acls.get(key);
  }

  /** Remembers a znode whose ACL is not here. */
  check(record: ZnodeRecord): void {
    const key = record.acl;
    if (this.#acls.has(key)) return;
    const known = this.#missing.get(key);
    if (known !== undefined) known.count++;
    else if (this.#missing.size < MOST_MISSING)
      this.#missing.set(key, { count: 1, offset: record.offset, where: `znode ${record.text}` });
  }

  /** A problem for each key that was missed, at the first znode that has it; one where lists had to be left out. */
  *problems(file: string): Generator<Problem> {
    if (this.#acls.dropped > 0) {
      const expected = 'an ACL table that fits into memory';
      yield problem('acl-table-large', {
        file,
        offset: 0,
        expected,
        found: `${this.#acls.dropped} lists more`,
      });
      return;
    }
    for (const [key, { count, offset, where }] of this.#missing) {
      const found = count === 1 ? 'none' : `none; ${count} znodes point to it`;
      yield problem('acl-missing', { file, offset, expected: `an ACL with key ${key}`, found, where });
    }
  }
}
