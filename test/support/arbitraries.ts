// Random records for fast-check.
import fc from 'fast-check';
import type { AclSpec, StatSpec } from './snapshot-spec.js';

export const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
export const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
/** Bytes of a ustring or buffer: null, empty, ASCII, and what is no UTF-8. */
export const bytes = fc
  .oneof(
    fc.string({ maxLength: 12 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 20 }),
  )
  .map((value) => Buffer.from(value));
export const maybeBytes = fc.option(bytes, { freq: 5 });

export const acl: fc.Arbitrary<AclSpec> = fc.record({ perms: i32, scheme: maybeBytes, id: maybeBytes });
export const acls = fc.option(fc.array(acl, { maxLength: 3 }), { freq: 5 });

export const stat: fc.Arbitrary<Required<StatSpec>> = fc.record({
  czxid: i64,
  mzxid: i64,
  ctime: i64,
  mtime: i64,
  version: i32,
  cversion: i32,
  aversion: i32,
  ephemeralOwner: i64,
  pzxid: i64,
});
