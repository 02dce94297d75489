import { describe, expect, test } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { CODECS } from '../support/codecs.js';
import { putI32 } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { jute, plainAdler32 } from '../support/jute-writer.js';
import { caught, readWholeSnapshot } from '../support/read-all.js';
import {
  buildSnapshot,
  type SnapshotSpec,
  snapshotBytes,
  type TrailerSpec,
} from '../support/snapshot-spec.js';

const dir = useTempDir();
const read = (spec: SnapshotSpec) => readWholeSnapshot(dir.write('snapshot.1', snapshotBytes(spec)));
const readBytes = (bytes: Buffer) => readWholeSnapshot(dir.write('snapshot.1', bytes));

const RICH: SnapshotSpec = {
  sessions: [
    { id: 0x100001eb3f30000n, timeout: 30000 },
    { id: -5n, timeout: 4000 },
  ],
  acls: [
    { key: 1n, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }] },
    { key: 7n, acl: [] },
    { key: 3n, acl: [{ perms: 1, scheme: null, id: Buffer.from([0xff]) }] },
  ],
  znodes: [
    { path: '' },
    { path: '/a', data: null, acl: 1n, stat: { czxid: 5n, ephemeralOwner: -(2n ** 63n) } },
    { path: '/a/b', data: '', acl: 7n, stat: { cversion: -1, pzxid: 2n ** 62n } },
    { path: '/a/é', data: Buffer.alloc(3000, 7), acl: 3n },
  ],
  trailer: 'both',
  digest: { zxid: 9n, version: 2, digest: -3n },
  lastProcessedZxid: 10n,
};

describe.each(CODECS)('a %s snapshot', (codec) => {
  const { reader, sessions, acls, znodes, problems } = read({ ...RICH, codec });

  test('gives its sessions, ACLs and znodes in its order', () => {
    expect(sessions).toEqual(RICH.sessions);
    expect(acls).toEqual([
      { key: 1n, acl: [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }] },
      { key: 7n, acl: [] },
      { key: 3n, acl: [{ perms: 1, id: { scheme: null, id: '\xff' } }] },
    ]);
    expect(znodes.map(({ path }) => path)).toEqual(['', '/a', '/a/b', '/a/\xc3\xa9']);
    expect(znodes.map(({ acl }) => acl)).toEqual([-1n, 1n, 7n, 3n]);
    expect(znodes[1]!.stat).toMatchObject({ czxid: 5n, ephemeralOwner: -(2n ** 63n) });
    expect(znodes[2]!.stat).toMatchObject({ cversion: -1, pzxid: 2n ** 62n });
  });

  test('keeps null data and empty data apart', () => {
    expect(znodes.map(({ data }) => data?.length ?? null)).toEqual([0, null, 0, 3000]);
  });

  test('is sound, with its digest and its last zxid', () => {
    expect(problems).toEqual([]);
    expect(reader.isSound).toBe(true);
    expect(reader.trailer).toMatchObject({ digest: RICH.digest, lastProcessedZxid: 10n });
    expect(reader.stream.codec).toBe(codec);
  });

  test('says at which byte of the plain stream each znode stands', () => {
    expect(znodes.map(({ offset }) => offset)).toEqual(buildSnapshot(RICH).marks.znodes);
  });
});

describe('reading only a part', () => {
  const file = () => dir.write('snapshot.2', snapshotBytes(RICH));

  test('passes over sessions and ACLs that nobody asked for, and checks them all the same', () => {
    const reader = openSnapshot(file());
    reader.drain();
    reader.close();
    expect([reader.sessionCount, reader.znodeCount, reader.isSound]).toEqual([2, 4, true]);
  });

  test('goes on where it was left', () => {
    const reader = openSnapshot(file());
    for (const session of reader.sessions()) {
      expect(session.timeout).toBe(30000);
      break;
    }
    const [acl] = reader.acls();
    expect(acl?.key).toBe(1n);
    expect([...reader.znodes()].length).toBe(4);
    expect(reader.isSound).toBe(true);
    expect([...reader.sessions()]).toEqual([]);
    reader.close();
  });

  test('is not sound before the znodes were read to their end', () => {
    const reader = openSnapshot(file());
    for (const _ of reader.acls());
    expect([reader.isSound, reader.trailer]).toEqual([false, null]);
    reader.close();
  });
});

