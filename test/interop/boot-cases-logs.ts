// Directories in which the logs are the matter.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import {
  check,
  closeSession,
  create,
  create2,
  createContainer,
  createSession,
  creates,
  createTtl,
  createV0,
  deleteContainer,
  error,
  type LogSpec,
  logBytes,
  multi,
  reconfig,
  recordBytes,
  setData,
  type TxnSpec,
} from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { ALL, type BootCase, change, copyFixture, named, put, recordsOf, THREE } from './boot-make.js';

const OLD = 'load-3.4.14';
const last = (dir: string) => named(dir, 'log').at(-1)!;
/** Keeps only the snapshot before the last log but two, so that three logs are read. */
const withThreeLogs = (dir: string) =>
  copyFixture(OLD, dir, (name) => ['snapshot.bd5', 'snapshot.cfe'].includes(name));
/** The offset of the middle record of a log. */
const middle = (bytes: Buffer) => {
  const records = recordsOf(bytes);
  return records[records.length >> 1]!.offset;
};

type LooseTxn = Omit<TxnSpec, 'zxid'>;

const TREE = snapshotBytes({ znodes: NEW_TREE });
/** A new tree at 0, and one log of these txns from 0x1 on, each { type, body } or more. */
const one = (dir: string, txns: readonly LooseTxn[], spec: LogSpec = {}) =>
  put(dir, {
    'snapshot.0': TREE,
    'log.1': logBytes({ txns: txns.map((txn, i) => ({ zxid: BigInt(i + 1), ...txn })), ...spec }),
  });
/** The same with a sound log behind it, from 0x100 on or as given. */
const andMore = (dir: string, txns: readonly LooseTxn[], from = 0x100n) => {
  one(dir, txns, { padding: 100 });
  put(dir, {
    [`log.${from.toString(16)}`]: logBytes({
      txns: creates(3, from).map((txn, i) => ({ ...txn, ...create(`/more${i}`) })),
    }),
  });
};

