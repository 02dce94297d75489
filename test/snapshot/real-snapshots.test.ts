// Every snapshot that a server wrote, read by zoolog and by a second reader.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StatPersisted } from '../../src/records/stat-persisted.js';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { describeShared, fixtures, realFiles, sharedFixture } from '../support/fixtures.js';
import { caught, readWholeSnapshot } from '../support/read-all.js';
import { readSnapshotAgain } from '../support/second-reader.js';

// Broken on purpose, and the format before 3.0: tests of their own below.
const BAD = /invalidsnap\/version-2\/snapshot\.83f$|apache-zookeeper\/upgrade\//;
const broken = new Set(
  fixtures().flatMap(({ dir, servers }) =>
    servers.flatMap((server) => server.broken.map((name) => join(dir, server.dir, name))),
  ),
);
const files = realFiles('snapshot').filter(({ name, file }) => !BAD.test(name) && !broken.has(file));

/** The 60 bytes of a stat that these fields stand for. */
function statBytes(stat: StatPersisted): string {
  const bytes = Buffer.alloc(60);
  bytes.writeBigInt64BE(stat.czxid, 0);
  bytes.writeBigInt64BE(stat.mzxid, 8);
  bytes.writeBigInt64BE(stat.ctime, 16);
  bytes.writeBigInt64BE(stat.mtime, 24);
  bytes.writeInt32BE(stat.version, 32);
  bytes.writeInt32BE(stat.cversion, 36);
  bytes.writeInt32BE(stat.aversion, 40);
  bytes.writeBigInt64BE(stat.ephemeralOwner, 44);
  bytes.writeBigInt64BE(stat.pzxid, 52);
  return bytes.toString('hex');
}

test('there are snapshots of servers to read', () => {
  expect(files.length).toBeGreaterThan(50);
});

test.each(files)('$name is sound and is read as by a second reader', ({ file }) => {
  const again = readSnapshotAgain(file);
  const { reader, sessions, acls, znodes, problems } = readWholeSnapshot(file);
  expect(problems).toEqual([]);
  expect(reader.isSound).toBe(true);
  expect(reader.header).toEqual({ magic: 0x5a4b534e, version: 2, dbid: -1n });
  expect(reader.sessionCount).toBe(again.sessions.length);
  expect(sessions).toEqual(again.sessions);
  const flat = acls.map(({ key, acl }) => {
    return { key, acl: acl.map(({ perms, id }) => ({ perms, scheme: id.scheme, id: id.id })) };
  });
  expect(flat).toEqual(again.acls);
  expect(reader.znodeCount).toBe(again.znodes.length);
  expect(znodes.length).toBe(again.znodes.length);
  const different = znodes.filter((znode, i) => {
    const other = again.znodes[i]!;
    const isSameData = znode.data === null ? other.data === null : other.data?.equals(znode.data);
    return (
      znode.ordinal !== i ||
      znode.offset !== other.offset ||
      znode.length !== other.length ||
      znode.path !== other.path ||
      znode.acl !== other.acl ||
      !isSameData ||
      statBytes(znode.stat) !== other.stat.toString('hex')
    );
  });
  expect(different).toEqual([]);
  const { seals, digest, lastProcessedZxid } = reader.trailer!;
  expect(seals).toEqual(
    again.seals.map(({ offset, stored, computed }) => {
      return { offset, expected: computed, found: stored, isRight: BigInt(computed) === stored };
    }),
  );
  expect(seals.every(({ isRight }) => isRight)).toBe(true);
  expect({ digest, lastProcessedZxid }).toEqual({
    digest: again.digest,
    lastProcessedZxid: again.lastProcessedZxid,
  });
  expect(reader.offset).toBe(again.plain.length);
});

describe('the blocks behind the tree', () => {
  const newestOf = (release: RegExp) => {
    const fixture = fixtures().find(({ name }) => release.test(name))!;
    const { dir, snapshots } = fixture.servers[0]!;
    const { reader } = readWholeSnapshot(join(fixture.dir, dir, snapshots.at(-1)!));
    return { ...reader.trailer!, finalZxid: BigInt((fixture as { finalZxid?: string }).finalZxid ?? -1) };
  };

  test.each(['3.4', '3.5'])('are absent before 3.6, in %s', (line) => {
    expect(newestOf(new RegExp(`^standalone-${line}`))).toMatchObject({
      digest: null,
      lastProcessedZxid: null,
    });
  });

  test.each(['3.6', '3.7', '3.8'])('are the digest in %s', (line) => {
    expect(newestOf(new RegExp(`^standalone-${line}`))).toMatchObject({
      digest: { version: 2 },
      lastProcessedZxid: null,
    });
  });

  test('are digest and last zxid in 3.9', () => {
    const { digest, lastProcessedZxid, finalZxid } = newestOf(/^standalone-3\.9/);
    expect(digest).toMatchObject({ version: 2 });
    expect(lastProcessedZxid).toBe(finalZxid);
  });
});

describeShared('snapshots of the Apache test data', () => {
  test('invalidsnap/snapshot.83f is broken although its tail looks right', () => {
    const file = sharedFixture('apache-zookeeper/invalidsnap/version-2/snapshot.83f');
    const { reader, problems } = readWholeSnapshot(file);
    expect(reader.isSound).toBe(false);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ severity }) => severity === 'error')).toBe(true);
  });

  test.each(['snapshot.100000000', 'snapshot.100001bec'])(
    'upgrade/%s is of the format before 3.0',
    (name) => {
      const file = sharedFixture(`apache-zookeeper/upgrade/${name}`);
      expect(caught(() => openSnapshot(file))).toMatchObject({ code: 'file-foreign', offset: 0 });
    },
  );
});