describe('the bytes behind the first seal', () => {
  const TRAILERS: [TrailerSpec, number][] = [
    ['none', 0],
    ['lastZxid', 21],
    ['digest', 33],
    ['both', 54],
  ];
  const seal1 = buildSnapshot({}).plain.length;

  test.each(TRAILERS)('%s are %i and sound', (trailer, count) => {
    const built = buildSnapshot({ trailer, digest: RICH.digest!, lastProcessedZxid: 10n });
    expect(built.bytes.length).toBe(seal1 + count);
    const { reader, problems } = readBytes(built.bytes);
    expect(problems).toEqual([]);
    expect(reader.isSound).toBe(true);
    expect(reader.trailer).toMatchObject({
      digest: trailer === 'digest' || trailer === 'both' ? RICH.digest : null,
      lastProcessedZxid: trailer === 'lastZxid' || trailer === 'both' ? 10n : null,
    });
    expect(reader.trailer!.seals.map(({ offset }) => offset)).toEqual(built.marks.seals);
  });

  const counts = Array.from({ length: 60 }, (_, i) => i + 1);
  test.each(counts)('that are %i zeros are reported', (count) => {
    const { reader, problems, codes } = readBytes(Buffer.concat([snapshotBytes(), Buffer.alloc(count)]));
    // A block of zeros has a zero for a seal: wrong. What is no block is the rest of one, up to 54 bytes.
    if (count === 21) expect(codes).toEqual(['snapshot-trailer-checksum']);
    else if (count === 33) expect(codes).toEqual(['snapshot-trailer-checksum']);
    else if (count === 54) expect(codes).toEqual(['snapshot-trailer-checksum']);
    else if (count < 54) expect(codes).toEqual(['snapshot-trailer-cut']);
    else expect(codes).toEqual(['snapshot-trailer-checksum', 'snapshot-trailing-bytes']);
    expect(reader.isSound).toBe(false);
    expect(reader.znodeCount).toBe(4);
    const blocks: Record<number, number[]> = {
      21: [seal1 + 8],
      33: [seal1 + 20],
      54: [seal1 + 20],
    };
    const expected = blocks[count] ?? (count < 54 ? [seal1] : [seal1 + 20, seal1 + 33]);
    expect(problems.map(({ offset }) => offset)).toEqual(expected);
  });

  test('that follow a whole digest block are a warning, and the file is sound', () => {
    const bytes = Buffer.concat([snapshotBytes({ trailer: 'both' }), Buffer.from('appended')]);
    const { reader, problems } = readBytes(bytes);
    expect(problems).toMatchObject([
      { code: 'snapshot-trailing-bytes', severity: 'warning', offset: seal1 + 54, found: '8 bytes more' },
    ]);
    expect(reader.isSound).toBe(true);
  });
});

describe('a header', () => {
  test.each([0, 1, 2, 3, 8, 15, 16, 19])('cut to %i bytes is refused', (length) => {
    const file = dir.write('cut', snapshotBytes().subarray(0, length));
    expect(caught(() => openSnapshot(file))).toMatchObject({
      code: length === 0 ? 'file-empty' : 'truncated',
      offset: length < 16 ? 0 : 16,
    });
  });

  test('of a log is refused as foreign', () => {
    const file = dir.write('log', snapshotBytes({ header: { magic: 0x5a4b4c47 } }));
    expect(caught(() => openSnapshot(file))).toMatchObject({
      code: 'file-foreign',
      offset: 0,
      found: '5a4b4c47',
    });
  });

  test('with another version or dbid is read, as servers do, and the version is reported', () => {
    const { reader, problems } = read({ header: { version: 3, dbid: 12n } });
    expect(problems).toMatchObject([{ code: 'file-format-version', offset: 4, found: '3' }]);
    expect([reader.isSound, reader.znodeCount, reader.header.dbid]).toEqual([true, 4, 12n]);
  });
});

