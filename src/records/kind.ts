// What ephemeralOwner says a znode is (EphemeralType, EphemeralTypeEmulate353).

/** Kinds of znode. */
export type ZnodeKind = 'persistent' | 'ephemeral' | 'container' | 'ttl';

/** ephemeralOwner of a container (since 3.5.1). */
export const CONTAINER_OWNER = -(2n ** 63n);
const TTL_TOP_BYTE = 0xff;
const TTL_MASK = 0xff_ffff_ffffn;

/** A znode's kind; `ttl` in milliseconds for TTL znodes, else null. */
export interface KindAndTtl {
  readonly kind: ZnodeKind;
  readonly ttl: bigint | null;
}

const PERSISTENT: KindAndTtl = { kind: 'persistent', ttl: null };
const EPHEMERAL: KindAndTtl = { kind: 'ephemeral', ttl: null };
const CONTAINER: KindAndTtl = { kind: 'container', ttl: null };

/**
 * The kind that an ephemeralOwner stands for: 0 persistent, the smallest long a container, top byte 0xff with
 * feature 0000 a TTL znode (since 3.5.4, on servers with extendedTypesEnabled), anything else a session id.
 * `emulate353` reads every other negative owner as the TTL that 3.5.3 wrote (zookeeper.emulate353TTLNodes).
 */
export function kindOf(ephemeralOwner: bigint, emulate353 = false): KindAndTtl {
  if (ephemeralOwner === 0n) return PERSISTENT;
  if (ephemeralOwner > 0n) return EPHEMERAL;
  if (ephemeralOwner === CONTAINER_OWNER) return CONTAINER;
  const bits = BigInt.asUintN(64, ephemeralOwner);
  if (Number(bits >> 56n) === TTL_TOP_BYTE && ((bits >> 40n) & 0xffffn) === 0n) {
    return { kind: 'ttl', ttl: bits & TTL_MASK };
  }
  if (emulate353) return { kind: 'ttl', ttl: BigInt.asUintN(63, ephemeralOwner) };
  return EPHEMERAL;
}

/** The ephemeralOwner of a TTL znode, as 3.5.4 and later write it; null for a TTL that has no room there. */
export function ttlOwner(ttl: bigint): bigint | null {
  if (ttl < 0n || ttl > TTL_MASK) return null;
  return BigInt.asIntN(64, (BigInt(TTL_TOP_BYTE) << 56n) | ttl);
}