export const logCases: readonly BootCase[] = [
  {
    name: 'a last log without a byte',
    releases: ALL,
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.e00': '' });
    },
  },
  {
    name: 'a log without a byte in the middle',
    releases: THREE,
    make: (dir) => {
      withThreeLogs(dir);
      put(dir, { 'log.c80': '' });
    },
  },
  {
    name: 'a log without a byte before the snapshot',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.200': '' });
    },
  },
  {
    name: 'a last log that ends within its header',
    releases: THREE,
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.e00': cut(logBytes(), 10) });
    },
  },
  {
    name: 'a last log of header and zeros',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.e00': logBytes({ padding: 65536 }) });
    },
  },
  {
    name: 'a last log of zeros alone',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.e00': Buffer.alloc(65536) });
    },
  },
  {
    name: 'a wrong checksum in the last log',
    releases: ALL,
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => flip(bytes, middle(bytes) + 20));
    },
  },
  {
    name: 'a wrong checksum before the snapshot, in the log that is opened',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      // log.bd6 begins before snapshot.cfe and is read up to it.
      change(dir, 'log.bd6', (bytes) => flip(bytes, middle(bytes) + 20));
    },
  },
  {
    name: 'a wrong checksum in a log that is not opened',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, 'log.16b', (bytes) => flip(bytes, middle(bytes) + 20));
    },
  },
  {
    name: 'a torn last record',
    releases: ALL,
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => cut(bytes, recordsOf(bytes).at(-1)!.offset + 30));
    },
  },
  {
    name: 'a torn record in the middle log',
    releases: ['3.4', '3.8', '3.9'],
    make: (dir) => {
      withThreeLogs(dir);
      change(dir, 'log.bd6', (bytes) => cut(bytes, middle(bytes) + 30));
    },
  },
  {
    name: 'a length of -1',
    releases: ['3.4', '3.5', '3.7', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, -1));
    },
  },
  {
    name: 'a length below -1',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, -1000));
    },
  },
  {
    name: 'a length of 2^31-1',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, 2 ** 31 - 1));
    },
  },
  {
    name: 'a length of 0 in the middle of the last log',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, 0));
    },
  },
  {
    name: 'a length beyond the file, within the limit',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, 1_000_000));
    },
  },
  {
    name: 'a length beyond the file, within the limit of some',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => putI32(bytes, middle(bytes) + 8, 1_500_000));
    },
  },
  {
    name: 'a lost end mark in the last log',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => flip(bytes, middle(bytes) - 1));
    },
  },
  {
    name: 'a lost end mark in the middle log',
    releases: ['3.4', '3.8', '3.9'],
    make: (dir) => {
      withThreeLogs(dir);
      change(dir, 'log.bd6', (bytes) => flip(bytes, middle(bytes) - 1));
    },
  },
  {
    name: 'a hole of zeros in the last log',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      change(dir, last(dir), (bytes) => fill(bytes, middle(bytes), middle(bytes) + 200));
    },
  },
  {
    name: 'a txn longer than some read',
    releases: ALL,
    make: (dir) => one(dir, [create('/a'), setData('/a', Buffer.alloc(1_500_000)), create('/b')]),
  },
  {
    name: 'a txn longer than all read',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => one(dir, [create('/a'), setData('/a', Buffer.alloc(2_200_000)), create('/b')]),
  },
  {
    name: 'a txn longer than all read, with a larger jute.maxbuffer',
    releases: ['3.4', '3.6', '3.9'],
    spec: { maxBuffer: 2_300_000 },
    make: (dir) => one(dir, [create('/a'), setData('/a', Buffer.alloc(2_200_000)), create('/b')]),
  },
  {
    name: 'a txn longer than read with a small extra',
    releases: ['3.5', '3.9'],
    spec: { extraBuffer: 2000 },
    make: (dir) => one(dir, [create('/a'), setData('/a', Buffer.alloc(1_052_000)), create('/b')]),
  },
  {
    name: 'an op code that nobody reads',
    releases: THREE,
    make: (dir) => one(dir, [create('/a'), { type: 99, body: Buffer.alloc(8) }]),
  },
  { name: 'a check that was logged', releases: ALL, make: (dir) => copyFixture('poison-3.7.2', dir) },
  {
    name: 'a check by itself, built',
    releases: ['3.4', '3.8', '3.9'],
    make: (dir) => one(dir, [create('/a'), check('/a', 0)]),
  },
  {
    name: 'create2',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => one(dir, [create('/a'), create2('/b')]),
  },
  {
    name: 'reconfig',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => one(dir, [create('/a'), reconfig('server.1=x')]),
  },
  {
    name: 'createContainer',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => one(dir, [create('/a'), createContainer('/b'), create('/b/c')]),
  },
  {
    name: 'deleteContainer',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => one(dir, [create('/a'), deleteContainer('/a')]),
  },
  {
    name: 'createTTL, without extended types',
    releases: ['3.4', '3.5', '3.7', '3.9'],
    make: (dir) => one(dir, [createTtl('/b', '', 5000n), create('/b/c')]),
  },
  {
    name: 'createTTL, with extended types',
    releases: ['3.5', '3.7', '3.9'],
    spec: { extendedTypes: true },
    make: (dir) => one(dir, [createTtl('/b', '', 3_600_000n), create('/b/c')]),
  },
  {
    name: 'an op code that is passed over in a log that is opened',
    releases: ['3.4', '3.5', '3.9'],
    make: (dir) => {
      // log.1 begins before the snapshot, and create2 stands before it.
      one(dir, [create('/a'), create2('/b'), create('/c'), create('/d')]);
      put(dir, { 'snapshot.3': TREE });
    },
  },
  {
    name: 'all that 3.9 writes',
    releases: ALL,
    spec: { extendedTypes: true },
    make: (dir) =>
      copyFixture('standalone-3.9.5', dir, (name) => name.startsWith('snapshot.') && name !== 'snapshot.0'),
  },
  {
    name: 'create2 within a multi',
    releases: ALL,
    make: (dir) =>
      one(dir, [create('/a'), multi([create('/m1'), create2('/m2'), create('/m3')]), create('/b')]),
  },
  {
    name: 'createContainer and createTTL within a multi',
    releases: ['3.4', '3.5', '3.9'],
    spec: { extendedTypes: true },
    make: (dir) =>
      one(dir, [
        create('/a'),
        multi([create('/m1'), createContainer('/m2'), createTtl('/m3', '', 3_600_000n)]),
        create('/b'),
      ]),
  },
  {
    name: 'an unknown part within a multi',
    releases: THREE,
    make: (dir) =>
      one(dir, [multi([create('/m1'), { type: 77, body: Buffer.alloc(4) }, create('/m3')]), create('/b')]),
  },
  {
    name: 'a failed multi',
    releases: ['3.4', '3.9'],
    make: (dir) =>
      one(dir, [multi([create('/m1'), error(-101), error(-2)]), create('/b'), error(-110), multi([])]),
  },
  {
    name: 'a multi without its list',
    releases: ['3.4', '3.9'],
    make: (dir) => one(dir, [create('/a'), multi(null)]),
  },
  {
    name: 'creates of before 3.4',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) => one(dir, [createV0('/a'), createV0('/a/b'), create('/c')]),
  },
  {
    name: 'a body that ends too soon',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) =>
      andMore(dir, [create('/a'), { type: 5, body: setData('/a', 'xyz').body.subarray(0, 8) }, create('/b')]),
  },
  {
    name: 'a body with a length beyond reason',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) =>
      andMore(dir, [create('/a'), { type: 2, body: Buffer.from('7fffff0041414141', 'hex') }, create('/b')]),
  },
  {
    name: 'an entry shorter than a header',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      const good = logBytes({ txns: [{ zxid: 1n, ...create('/a') }] });
      // A record of ten zeros, whose Adler-32 is 0x000a0001.
      const tiny = Buffer.from('00000000000a0001' + '0000000a' + '00'.repeat(10) + '42', 'hex');
      const behind = recordBytes({ zxid: 2n, ...create('/b') });
      put(dir, {
        'snapshot.0': TREE,
        'log.1': Buffer.concat([good, tiny, behind]),
        'log.100': logBytes({ txns: [{ zxid: 0x100n, ...create('/c') }] }),
      });
    },
  },
  {
    name: 'a gap between two logs',
    releases: ALL,
    make: (dir) => {
      withThreeLogs(dir);
      change(dir, 'log.bd6', (bytes) => cut(bytes, middle(bytes)));
    },
  },
  {
    name: 'a gap within a log',
    releases: ['3.4', '3.8', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.0': TREE,
        'log.1': logBytes({ txns: creates(9).filter(({ zxid }) => zxid !== 4n) }),
      }),
  },
  {
    name: 'a gap right behind the snapshot',
    releases: ['3.4', '3.8', '3.9'],
    make: (dir) => put(dir, { 'snapshot.0': TREE, 'log.4': logBytes({ txns: creates(9, 4n) }) }),
  },
  {
    name: 'a gap before the snapshot',
    releases: ['3.4', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.6': TREE,
        'log.1': logBytes({ txns: creates(9).filter(({ zxid }) => zxid !== 4n) }),
      }),
  },
  {
    name: 'a new epoch',
    releases: ['3.4', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.0': TREE,
        'log.1': logBytes({
          txns: [
            ...creates(3),
            ...creates(3, 0x500000001n).map((txn, i) => ({ ...txn, ...create(`/e${i}`) })),
          ],
        }),
      }),
  },
  {
    name: 'zxids that go back',
    releases: ['3.4', '3.6', '3.9'],
    make: (dir) =>
      put(dir, {
        'snapshot.0': TREE,
        'log.1': logBytes({ txns: creates(9) }),
        'log.a': logBytes({
          txns: [
            ...creates(3, 5n).map((txn, i) => ({ ...txn, ...create(`/back${i}`) })),
            { zxid: 10n, ...create('/ten') },
          ],
        }),
      }),
  },
  {
    name: 'logs with odd names',
    releases: ['3.4', '3.5', '3.6', '3.9'],
    make: (dir) => {
      withThreeLogs(dir);
      change(dir, last(dir), (bytes) => {
        writeFileSync(
          join(dir, 'version-2', 'log.f00.old'),
          logBytes({ txns: [{ zxid: 0xf00n, ...create('/odd-name') }] }),
        );
        return bytes;
      });
    },
  },
  {
    name: 'a log as gzip',
    releases: ['3.4', '3.5', '3.6', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.f00.gz': gzipSync(logBytes({ txns: [{ zxid: 0xf00n, ...create('/odd-name') }] })) });
    },
  },
  {
    name: 'a log of before 3.0',
    releases: ['3.4', '3.7', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.f00': recordBytes({ zxid: 0xf00n, ...create('/x') }).subarray(8) });
    },
  },
  {
    name: 'a snapshot named as a log',
    releases: ['3.4', '3.9'],
    make: (dir) => {
      copyFixture(OLD, dir);
      put(dir, { 'log.f00': TREE });
    },
  },
  {
    name: 'closeSession without lists, from a server that wrote none',
    releases: ['3.5', '3.6', '3.8', '3.9'],
    make: (dir) =>
      copyFixture(
        'closesession-off-3.8.6',
        dir,
        (name) => name.startsWith('snapshot.') && name !== 'snapshot.0',
      ),
    spec: { extendedTypes: true },
  },
  {
    name: 'closeSession without a list, and a small digest',
    releases: ALL,
    make: (dir) =>
      one(dir, [
        { clientId: 0x77n, ...createSession(4000) },
        { clientId: 0x77n, ...create('/e', '', { ephemeral: true }) },
        { clientId: 0x77n, ...closeSession(), digest: 0x51c6d660n },
        create('/after'),
      ]),
  },
  {
    name: 'the same to a server that reads no lists',
    releases: ['3.6', '3.9'],
    spec: { closeSessionTxn: false },
    make: (dir) => one(dir, [{ clientId: 0x77n, ...closeSession(), digest: 0x51c6d660n }, create('/after')]),
  },
  {
    name: 'closeSession with lists, to servers of all lines',
    releases: ['3.4', '3.5', '3.6', '3.9'],
    make: (dir) =>
      one(dir, [
        { clientId: 0x77n, ...createSession(4000) },
        { clientId: 0x77n, ...create('/e', '', { ephemeral: true }) },
        { clientId: 0x77n, ...create('/f', '', { ephemeral: true }) },
        { clientId: 0x77n, ...closeSession(['/e', '/f']), digest: 0x123456789abcn },
      ]),
  },
  {
    name: 'logs in a folder of their own',
    releases: ['3.4', '3.7', '3.9'],
    layout: { dataDir: 'data', dataLogDir: 'logs' },
    make: (dir) => {
      put(join(dir, 'data'), { 'snapshot.0': TREE });
      put(join(dir, 'logs'), { 'log.1': logBytes({ txns: creates(5) }) });
    },
  },
  {
    name: 'a log among the snapshots',
    releases: THREE,
    layout: { dataDir: 'data', dataLogDir: 'logs' },
    make: (dir) => {
      put(join(dir, 'data'), { 'snapshot.0': TREE, 'log.1': logBytes({ txns: creates(5) }) });
      mkdirSync(join(dir, 'logs', 'version-2'), { recursive: true });
    },
  },
  {
    name: 'folders for snapshots and logs exchanged',
    releases: THREE,
    layout: { dataDir: 'data', dataLogDir: 'logs' },
    make: (dir) => {
      put(join(dir, 'logs'), { 'snapshot.0': TREE });
      put(join(dir, 'data'), { 'log.1': logBytes({ txns: creates(5) }) });
    },
  },
];