describe('a znode that cannot be', () => {
  test.each(['a', '/a/', '//', 'a/b'])(
    'with the path %j is reported and left out, and the others are kept',
    (path) => {
      const spec: SnapshotSpec = { znodes: [{ path: '' }, { path }, { path: '/b' }] };
      const { reader, znodes, problems } = read(spec);
      expect(znodes.map((znode) => znode.path)).toEqual(['', '/b']);
      expect(problems).toMatchObject([{ code: 'znode-path', offset: buildSnapshot(spec).marks.znodes[1] }]);
      expect(reader.isSound).toBe(false);
      expect(reader.trailer).not.toBeNull();
    },
  );

  test('with a null path ends the reading there', () => {
    const spec: SnapshotSpec = { znodes: [{ path: '' }, { path: null }, { path: '/b' }] };
    const { reader, znodes, problems } = read(spec);
    expect(znodes.map(({ path }) => path)).toEqual(['']);
    expect(problems).toMatchObject([
      { code: 'length-unreasonable', offset: buildSnapshot(spec).marks.znodes[1], found: '-1' },
    ]);
    expect([reader.isSound, reader.trailer]).toEqual([false, null]);
  });

  test('because its path occurs twice is given twice, for whoever knows the tree', () => {
    const { reader, znodes } = read({
      znodes: [{ path: '' }, { path: '/a', data: 'old' }, { path: '/a', data: 'new' }],
    });
    expect(znodes.map(({ path, data }) => `${path}=${data}`)).toEqual(['=', '/a=old', '/a=new']);
    expect(reader.isSound).toBe(true);
  });
});

describe('a length', () => {
  const { bytes, marks } = buildSnapshot(RICH);
  const [, , znode] = marks.znodes as [number, number, number, number];
  const DATA_LENGTH = 4 + '/a/b'.length;

  test.each([
    ['of a path', znode, -2, 'length-unreasonable', znode],
    ['of a path', znode, 1_000_000, 'snapshot-cut', znode],
    ['of a path', znode, 2 ** 31 - 1, 'record-too-large', znode],
    ['of data', znode + DATA_LENGTH, -2, 'length-unreasonable', znode + DATA_LENGTH],
    ['of data', znode + DATA_LENGTH, -(2 ** 31), 'length-unreasonable', znode + DATA_LENGTH],
    ['of data', znode + DATA_LENGTH, 2 ** 31 - 1, 'snapshot-cut', znode],
    ['of an ACL list', marks.acls[0]! + 8, 1_000_000, 'snapshot-cut', marks.acls[0]!],
    ['of an ACL list', marks.acls[0]! + 8, 2 ** 31 - 1, 'record-too-large', marks.acls[0]! + 8],
    ['of a scheme', marks.acls[0]! + 16, -2, 'length-unreasonable', marks.acls[0]! + 16],
    ['of a scheme', marks.acls[0]! + 16, 1_000_000, 'snapshot-cut', marks.acls[0]!],
    ['of a scheme', marks.acls[0]! + 16, 2 ** 31 - 1, 'record-too-large', marks.acls[0]! + 16],
  ])('%s at byte %i that is %i is %s', (_, at, value, code, offset) => {
    const { reader, problems } = readBytes(putI32(bytes, at, value));
    expect(problems).toMatchObject([{ code, offset }]);
    expect(reader.isSound).toBe(false);
  });

  test('of data says which znode it belongs to', () => {
    const { problems } = readBytes(putI32(bytes, znode + DATA_LENGTH, -2));
    expect(problems[0]!.where).toBe('znode /a/b');
  });

  test.each(CODECS)('of 2^31 - 1 costs no memory in a %s file', (codec) => {
    const spec: SnapshotSpec = {
      ...RICH,
      codec,
      damagePlain: (plain) => putI32(plain, znode + DATA_LENGTH, 2 ** 31 - 1),
    };
    const file = dir.write('snapshot.3', snapshotBytes(spec));
    const before = process.memoryUsage().arrayBuffers;
    const { znodes, codes } = readWholeSnapshot(file);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40e6);
    expect(znodes.length).toBe(2);
    expect(codes).toEqual([codec === 'raw' ? 'snapshot-cut' : 'record-too-large']);
  });
});

