// The ACL table as commands use it, and the session table in order.
import { expect, test } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { AclTable } from '../../src/source/acl-table.js';
import { sortedSessions } from '../../src/source/sorted-sessions.js';
import { useTempDir } from '../support/fixtures.js';
import { snapshotBytes, WORLD_ANYONE } from '../support/snapshot-spec.js';

const dir = useTempDir();

test('lists that find no room are a problem of their own, not znodes without an ACL', () => {
  const acls = [1n, 2n, 3n].map((key) => ({ key, acl: [{ ...WORLD_ANYONE, perms: Number(key) }] }));
  const znodes = [{ path: '' }, { path: '/a', acl: 3n }, { path: '/b', acl: 4n }];
  const reader = openSnapshot(dir.write('snapshot.1', snapshotBytes({ acls, znodes })));
  const table = new AclTable(reader.acls(), 100);
  for (const znode of reader.znodes()) table.check(znode);
  reader.close();
  expect(table.get(1n)).toMatchObject([{ perms: 1 }]);
  expect(table.get(3n)).toBeNull();
  expect([...table.problems('snapshot.1')]).toMatchObject([
    { code: 'acl-table-large', severity: 'error', found: '2 lists more' },
  ]);
});

test('sessions come by id, those with the top bit first, as signed numbers', () => {
  const ids = [5n, -(2n ** 63n), 0x100000000000000n, -1n, 0n, 2n ** 63n - 1n];
  const sorted = [...sortedSessions(ids.map((id, timeout) => ({ id, timeout })))];
  expect(sorted.map(({ id }) => id)).toEqual([-(2n ** 63n), -1n, 0n, 5n, 0x100000000000000n, 2n ** 63n - 1n]);
  expect(sorted.map(({ timeout }) => timeout)).toEqual([1, 3, 4, 0, 2, 5]);
});
