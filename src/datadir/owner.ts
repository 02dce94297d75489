// What an ephemeralOwner is to a server (EphemeralType.get): release and settings decide, not the number alone.
import { CONTAINER_OWNER, kindOf } from '../records/kind.js';
import { hasTrait } from './release.js';
import type { ServerSettings } from './server-settings.js';

/** True where a server takes the owner for a session, and deletes the znode if there is no such session. */
export function isSessionTo(owner: bigint, settings: ServerSettings): boolean {
  if (owner === 0n) return false;
  if (owner === CONTAINER_OWNER) return !hasTrait(settings.release, 'knowsContainers');
  if (owner > 0n) return true;
  if (hasTrait(settings.release, 'knowsTtl353')) return false;
  return !settings.extendedTypes || kindOf(owner, settings.emulate353).kind !== 'ttl';
}
