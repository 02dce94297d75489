// Directories in which the snapshot is the matter.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { snappyStream } from '../support/codecs.js';
import { cut, flip } from '../support/damage.js';
import { type BodySpec, create, createSession, del, logBytes, setAcl, setData } from '../support/log-spec.js';
import { NEW_TREE, type SnapshotSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { ALL, type BootCase, change, copyFixture, named, put, THREE } from './boot-make.js';

const OLD = 'load-3.4.14';
const NEW = 'load-3.9.5';
const OPEN = [{ perms: 31, scheme: 'world', id: 'anyone' }];
const newest = (dir: string) => named(dir, 'snapshot').at(-1)!;
/** Flips a byte in the middle of the tree: only the checksum tells. */
const spoil = (bytes: Buffer) => flip(bytes, Math.floor(bytes.length / 2));

const a = (path: string | null, more: Partial<ZnodeSpec> = {}): ZnodeSpec => ({ path, acl: 1n, ...more });
/** A snapshot of 0x10 with a parent whose ACL is not in the table. */
const LACKING = {
  znodes: [...NEW_TREE, a('/a', { acl: 7n }), a('/a/b'), a('/c')],
};
/** Logs that follow snapshot.10. */
const follows = (...bodies: BodySpec[]) =>
  logBytes({ txns: bodies.map((body, i) => ({ zxid: 0x11n + BigInt(i), ...body })) });

/** A directory with an older sound snapshot, and a newer one as described. */
function overOlder(dir: string, spec: SnapshotSpec): void {
  put(dir, {
    'snapshot.5': snapshotBytes({ znodes: [...NEW_TREE, a('/old')] }),
    'snapshot.10': snapshotBytes(spec),
    'log.6': logBytes({
      txns: Array.from({ length: 12 }, (_, i) => ({ zxid: BigInt(i + 6), ...create(`/n${i}`) })),
    }),
  });
}

export const snapshotCases: readonly BootCase[] = [
  { name: 'a sound directory of 3.4', releases: ALL, make: (dir) => copyFixture(OLD, dir) },
  { name: 'a sound directory of 3.9', releases: ALL, make: (dir) => copyFixture(NEW, dir) },
  {
    name: 'the newest snapshot has a wrong checksum',
    releases: ALL,
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, newest(dir), spoil);
    },
  },
  {
    name: 'the newest snapshot is cut',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir);
      change(dir, newest(dir), (bytes) => cut(bytes, 20_000));
    },
  },
  {
    name: 'the newest snapshot is cut where a slash ends',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      // Its last five bytes look right, and it ends within the tree.
      change(dir, newest(dir), (bytes) =>
        Buffer.concat([cut(bytes, 20_000), Buffer.from('000000012f', 'hex')]),
      );
    },
  },
  {
    name: 'all snapshots are damaged',
    releases: ALL,
    make: (dir) => {
      copyFixture(OLD, dir);
      for (const name of named(dir, 'snapshot')) change(dir, name, spoil);
    },
  },
  {
    name: 'all snapshots are empty files',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      for (const name of named(dir, 'snapshot')) change(dir, name, () => Buffer.alloc(0));
    },
  },
  {
    name: 'no snapshot, but logs',
    releases: ALL,
    make: (dir) => copyFixture(OLD, dir, (name) => name.startsWith('snap')),
  },
  {
    name: 'no snapshot, but logs, trusted',
    releases: ['3.4', '3.5', '3.6', '3.7', '3.8', '3.9'],
    spec: { trustEmpty: true },
    make: (dir) => copyFixture(OLD, dir, (name) => name.startsWith('snap')),
  },
  { name: 'nothing at all', releases: THREE, make: (dir) => put(dir, { 'log.bad-name': '' }) },
  {
    name: 'nothing at all, and it may not begin so',
    releases: ['3.5', '3.6', '3.9'],
    spec: { dbAutocreate: false },
    make: (dir) => put(dir, { 'log.bad-name': '' }),
  },
  {
    name: 'nothing but the file initialize',
    releases: ['3.5', '3.6', '3.9'],
    spec: { dbAutocreate: false },
    make: (dir) => {
      put(dir, { 'log.bad-name': '' });
      writeFileSync(join(dir, 'initialize'), '');
    },
  },
  {
    name: 'no snapshot, and a log without a txn',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => put(dir, { 'log.1': logBytes({ padding: 4096 }) }),
  },
  {
    name: 'no snapshot, and a log without a byte',
    releases: ['3.4', '3.5', '3.8', '3.9'],
    make: (dir) => put(dir, { 'log.1': '' }),
  },
  {
    name: 'the newest snapshot has an odd name',
    releases: ALL,
    make: (dir) => {
      copyFixture(NEW, dir);
      change(dir, newest(dir), (bytes) => {
        writeFileSync(join(dir, 'version-2', 'snapshot.e00.bak'), bytes);
        return bytes;
      });
    },
  },
  {
    name: 'snapshots as gzip',
    releases: ['3.4', '3.5', '3.6', '3.8', '3.9'],
    make: (dir) => copyFixture('gz-3.9.5', dir),
  },
  {
    name: 'snapshots as snappy',
    releases: ['3.5', '3.6', '3.9'],
    make: (dir) => copyFixture('snappy-3.9.5', dir),
  },
  {
    name: 'the newest snapshot is a damaged gzip',
    releases: ['3.6', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir);
      put(dir, { 'snapshot.e00.gz': spoil(gzipSync(snapshotBytes({ znodes: NEW_TREE }))) });
    },
  },
  {
    name: 'the newest snapshot is a cut snappy stream',
    releases: ['3.6', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir);
      put(dir, { 'snapshot.e00.snappy': cut(snappyStream(snapshotBytes({ znodes: NEW_TREE })), 200) });
    },
  },
  {
    name: 'a gzip without the extension, and one that is none',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir);
      put(dir, {
        'snapshot.e00': gzipSync(snapshotBytes({ znodes: NEW_TREE })),
        'snapshot.e01.gz': snapshotBytes({ znodes: NEW_TREE }),
      });
    },
  },
  {
    name: 'only the last block, by a server without digests',
    releases: ALL,
    make: (dir) => copyFixture('digest-off-3.9.5', dir),
  },
  {
    name: 'only the last block, to a server without digests',
    releases: ['3.8', '3.9'],
    spec: { digestEnabled: false },
    make: (dir) => copyFixture('digest-off-3.9.5', dir),
  },
  {
    name: 'both blocks, to a server without digests',
    releases: ['3.5', '3.8', '3.9'],
    spec: { digestEnabled: false },
    make: (dir) => copyFixture(NEW, dir),
  },
  {
    name: 'both blocks, to a server without the last one',
    releases: ['3.9'],
    spec: { lastZxidBlock: false },
    make: (dir) => copyFixture(NEW, dir),
  },
  { name: 'no blocks', releases: ['3.6', '3.9'], make: (dir) => copyFixture('no-trailer-3.9.5', dir) },
  {
    name: 'a wrong checksum behind the digest block',
    releases: ['3.5', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir);
      // The digest itself: the tree and its seal stay right.
      change(dir, newest(dir), (bytes) => flip(bytes, bytes.length - 21 - 15));
    },
  },
  {
    name: 'a snapshot that ends within its digest block, with a slash',
    releases: ['3.5', '3.6', '3.9'],
    make: (dir) =>
      overOlder(dir, {
        znodes: [...NEW_TREE, a('/new')],
        trailer: 'digest',
        damagePlain: (plain, marks) =>
          Buffer.concat([cut(plain, marks.seals[0]! + 13 + 4), Buffer.from('000000012f', 'hex')]),
      }),
  },
  {
    name: 'bytes behind the last block',
    releases: ['3.5', '3.7', '3.9'],
    make: (dir) =>
      overOlder(dir, {
        znodes: [...NEW_TREE, a('/new')],
        trailer: 'both',
        damagePlain: (plain) => Buffer.concat([plain, Buffer.from('ffffffff000000012f', 'hex')]),
      }),
  },
  {
    name: 'a znode without its parent',
    releases: THREE,
    make: (dir) => overOlder(dir, { znodes: [...NEW_TREE, a('/x/y'), a('/x')] }),
  },
  {
    name: 'znodes in an odd order, parents first',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) =>
      overOlder(dir, { znodes: [...NEW_TREE, a('/x'), a('/y'), a('/x/1'), a('/y/1'), a('/x/1/2')] }),
  },
  {
    name: 'a null list of ACLs',
    releases: THREE,
    make: (dir) =>
      overOlder(dir, {
        acls: [
          { key: 1n, acl: OPEN },
          { key: 2n, acl: null },
        ],
        znodes: NEW_TREE,
      }),
  },
  {
    name: 'a null path',
    releases: THREE,
    make: (dir) => overOlder(dir, { znodes: [...NEW_TREE, a(null)] }),
  },
  {
    name: 'a znode longer than is read',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => overOlder(dir, { znodes: [...NEW_TREE, a('/long', { data: Buffer.alloc(1_500_000) })] }),
  },
  {
    name: 'a znode longer than is read with a small jute.maxbuffer',
    releases: ['3.4', '3.6', '3.9'],
    spec: { maxBuffer: 5000 },
    make: (dir) => overOlder(dir, { znodes: [...NEW_TREE, a('/long', { data: Buffer.alloc(11_000) })] }),
  },
  {
    name: 'a jute.maxbuffer that overflows',
    releases: ['3.4', '3.6', '3.8', '3.9'],
    spec: { maxBuffer: 2147483647 },
    make: (dir) => overOlder(dir, { znodes: NEW_TREE }),
  },
  {
    name: 'an ACL that is lacking, and no txn',
    releases: ['3.4', '3.6', '3.8', '3.9'],
    make: (dir) => put(dir, { 'snapshot.10': snapshotBytes(LACKING) }),
  },
  {
    name: 'a create below a znode whose ACL is lacking',
    releases: ['3.4', '3.6', '3.7', '3.8', '3.9'],
    make: (dir) => put(dir, { 'snapshot.10': snapshotBytes(LACKING), 'log.11': follows(create('/a/x')) }),
  },
  {
    name: 'the same behind a setACL that mends it',
    releases: ['3.7', '3.8', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.10': snapshotBytes(LACKING),
        'log.11': follows(setAcl('/a', OPEN), create('/a/x')),
      }),
  },
  {
    name: 'the same behind a create that mends it',
    releases: ['3.7', '3.8', '3.9'],
    make: (dir) =>
      put(dir, { 'snapshot.10': snapshotBytes(LACKING), 'log.11': follows(create('/a'), create('/a/x')) }),
  },
  {
    name: 'a delete below a znode whose ACL is lacking',
    releases: ['3.7', '3.8', '3.9'],
    make: (dir) =>
      put(dir, { 'snapshot.10': snapshotBytes(LACKING), 'log.11': follows(del('/a/none'), del('/a/b')) }),
  },
  {
    name: 'a delete of what is not there below a znode whose ACL is lacking',
    releases: ['3.8', '3.9'],
    make: (dir) => put(dir, { 'snapshot.10': snapshotBytes(LACKING), 'log.11': follows(del('/a/none')) }),
  },
  {
    name: 'a setData of a znode whose ACL is lacking',
    releases: ['3.7', '3.8', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.10': snapshotBytes(LACKING),
        'log.11': follows(setData('/c', 'x'), setData('/a', 'x')),
      }),
  },
  {
    name: 'a dead ephemeral whose ACL is lacking',
    releases: ['3.7', '3.8', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.10': snapshotBytes({
          znodes: [...NEW_TREE, a('/e', { acl: 7n, stat: { ephemeralOwner: 0x77n } })],
        }),
      }),
  },
  {
    name: 'ephemerals without a session',
    releases: ALL,
    make: (dir) =>
      put(dir, {
        'snapshot.10': snapshotBytes({
          sessions: [{ id: 0x55n, timeout: 3_600_000 }],
          znodes: [
            ...NEW_TREE,
            a('/alive', { stat: { ephemeralOwner: 0x55n } }),
            a('/dead', { stat: { ephemeralOwner: 0x77n } }),
            a('/dead2', { stat: { ephemeralOwner: 0x78n } }),
            a('/later', { stat: { ephemeralOwner: 0x79n } }),
          ],
        }),
        'log.11': logBytes({
          txns: [
            { zxid: 0x11n, clientId: 0x79n, ...createSession(3_600_000) },
            { zxid: 0x12n, clientId: 0x80n, ...create('/none', '', { ephemeral: true }) },
          ],
        }),
      }),
  },
  {
    name: 'containers and TTLs, without extended types',
    releases: ALL,
    make: (dir) => copyFixture('standalone-3.9.5', dir, (name) => name.startsWith('log.')),
  },
  {
    name: 'containers and TTLs, with extended types',
    releases: ['3.5', '3.6', '3.9'],
    spec: { extendedTypes: true },
    make: (dir) => copyFixture('standalone-3.9.5', dir, (name) => name.startsWith('log.')),
  },
  {
    name: 'TTLs of 3.5.3',
    releases: ['3.5', '3.9'],
    spec: { extendedTypes: true, emulate353: true },
    make: (dir) =>
      put(dir, {
        'snapshot.10': snapshotBytes({
          znodes: [
            ...NEW_TREE,
            a('/ttl', { stat: { ephemeralOwner: -(2n ** 63n) + 5000n } }),
            a('/container', { stat: { ephemeralOwner: -(2n ** 63n) } }),
          ],
        }),
      }),
  },
  {
    name: 'an owner that means nothing, with extended types',
    releases: ['3.5', '3.7', '3.9'],
    spec: { extendedTypes: true },
    make: (dir) =>
      overOlder(dir, {
        znodes: [
          ...NEW_TREE,
          a('/odd', { stat: { ephemeralOwner: BigInt.asIntN(64, 0xff00_0100_0000_0001n) } }),
        ],
      }),
  },
  {
    name: 'an owner that means nothing, without extended types',
    releases: ['3.4', '3.9'],
    make: (dir) =>
      overOlder(dir, {
        znodes: [
          ...NEW_TREE,
          a('/odd', { stat: { ephemeralOwner: BigInt.asIntN(64, 0xff00_0100_0000_0001n) } }),
        ],
      }),
  },
  {
    name: 'a hundred damaged snapshots before a sound one',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      const bad = spoil(snapshotBytes({ znodes: NEW_TREE }));
      const files: Record<string, Buffer> = { 'snapshot.1': snapshotBytes({ znodes: NEW_TREE }) };
      for (let i = 2; i < 102; i++) files[`snapshot.${i.toString(16)}`] = bad;
      put(dir, files);
    },
  },
  {
    name: 'ninety-nine damaged snapshots, and as many cut ones, before a sound one',
    releases: ['3.5', '3.9'],
    make: (dir) => {
      const sound = snapshotBytes({ znodes: NEW_TREE });
      const files: Record<string, Buffer> = { 'snapshot.1': sound };
      for (let i = 2; i < 101; i++) files[`snapshot.${i.toString(16)}`] = spoil(sound);
      for (let i = 101; i < 200; i++) files[`snapshot.${i.toString(16)}`] = cut(sound, 100);
      put(dir, files);
    },
  },
  {
    name: 'snapshots and logs of before 3.0',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      // Sessions, then records of length, header and mark: neither begins with a magic.
      put(dir, { 'snapshot.5': Buffer.concat([Buffer.alloc(60), Buffer.from('000000012f', 'hex')]) });
    },
  },
  {
    name: 'a snapshot named as later than it is',
    releases: ['3.5', '3.9'],
    make: (dir) => {
      copyFixture(NEW, dir, (name) => name.startsWith('snapshot.') && name !== 'snapshot.75c');
      cpSync(join(dir, 'version-2', 'snapshot.75c'), join(dir, 'version-2', 'snapshot.900'));
    },
  },
  {
    name: 'a folder named as a snapshot',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      cpSync(join(dir, 'version-2', 'log.1'), join(dir, 'version-2', 'snapshot.fff', 'x'));
    },
  },
  {
    name: 'killed while a snapshot was written',
    releases: THREE,
    make: (dir) => copyFixture('killed-3.4.14', dir),
  },
  {
    name: 'killed 3.9.5 while a snapshot was written',
    releases: ['3.5', '3.6', '3.9'],
    make: (dir) => copyFixture('killed-3.9.5', dir),
  },
];
