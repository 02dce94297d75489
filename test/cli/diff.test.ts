// Each way in which two trees can differ, in both directions, on every kind of SOURCE.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { build, writeFiles } from '../store/indexes.js';
import { flip } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { plainAdler32 } from '../support/jute-writer.js';
import { type AclSpec, type SnapshotSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const OPEN: AclSpec = { perms: 31, scheme: 'world', id: 'anyone' };
const BOB: AclSpec = { perms: 1, scheme: 'digest', id: 'bob:x' };
const ACLS = [
  { key: 1n, acl: [{ ...OPEN, perms: 1 }] },
  { key: 2n, acl: [OPEN, BOB] },
  { key: 3n, acl: [BOB, OPEN] },
];
const CONTAINER = -(2n ** 63n);
const ttl = (ms: bigint) => BigInt.asIntN(64, 0xff00_0000_0000_0000n + ms);

const BASE: readonly ZnodeSpec[] = [
  { path: '' },
  { path: '/zookeeper' },
  { path: '/zookeeper/config', data: 'v=1', acl: 1n, stat: { aversion: -1, mtime: 5n } },
  { path: '/zookeeper/quota' },
  {
    path: '/a',
    data: 'one',
    acl: 2n,
    stat: {
      ...{ czxid: 1n, mzxid: 2n, pzxid: 3n, ctime: 4n, mtime: 5n },
      ...{ version: 6, cversion: 7, aversion: 8 },
    },
  },
  { path: '/a/child', stat: { czxid: 3n } },
  { path: '/e', data: 'x', stat: { ephemeralOwner: 0x77n } },
];

/** BASE with the znode at a path made another. */
function having(path: string, change: Partial<ZnodeSpec>): ZnodeSpec[] {
  return BASE.map((znode) =>
    znode.path !== path ? znode : { ...znode, ...change, stat: { ...znode.stat, ...change.stat } },
  );
}

function without(path: string): ZnodeSpec[] {
  return BASE.filter((znode) => znode.path !== path);
}

/** What differs from BASE to `b`: the change, its path and its fields, both strictly and for a migrated copy. */
interface Case {
  readonly b: readonly ZnodeSpec[];
  readonly strict: string;
  /** Empty: equal. */
  readonly migrated: string;
  /** The other way round, where that is not the mirror image. */
  readonly migratedBack?: string;
}

const CASES: Readonly<Record<string, Case>> = {
  nothing: { b: BASE, strict: '', migrated: '' },
  'an added znode': { b: [...BASE, { path: '/b' }], strict: 'added /b', migrated: 'added /b' },
  'a removed znode': { b: without('/a/child'), strict: 'removed /a/child', migrated: 'removed /a/child' },
  'data of the same length': {
    b: having('/a', { data: 'two' }),
    strict: 'changed /a data',
    migrated: 'changed /a data',
  },
  'null for empty data': {
    b: having('/a/child', { data: null }),
    strict: 'changed /a/child data',
    migrated: 'changed /a/child data',
  },
  'entries of an ACL in another order': {
    b: having('/a', { acl: 3n }),
    strict: 'changed /a acl',
    migrated: 'changed /a acl',
  },
  'another ACL': { b: having('/a', { acl: -1n }), strict: 'changed /a acl', migrated: 'changed /a acl' },
  'a persistent znode made a container': {
    b: having('/a', { stat: { ephemeralOwner: CONTAINER } }),
    strict: 'changed /a kind,ephemeralOwner',
    migrated: 'changed /a kind',
  },
  'a persistent znode made a TTL znode': {
    b: having('/a', { stat: { ephemeralOwner: ttl(500n) } }),
    strict: 'changed /a kind,ephemeralOwner',
    migrated: 'changed /a kind',
  },
  'an ephemeral made persistent': {
    b: having('/e', { stat: { ephemeralOwner: 0n } }),
    strict: 'changed /e kind,ephemeralOwner',
    migrated: 'changed /e kind',
  },
  'another owner': {
    b: having('/e', { stat: { ephemeralOwner: 0x78n } }),
    strict: 'changed /e ephemeralOwner',
    migrated: '',
  },
  'an ephemeral that is gone': { b: without('/e'), strict: 'removed /e', migrated: '' },
  'data of an ephemeral': { b: having('/e', { data: 'y' }), strict: 'changed /e data', migrated: '' },
  version: { b: having('/a', { stat: { version: 9 } }), strict: 'changed /a version', migrated: '' },
  aversion: { b: having('/a', { stat: { aversion: 9 } }), strict: 'changed /a aversion', migrated: '' },
  'a cversion that is ahead': {
    b: having('/a', { stat: { cversion: 8 } }),
    strict: 'changed /a cversion',
    migrated: '',
    migratedBack: 'changed /a cversion behind',
  },
  'a cversion that is behind': {
    b: having('/a', { stat: { cversion: 6 } }),
    strict: 'changed /a cversion',
    migrated: 'changed /a cversion behind',
    migratedBack: '',
  },
  czxid: { b: having('/a', { stat: { czxid: 4n } }), strict: 'changed /a czxid', migrated: '' },
  mzxid: { b: having('/a', { stat: { mzxid: 4n } }), strict: 'changed /a mzxid', migrated: '' },
  pzxid: { b: having('/a', { stat: { pzxid: 4n } }), strict: 'changed /a pzxid', migrated: '' },
  ctime: { b: having('/a', { stat: { ctime: 9n } }), strict: 'changed /a ctime', migrated: '' },
  mtime: { b: having('/a', { stat: { mtime: 9n } }), strict: 'changed /a mtime', migrated: '' },
  'the mtime of /zookeeper/config': {
    b: having('/zookeeper/config', { stat: { mtime: 9n } }),
    strict: '',
    migrated: '',
  },
  'the data of /zookeeper/config': {
    b: having('/zookeeper/config', { data: 'v=2' }),
    strict: 'changed /zookeeper/config data',
    migrated: '',
  },
  'several at once': {
    b: [...having('/a', { data: 'three', stat: { version: 7, mzxid: 5n, mtime: 6n } }), { path: '/a/d' }],
    strict: 'changed /a data,version,mzxid,mtime; added /a/d',
    migrated: 'changed /a data; added /a/d',
  },
};

const spec = (znodes: readonly ZnodeSpec[]): SnapshotSpec => {
  return { znodes, acls: ACLS, trailer: 'both', lastProcessedZxid: 5n };
};

let made = 0;

/** The same tree as a file, as a directory and in an index. */
function sources(znodes: readonly ZnodeSpec[]): string[] {
  const folder = join(dir.path, `tree${made++}`);
  writeFiles(join(folder, 'version-2'), { 'snapshot.5': snapshotBytes(spec(znodes)) });
  const { file } = build(join(dir.path, `tree${made}.db`), [folder]);
  return [join(folder, 'version-2', 'snapshot.5'), folder, file];
}

async function found(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await zoolog(['diff', ...args, '--format', 'ndjson']);
  const rows = rowsOf(stdout).map(({ change, path, fields = [], counter }) =>
    [
      change,
      path,
      ...((fields as string[]).length === 0 ? [] : [`${fields}`]),
      ...(counter ? [counter] : []),
    ].join(' '),
  );
  expect([code, stderr]).toEqual([rows.length === 0 ? 0 : 1, expect.any(String)]);
  return rows.join('; ');
}

function mirrored(rows: string): string {
  return rows.replace(/added|removed/g, (change) => (change === 'added' ? 'removed' : 'added'));
}

const KINDS = ['file', 'directory', 'index'] as const;
const base = sources(BASE);

describe.each(Object.entries(CASES))('%s', (_, { b, strict, migrated, migratedBack }) => {
  const other = sources(b);
  it.each(KINDS)('is found from %s to another', async (kind) => {
    const [from, to] = [base[KINDS.indexOf(kind)]!, other[KINDS.indexOf(kind)]!];
    expect(await found(from, to)).toBe(strict);
    expect(await found(to, from)).toBe(mirrored(strict));
    expect(await found(from, to, '--migrated')).toBe(migrated);
    expect(await found(to, from, '--migrated')).toBe(migratedBack ?? mirrored(migrated));
  });
  it('is found between kinds', async () => {
    expect(await found(base[0]!, other[2]!)).toBe(strict);
    expect(await found(base[2]!, other[1]!)).toBe(strict);
  });
});

describe('what counts', () => {
  const [one] = sources(BASE);
  const [two] = sources(CASES['several at once']!.b);
  it.each([
    [['--only', 'data'], 'changed /a data'],
    [['--only', 'added,times'], 'changed /a mtime; added /a/d'],
    [['--ignore', 'added,data'], 'changed /a version,mzxid,mtime'],
    [['--ignore', 'versions,zxids,times'], 'changed /a data; added /a/d'],
    [['--migrated', '--ignore', 'data'], 'added /a/d'],
    [['--migrated', '--only', 'version'], 'changed /a version'],
    [['--path', '/a/d'], 'added /a/d'],
    [['--path', '/e'], ''],
  ])('%s', async (args, rows) => {
    expect(await found(one!, two!, ...args)).toBe(rows);
  });

  it('is /zookeeper of a migrated copy where it is asked for', async () => {
    const [changed] = sources(CASES['the data of /zookeeper/config']!.b);
    expect(await found(one!, changed!, '--migrated', '--path', '/zookeeper')).toBe(
      'changed /zookeeper/config data',
    );
  });

  it('cannot be nothing', async () => {
    for (const args of [
      ['--only', 'data', '--ignore', 'data'],
      ['--strict', '--migrated'],
      ['--stat', '--patch'],
      ['--only', 'everything'],
      ['--max-depth', '2'],
      ['--map', '/a'],
      ['--log-dir', dir.path],
    ]) {
      expect((await zoolog(['diff', one!, two!, ...args])).code).toBe(2);
    }
    const absent = await zoolog(['diff', one!, two!, '--path', '/absent']);
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining('no znode /absent in either')]);
  });
});

