// The ACL table of one snapshot, for looking up the ACL of each znode.
import { type Problem, problem } from '../problems.js';
import type { ACL } from '../records/acl.js';
import type { AclRecord } from '../snapshot/acl-record.js';
import { MissingAcls } from '../snapshot/missing-acls.js';
import { SnapshotAcls } from '../snapshot/snapshot-acls.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

/** Keys to ACLs, and the keys that znodes use although the table lacks them. */
export class AclTable {
  readonly #acls: SnapshotAcls;
  readonly #missing = new MissingAcls();

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
    if (!this.#acls.has(record.acl)) this.#missing.add(record);
  }

  /** A problem for each key that was missed, or one where lists had to be left out. */
  *problems(file: string): Generator<Problem> {
    const { dropped } = this.#acls;
    if (dropped === 0) yield* this.#missing.problems(file);
    else {
      const expected = 'an ACL table that fits into memory';
      yield problem('acl-table-large', { file, offset: 0, expected, found: `${dropped} lists more` });
    }
  }
}
