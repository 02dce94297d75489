// The ACL table of a snapshot that is being made: equal lists share a key, as on a server.
import { JuteWriter } from '../jute/jute-writer.js';
import { type ACL, writeAcls } from '../records/acl.js';
import type { AclEntry } from './acl-entry.js';

/** Lists to keys, which are given out from 1 on. */
export class AclKeys {
  readonly entries: AclEntry[] = [];
  readonly #keys = new Map<string, bigint>();
  readonly #writer = new JuteWriter();
  /** Most znodes have the list of the one before, which sources give as the same object. */
  #last: readonly ACL[] | null = null;
  #lastKey = 0n;

  /** The key of a list. */
  keyOf(acl: readonly ACL[]): bigint {
    if (acl === this.#last) return this.#lastKey;
    writeAcls(this.#writer.clear(), acl);
    const bytes = this.#writer.bytes.toString('latin1');
    let key = this.#keys.get(bytes);
    if (key === undefined) {
      key = BigInt(this.entries.length + 1);
      this.#keys.set(bytes, key);
      this.entries.push({ key, acl });
    }
    this.#last = acl;
    this.#lastKey = key;
    return key;
  }
}