describe('an ACL entry that is no UTF-8', () => {
  it('is what servers make of it: logged as it came, in the next snapshot with U+FFFD', async () => {
    const at = (moment: string) => `fixtures/standalone-3.9.5@${moment}`;
    // snapshot.18e and the txns after it, and snapshot.1c4, which the same server wrote.
    expect(await found(at('0x1b7'), at('0x1c4'), '--only', 'acl')).toBe('');
    const texts = ['\xed\xa0\xbd\xed\xb8\x80', '\ufffd\ufffd', '\ufffd'].map((id) => {
      const bytes = id.startsWith('\xed') ? Buffer.from(id, 'latin1') : Buffer.from(id);
      return [{ key: 2n, acl: [{ perms: 1, scheme: 'digest', id: bytes }] }];
    });
    const files = texts.map((acls, i) =>
      dir.write(`snapshot.a${i}`, snapshotBytes({ znodes: [{ path: '', acl: 2n }], acls })),
    );
    expect(await found(files[0]!, files[1]!)).toBe('');
    expect(await found(files[0]!, files[2]!)).toBe('changed / acl');
  });
});

describe('a sequence number that would come again', () => {
  it('is critical where there are sequential children', async () => {
    const lock = (cversion: number): ZnodeSpec[] => [
      ...BASE,
      { path: '/lock', stat: { cversion } },
      { path: '/lock/n-0000000041' },
    ];
    const [from] = sources(lock(42));
    const [to] = sources(lock(1));
    expect(await found(from!, to!, '--migrated')).toBe('changed /lock cversion critical');
    expect(await found(to!, from!, '--migrated')).toBe('');
  });
});

