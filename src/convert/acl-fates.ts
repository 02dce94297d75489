// What becomes of the ACLs of znodes, and the ACL table of the output.
import type { RawText } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { OPEN_ACL, OPEN_ACL_KEY } from '../snapshot/acl-entry.js';
import { AclKeys } from '../snapshot/acl-keys.js';
import type { Znode } from '../snapshot/znode.js';
import type { RuledAcl } from './acl-rules.js';
import type { Changes } from './changes.js';
import type { ConvertOptions } from './options.js';
import { CONFIG, isWithoutAcl } from './own-znodes.js';
import type { Refusals } from './refusals.js';

/** Decides by the options. */
export class AclFates {
  /** The table. */
  readonly keys = new AclKeys();
  readonly #options: ConvertOptions;
  readonly #changes: Changes;
  readonly #refusals: Refusals;
  /** Most znodes have the list of the one before. */
  readonly #last: { from: readonly ACL[] | null; to: RuledAcl } = {
    from: null,
    to: { acl: [], isChanged: false },
  };

  constructor(options: ConvertOptions, changes: Changes, refusals: Refusals) {
    this.#options = options;
    this.#changes = changes;
    this.#refusals = refusals;
  }

  /** The key of the ACL in the output. */
  keyOf({ path, acl }: Znode, target: RawText): bigint {
    const ruled = this.#ruled(acl, path);
    if (ruled === null) return OPEN_ACL_KEY;
    if (ruled.isChanged) {
      this.#changes.count('altered', this.#options.acls === 'open' ? 'acl-opened' : 'acl-mapped', path);
    }
    return isWithoutAcl(target) && isOpen(ruled.acl) ? OPEN_ACL_KEY : this.keys.keyOf(ruled.acl);
  }

  #ruled(acl: readonly ACL[] | null, path: RawText): RuledAcl | null {
    const { acls } = this.#options;
    // Nobody may write what servers make themselves.
    if (path === CONFIG && acl !== null) return { acl, isChanged: false };
    if (acls === 'open') return { acl: OPEN_ACL, isChanged: acl === null || !isOpen(acl) };
    if (acl === null && this.#options.missingAcls === 'open') {
      this.#changes.add('altered', 'acl-missing', path);
      return { acl: OPEN_ACL, isChanged: false };
    }
    if (acl === null) {
      const hint = '--missing-acls open has it be world:anyone:cdrwa';
      this.#refusals.add('has an ACL that the snapshot does not hold', path, hint);
      return null;
    }
    if (acls === 'keep') return { acl, isChanged: false };
    const last = this.#last;
    if (last.from !== acl) {
      last.from = acl;
      last.to = acls.apply(acl);
    }
    if (last.to.acl.length === 0 && last.to.isChanged) {
      const what = 'would be left with an empty ACL, which servers take for an open one';
      this.#refusals.add(what, path, 'have a line of --acl-map give it another entry');
    }
    return last.to;
  }
}

function isOpen(acl: readonly ACL[]): boolean {
  const [entry, second] = acl;
  if (entry === undefined || second !== undefined) return false;
  const { perms, id } = entry;
  return perms === 31 && id.scheme === 'world' && id.id === 'anyone';
}