describe('a count', () => {
  test.each([1_000_000, 3])(
    'of %i sessions where there are two is read to where the bytes end',
    (sessionCount) => {
      const { reader, codes } = read({ ...RICH, sessionCount });
      expect(reader.sessionCount).toBe(sessionCount);
      expect(reader.isSound).toBe(false);
      expect(codes.length).toBe(1);
    },
  );

  test('of 2^31 - 1 sessions is refused, for no server had as many', () => {
    const { reader, sessions, acls, problems } = read({ ...RICH, sessionCount: 2 ** 31 - 1 });
    expect(reader.isSound).toBe(false);
    expect([sessions, acls]).toEqual([[], []]);
    expect(problems).toMatchObject([{ code: 'record-too-large', offset: 16, found: '2147483647' }]);
  });

  test.each([-1, -2, -(2 ** 31)])('of %i sessions is none, as in the loop of a server', (sessionCount) => {
    const { reader, sessions, acls } = read({ sessionCount });
    expect([reader.sessionCount, sessions, acls.length, reader.isSound]).toEqual([0, [], 1, true]);
  });

  test('of 2^31 - 1 ACL lists where there are three is read to where the bytes end', () => {
    const { reader, codes, acls } = read({ ...RICH, aclCount: 2 ** 31 - 1 });
    expect(reader.isSound).toBe(false);
    expect(acls.length).toBeGreaterThanOrEqual(3);
    // The znodes, read as lists, soon claim one that is too long.
    expect(codes.at(-1)).toBe('record-too-large');
  });

  test('of a null ACL list is reported, and the others are kept', () => {
    const spec: SnapshotSpec = {
      acls: [
        { key: 1n, acl: null },
        { key: 2n, acl: [] },
      ],
    };
    const { reader, acls, problems, znodes } = read(spec);
    expect(acls).toEqual([{ key: 2n, acl: [] }]);
    expect(problems).toMatchObject([{ code: 'acl-null', offset: 24, where: 'ACL 1' }]);
    expect([reader.isSound, znodes.length]).toEqual([false, 4]);
  });
});

test('an ACL list with a million entries is read in seconds and a few hundred megabytes', () => {
  const entry = jute((w) => w.i32(31).ustring('world').ustring('anyone'));
  const start = jute((w) => w.i32(0x5a4b534e).i32(2).i64(-1n).i32(0).i32(1).i64(1n).i32(1_000_000));
  const tree = Buffer.concat([
    start,
    Buffer.alloc(entry.length * 1_000_000, entry),
    jute((w) => w.ustring('/')),
  ]);
  const sum = BigInt(plainAdler32(tree));
  const file = dir.write('acls', Buffer.concat([tree, jute((w) => w.i64(sum).ustring('/'))]));
  const before = process.memoryUsage().rss;
  const begun = performance.now();
  const { reader, acls, problems } = readWholeSnapshot(file);
  const seconds = (performance.now() - begun) / 1000;
  const megabytes = (process.memoryUsage().rss - before) / 1e6;
  expect(problems).toEqual([]);
  expect([reader.isSound, acls[0]!.acl.length]).toEqual([true, 1_000_000]);
  expect(seconds).toBeLessThan(20);
  expect(megabytes).toBeLessThan(200);
});

test('a znode larger than a chunk is read whole, and those behind it too', () => {
  const data = Buffer.alloc(5_000_000, 'zookeeper');
  const { reader, znodes } = read({
    znodes: [{ path: '' }, { path: '/big', data }, { path: '/c', data: 'x' }],
  });
  expect(reader.isSound).toBe(true);
  expect(znodes.map((znode) => znode.data!.length)).toEqual([0, 5_000_000, 1]);
  expect(znodes[1]!.data!.equals(data)).toBe(true);
});