describe('a mapping', () => {
  const inside: ZnodeSpec[] = BASE.map((znode) =>
    `${znode.path}`.startsWith('/zookeeper') ? znode : { ...znode, path: `/prod${znode.path}` },
  );
  const chroot = sources([{ path: '' }, ...inside, { path: '/other' }]);
  it.each(KINDS)('leads into a chroot and out of it, from a %s', async (kind) => {
    const [plain, mapped] = [base[KINDS.indexOf(kind)]!, chroot[KINDS.indexOf(kind)]!];
    expect(await found(plain, mapped, '--map', '/=/prod')).toBe('');
    expect(await found(mapped, plain, '--map', '/prod=/')).toBe('');
    expect(await found(plain, mapped)).toContain('removed /a');
  });
  it('may come before the SOURCEs, and several times', async () => {
    const { code } = await zoolog([
      'diff',
      '--map',
      '/a=/prod/a',
      '--map',
      '/e=/prod/e',
      base[0]!,
      chroot[0]!,
    ]);
    expect(code).toBe(0);
  });
  it('shows both paths', async () => {
    const [renamed] = sources([
      { path: '' },
      ...BASE.slice(1, 4),
      { ...BASE[4]!, path: '/b', data: 'new' },
      { ...BASE[5]!, path: '/b/child' },
    ]);
    const { stdout } = await zoolog(['diff', base[0]!, renamed!, '--map', '/a=/b', '--format', 'ndjson']);
    expect(rowsOf(stdout)).toEqual([expect.objectContaining({ path: '/b', from: '/a', fields: ['data'] })]);
  });
  it('refuses what clashes', async () => {
    const ran = await zoolog(['diff', base[0]!, base[0]!, '--map', '/a=/x', '--map', '/e=/x']);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('/a and /e would both become /x')]);
  });
});

