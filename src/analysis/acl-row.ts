// An ACL as rows show it.
import { bytesOf, displayText, isValidUtf8 } from '../jute/raw-text.js';
import type { ACL } from '../records/acl.js';
import { formatPerms } from '../records/perms.js';

/** One entry of an ACL in output. */
export interface AclRow {
  /** Null where the server wrote a string of length -1. */
  readonly scheme: string | null;
  readonly id: string | null;
  /** The id's bytes, where they are not UTF-8 and `id` shows them as `\xNN`. */
  readonly idBase64?: string;
  /** Letters of `cdrwa`. */
  readonly perms: string;
}

/** An ACL in output; null where the snapshot holds no such ACL or the txn holds a null list. */
export function aclRows(acl: readonly ACL[] | null): readonly AclRow[] | null {
  return acl === null ? null : acl.map(aclRow);
}

function aclRow({ perms, id: { scheme, id } }: ACL): AclRow {
  return {
    scheme: scheme === null ? null : displayText(scheme),
    id: id === null ? null : displayText(id),
    ...(id === null || isValidUtf8(id) ? {} : { idBase64: bytesOf(id).toString('base64') }),
    perms: formatPerms(perms),
  };
}

/** An ACL in one line, as `setAcl` of zkCli takes it: `world:anyone:cdrwa,digest:bob:…:r`. */
export function aclText(acl: readonly AclRow[] | null): string {
  if (acl === null) return '-';
  return acl.map(({ scheme, id, perms }) => `${scheme ?? '-'}:${id ?? '-'}:${perms}`).join(',');
}
