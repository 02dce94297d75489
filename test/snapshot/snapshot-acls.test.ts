// ACL lists by key, as bytes.
import { describe, expect, test } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { RecentAcls } from '../../src/snapshot/recent-acls.js';
import { SnapshotAcls } from '../../src/snapshot/snapshot-acls.js';
import { useTempDir } from '../support/fixtures.js';
import { type AclSpec, snapshotBytes } from '../support/snapshot-spec.js';

const dir = useTempDir();
const digest = (id: string): AclSpec => ({ perms: 31, scheme: 'digest', id });

function aclsOf(acls: { key: bigint; acl: AclSpec[] }[], mostBytes?: number): SnapshotAcls {
  const reader = openSnapshot(dir.write('snapshot.1', snapshotBytes({ acls })));
  try {
    return new SnapshotAcls(reader.acls(), mostBytes);
  } finally {
    reader.close();
  }
}

const ids = (acls: SnapshotAcls, key: bigint) => acls.get(key)?.map(({ id }) => id.id);

describe('the ACL lists of a snapshot', () => {
  test('are found by their keys, in the order of their entries', () => {
    const acls = aclsOf([
      { key: 5n, acl: [digest('a'), digest('b'), digest('b')] },
      { key: -7n, acl: [] },
      { key: 2n ** 40n, acl: [digest('c')] },
    ]);
    expect([ids(acls, 5n), ids(acls, -7n), ids(acls, 2n ** 40n)]).toEqual([['a', 'b', 'b'], [], ['c']]);
    expect(acls.get(6n)).toBeNull();
    expect([acls.has(5n), acls.has(6n), acls.dropped]).toEqual([true, false, 0]);
  });

  test('know the open ACL, which is in no table, unless the table says otherwise', () => {
    const open = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
    expect(aclsOf([]).get(-1n)).toEqual(open);
    expect(aclsOf([]).has(-1n)).toBe(true);
    expect(ids(aclsOf([{ key: -1n, acl: [digest('x')] }]), -1n)).toEqual(['x']);
  });

  test('of which two have one key are the last', () => {
    const twice = [digest('a'), digest('b'), digest('a'), digest('a')];
    expect(ids(aclsOf(twice.map((acl) => ({ key: 1n, acl: [acl] }))), 1n)).toEqual(['a']);
  });

  test('are given again after others were', () => {
    const many = Array.from({ length: 3 }, (_, i) => ({
      key: BigInt(i),
      acl: Array.from({ length: 40_000 }, (_, n) => digest(`${i}-${n}`)),
    }));
    const acls = aclsOf(many);
    for (const key of [0n, 1n, 2n, 0n]) {
      expect(ids(acls, key)!.slice(-1)).toEqual([`${key}-39999`]);
      expect(acls.get(key)!.length).toBe(40_000);
    }
  });

  test('for which there is no room are counted, and equal ones need none', () => {
    const one = { key: 1n, acl: [digest('a')] };
    const acls = aclsOf([one, one, one, { key: 2n, acl: [digest('b')] }], 100);
    expect([acls.dropped, ids(acls, 1n), acls.get(2n)]).toEqual([1, ['a'], null]);
  });
});

test('of long lists that znodes have by turns, all are kept once they were decoded often enough', () => {
  const recent = new RecentAcls<string>();
  const list = new Array(60_000).fill({ perms: 1, id: { scheme: null, id: null } });
  let decoded = 0;
  for (let i = 0; i < 10_000; i++) {
    const key = i % 2 === 0 ? 'a' : 'b';
    if (recent.get(key) !== undefined) continue;
    decoded++;
    recent.keep(key, list);
  }
  expect(decoded).toBeGreaterThan(100);
  expect(decoded).toBeLessThan(400);
});