describe('a subtree that has moved', () => {
  it('is recognised with all below it', async () => {
    const at = (top: string): ZnodeSpec[] => [
      ...BASE,
      { path: top, data: 'top' },
      { path: `${top}/x`, data: 'below' },
      { path: `${top}/y` },
    ];
    const [from] = sources(at('/m'));
    const [to] = sources(at('/a/n'));
    const { stdout } = await zoolog(['diff', from!, to!, '--format', 'ndjson']);
    const moved = rowsOf(stdout).filter(({ change }) => change === 'moved');
    expect(moved).toEqual([{ change: 'moved', path: '/a/n', from: '/m', znodes: 3, bytes: 8 }]);
  });
});

describe('input that is not whole', () => {
  const good = snapshotBytes(spec(BASE));
  it('is never equal', async () => {
    const sealed = good.length - 40; // in the trailer, behind what is compared: the first seal is wrong
    const damaged = dir.write('snapshot.6', flip(good, sealed - 60, 1));
    const ran = await zoolog(['diff', damaged, damaged]);
    expect(ran.code).toBe(3);
  });
  it('is not equal where the tree is unproven', async () => {
    const folder = join(dir.path, 'unproven');
    writeFiles(folder, { 'snapshot.5': snapshotBytes({ znodes: BASE, acls: ACLS }) });
    const ran = await zoolog(['diff', folder, base[0]!]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('is unproven')]);
  });
  it('is not equal where an index has no data', async () => {
    const folder = join(dir.path, 'no-data');
    writeFiles(folder, { 'snapshot.5': good });
    const { file } = build(join(dir.path, 'no-data.db'), [folder], { withoutData: true });
    const ran = await zoolog(['diff', file, base[0]!]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('without data')]);
    expect((await zoolog(['diff', file, base[0]!, '--ignore', 'data'])).code).toBe(0);
  });
});

describe('clusters of an index', () => {
  it('are compared as copies of each other where their names differ', async () => {
    mkdirSync(join(dir.path, 'two'));
    cpSync(base[1]!, join(dir.path, 'two', 'one'), { recursive: true });
    const [, other] = sources(CASES.version!.b);
    const db = join(dir.path, 'two.db');
    await zoolog(['index', '-o', db, `prod=${base[1]}`, `staging=${other}`]);
    const ran = await zoolog(['diff', `${db}#prod`, `${db}#staging`]);
    expect([ran.code, ran.stderr.split('\n')[0]]).toEqual([0, expect.stringContaining('a migrated copy')]);
    expect(await found(`${db}#prod`, `${db}#staging`, '--strict')).toBe('changed /a version');
  });
});

/** A snapshot whose seals, at these offsets, are right for its bytes. */
function resealed(bytes: Buffer, seals: readonly number[]): Buffer {
  for (const seal of seals) bytes.writeBigInt64BE(BigInt(plainAdler32(bytes.subarray(0, seal))), seal);
  return bytes;
}

describe('real servers of different release lines', () => {
  const [old, now] = ['fixtures/standalone-3.5.10', 'fixtures/standalone-3.9.5'];
  it('hold the same where their clients wrote the same', async () => {
    expect(await found('fixtures/standalone-3.8.6', now, '--migrated')).toBe('');
  });
  it('show every difference that is planted in one', async () => {
    const file = 'fixtures/standalone-3.9.5/version-2/snapshot.1c4';
    const reader = openSnapshot(file);
    const at = new Map<string, { stat: number; data: number }>();
    for (const { text, offset, dataLength, path } of reader.znodes()) {
      const data = offset + 4 + path.length + 4;
      at.set(text, { data, stat: data + Math.max(dataLength, 0) + 8 });
    }
    const seals = reader.trailer!.seals.map(({ offset }) => offset);
    reader.close();
    const bytes = readFileSync(file);
    const planted: Readonly<Record<string, [at: number, mask: number]>> = {
      'changed /plain data': [at.get('/plain')!.data, 1],
      'changed /large data': [at.get('/large')!.data + 20_479, 0x80],
      'changed /a acl': [at.get('/a')!.stat - 1, 1],
      // The 40th byte of a stat is the last of its cversion, by FORMAT.md.
      'changed /sequence cversion critical': [at.get('/sequence')!.stat + 39, 0x80],
      // The owner, which makes it an ephemeral.
      'changed /A kind': [at.get('/A')!.stat + 51, 1],
    };
    let all: Buffer = bytes;
    for (const [row, [offset, mask]] of Object.entries(planted)) {
      const one = dir.write('snapshot.1c4', resealed(flip(bytes, offset, mask), seals));
      expect(await found('fixtures/standalone-3.8.6', one, '--migrated')).toBe(row);
      all = flip(all, offset, mask);
    }
    const worst = dir.write('snapshot.1c4', resealed(all, seals));
    const rows = (await found('fixtures/standalone-3.8.6', worst, '--migrated')).split('; ');
    expect(new Set(rows)).toEqual(new Set(Object.keys(planted)));
  });
  it('differ by what the later line alone can do', async () => {
    // By what their clients read of them, which nobody here wrote.
    const read = (fixture: string) =>
      readFileSync(`${fixture}/client.ndjson`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ path }) => !`${path}`.startsWith('/zookeeper'));
    const byPath = (fixture: string) => new Map(read(fixture).map((znode) => [znode.path, znode]));
    const [a, b] = [byPath(old), byPath(now)];
    const isEphemeral = (znode: Record<string, unknown>) =>
      !/^0x(0|8000000000000000|ff.*)$/.test(`${znode.ephemeralOwner}`);
    const added = [...b].filter(([path, znode]) => !a.has(path) && !isEphemeral(znode)).map(([path]) => path);
    const removed = [...a]
      .filter(([path, znode]) => !b.has(path) && !isEphemeral(znode))
      .map(([path]) => path);
    const { stdout } = await zoolog(['diff', old, now, '--migrated', '--format', 'ndjson']);
    const paths = (change: string) =>
      rowsOf(stdout)
        .filter((row) => row.change === change)
        .map(({ path }) => path);
    expect(new Set(paths('added'))).toEqual(new Set(added));
    expect(new Set(paths('removed'))).toEqual(new Set(removed));
  });
});

it('says that a SOURCE is compared with itself, and a doubt of both once', async () => {
  const source = join(FIXTURES, 'standalone-3.4.14@0x80');
  const { code, stderr } = await zoolog(['diff', source, source]);
  expect(code).toBe(3);
  expect(stderr.split('\n')[0]).toContain('compared strictly');
  expect(stderr).toContain('is compared with itself');
  expect(stderr.split('is unproven:')).toHaveLength(2);
});
