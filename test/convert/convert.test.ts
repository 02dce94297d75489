// What convert makes of small trees, rule by rule, as a second reader finds it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rowsOf, zoolog } from '../cli/run-cli.js';
import { useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain, type SecondZnode } from '../support/second-reader.js';
import { type AclSpec, type SnapshotSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';

const temp = useTempDir();
let made = 0;

const CONTAINER = -(2n ** 63n);
const TTL = BigInt.asIntN(64, (0xffn << 56n) | 5000n);
const SESSION = 0x1000n;
const OWN = ['', '/zookeeper', '/zookeeper/quota'];

/** A snapshot file of these znodes below those of a new tree of 3.4, and its name. */
function source(znodes: readonly ZnodeSpec[], spec: SnapshotSpec = {}, name = 'snapshot.50'): string {
  const folder = join(temp.path, `in-${made++}`);
  mkdirSync(folder);
  const all = [
    ...OWN.filter((path) => !znodes.some((one) => one.path === path)).map((path) => ({ path })),
    ...znodes,
  ];
  writeFileSync(join(folder, name), snapshotBytes({ znodes: all, ...spec }));
  return join(folder, name);
}

async function run(from: string, ...options: string[]) {
  const out = join(temp.path, `out-${made++}`);
  const ran = await zoolog(['convert', from, '-o', out, '--for', '3.9', ...options]);
  return { out, ...ran };
}

/** Converts, and what came of it. */
async function converted(from: string, ...options: string[]) {
  const { out, code, stderr } = await run(from, ...options);
  expect({ code, stderr: stderr.replace(/^.*zxid is not known.*\n/, '') }).toEqual({ code: 0, stderr: '' });
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  const snapshot = readSnapshotAgain(join(out, manifest.files[0].path));
  const znodes = new Map(snapshot.znodes.map((znode) => [znode.path, znode]));
  const acl = (path: string) => {
    const { acl: key } = znodes.get(path)!;
    if (key === -1n) return 'none';
    const { acl: list } = snapshot.acls.find((one) => one.key === key)!;
    return list.map(({ perms, scheme, id }) => `${scheme}:${id}:${perms}`).join(',');
  };
  const changes = rowsOf(readFileSync(join(out, 'changes.ndjson'), 'utf8'));
  const paths = [...znodes.keys()].filter((path) => path !== '' && !path.startsWith('/zookeeper'));
  return { out, manifest, snapshot, znodes, acl, changes, paths };
}

/** What it says where it refuses, and that there is no output. */
async function refused(from: string, ...options: string[]): Promise<{ code: number; stderr: string }> {
  const { out, code, stderr } = await run(from, ...options);
  expect(existsSync(out)).toBe(false);
  expect(readdirSync(temp.path).filter((name) => name.startsWith('.'))).toEqual([]);
  return { code, stderr };
}

function statOf({ stat }: SecondZnode) {
  return {
    czxid: stat.readBigInt64BE(0),
    mzxid: stat.readBigInt64BE(8),
    ctime: stat.readBigInt64BE(16),
    mtime: stat.readBigInt64BE(24),
    version: stat.readInt32BE(32),
    cversion: stat.readInt32BE(36),
    aversion: stat.readInt32BE(40),
    owner: stat.readBigInt64BE(44),
    pzxid: stat.readBigInt64BE(52),
  };
}

const acls = (...lists: readonly AclSpec[][]) => lists.map((acl, i) => ({ key: BigInt(i + 1), acl }));
const entry = (scheme: string, id: string, perms = 31): AclSpec => ({ perms, scheme, id });

describe('sessions and ephemerals', () => {
  const from = source(
    [
      { path: '/a', stat: { cversion: 7 } },
      { path: '/a/e', stat: { ephemeralOwner: SESSION } },
      { path: '/a/p', data: null },
    ],
    { sessions: [{ id: SESSION, timeout: 4000 }] },
  );

  test('are left out and told, and the counter of the parent stays', async () => {
    const { paths, snapshot, znodes, changes } = await converted(from);
    expect(paths).toEqual(['/a', '/a/p']);
    expect(snapshot.sessions).toEqual([]);
    expect(statOf(znodes.get('/a')!).cversion).toBe(7);
    expect(znodes.get('/a/p')!.data).toBe(null);
    expect(changes).toContainEqual({ change: 'left-out', reason: 'ephemeral', path: '/a/e' });
  });

  test('stay with --keep-sessions', async () => {
    const { paths, snapshot } = await converted(from, '--keep-sessions');
    expect(paths).toEqual(['/a', '/a/e', '/a/p']);
    expect(snapshot.sessions).toEqual([{ id: SESSION, timeout: 4000 }]);
  });
});

describe('what a release does not know', () => {
  const from = source([
    { path: '/c', stat: { ephemeralOwner: CONTAINER } },
    { path: '/c/child' },
    { path: '/t', stat: { ephemeralOwner: TTL } },
    { path: '/zookeeper/config', data: 'version=0' },
  ]);

  test('is refused, with the paths and what to do', async () => {
    const out = join(temp.path, 'no');
    const { code, stderr } = await zoolog(['convert', from, '-o', out, '--for', '3.4']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\/c: a container, .*--containers persistent/);
    expect(stderr).toMatch(/\/t: a TTL znode, .*--ttl persistent/);
    expect(existsSync(out)).toBe(false);
  });

  test('becomes persistent where that is asked for', async () => {
    const { znodes, changes } = await converted(from, '--containers', 'persistent', '--ttl', 'persistent');
    expect(statOf(znodes.get('/c')!).owner).toBe(0n);
    expect(statOf(znodes.get('/t')!).owner).toBe(0n);
    expect(changes.map(({ reason, path }) => `${reason} ${path}`)).toEqual(
      expect.arrayContaining(['container-to-persistent /c', 'ttl-to-persistent /t']),
    );
  });

  test('stays for a release that knows it, and says what the servers need', async () => {
    const { znodes, manifest } = await converted(from);
    expect(statOf(znodes.get('/c')!).owner).toBe(CONTAINER);
    expect(statOf(znodes.get('/t')!).owner).toBe(TTL);
    expect(manifest.requires.join()).toContain('extendedTypesEnabled=true');
  });

  test('a TTL that 3.5.3 wrote is rewritten, as is asked for', async () => {
    const old = source([{ path: '/t', stat: { ephemeralOwner: BigInt.asIntN(64, (1n << 63n) | 5000n) } }]);
    const { znodes } = await converted(old, '--emulate353');
    expect(statOf(znodes.get('/t')!).owner).toBe(TTL);
  });

  test('the config is emptied, kept with --keep-config, and gone for 3.4', async () => {
    const { znodes, acl } = await converted(from);
    expect(znodes.get('/zookeeper/config')!.data).toEqual(Buffer.alloc(0));
    expect(statOf(znodes.get('/zookeeper/config')!).aversion).toBe(-1);
    expect(acl('/zookeeper/config')).toBe('world:anyone:1');
    const kept = await converted(from, '--keep-config');
    expect(String(kept.znodes.get('/zookeeper/config')!.data)).toBe('version=0');
  });

  test.each([
    ['3.5', null, null],
    ['3.6', 0x50n, null],
    ['3.8', 0x50n, null],
    ['3.9', 0x50n, 0x50n],
  ])('%s gets the blocks behind the tree that it writes itself', async (line, digest, last) => {
    const out = join(temp.path, `line-${line}`);
    expect((await zoolog(['convert', from, '-o', out, '--for', line])).code).toBe(0);
    const found = readSnapshotAgain(join(out, 'version-2', 'snapshot.50'));
    expect(found.digest?.zxid ?? null).toBe(digest);
    expect(found.lastProcessedZxid).toBe(last);
    const bare = join(temp.path, `bare-${line}`);
    expect((await zoolog(['convert', from, '-o', bare, '--for', line, '--no-trailer'])).code).toBe(0);
    const without = readSnapshotAgain(join(bare, 'version-2', 'snapshot.50'));
    expect([without.digest, without.lastProcessedZxid]).toEqual([null, null]);
  });
});

describe('mapping', () => {
  const stat = {
    czxid: 3n,
    mzxid: 4n,
    pzxid: 5n,
    ctime: 30n,
    mtime: 40n,
    version: 1,
    cversion: 6,
    aversion: 2,
  };
  const from = source(
    [
      { path: '', data: 'of the root', stat: { cversion: 9, pzxid: 0x22n } },
      { path: '/app', data: 'x', acl: 1n, stat },
      { path: '/app/one', stat: { mtime: 77n } },
      { path: '/other' },
      { path: '/zookeeper/quota/app' },
      { path: '/zookeeper/quota/app/zookeeper_limits', data: 'count=5,bytes=-1' },
      { path: '/zookeeper/quota/app/zookeeper_stats', data: 'count=2,bytes=1' },
    ],
    { acls: acls([entry('digest', 'a:b')]) },
  );

  test('into a chroot: the root becomes a znode of the output zxid, quotas move along', async () => {
    const { paths, znodes, acl } = await converted(from, '--map', '/=/in/prod');
    expect(paths).toEqual(['/in', '/in/prod', '/in/prod/app', '/in/prod/app/one', '/in/prod/other']);
    expect(String(znodes.get('/in/prod')!.data)).toBe('of the root');
    const times = { czxid: 0x50n, mzxid: 0x50n, ctime: 77n, mtime: 77n, owner: 0n, version: 0, aversion: 0 };
    expect(statOf(znodes.get('/in/prod')!)).toEqual({ ...times, cversion: 9, pzxid: 0x22n });
    expect(statOf(znodes.get('/in')!)).toEqual({ ...times, cversion: 1, pzxid: 0x50n });
    expect(statOf(znodes.get('/in/prod/app')!)).toEqual({ ...stat, owner: 0n });
    expect(acl('/in/prod/app')).toBe('digest:a:b:31');
    expect(statOf(znodes.get('')!).cversion).toBe(1);
    const quota = '/zookeeper/quota/in/prod/app';
    expect(String(znodes.get(`${quota}/zookeeper_limits`)!.data)).toBe('count=5,bytes=-1');
    expect([...znodes.keys()]).toEqual(
      expect.arrayContaining(['/zookeeper/quota/in', '/zookeeper/quota/in/prod', quota]),
    );
    expect(znodes.has('/zookeeper/quota/app')).toBe(false);
  });

  test('out of a chroot: the znode becomes the root with its stat and ACL, the rest is left out', async () => {
    const { paths, znodes, acl, manifest } = await converted(from, '--map', '/app=/');
    expect(paths).toEqual(['/one']);
    expect(String(znodes.get('')!.data)).toBe('x');
    expect(statOf(znodes.get('')!)).toEqual({ ...stat, owner: 0n });
    expect(acl('')).toBe('digest:a:b:31');
    const left = manifest.changes.find(({ reason }: { reason: string }) => reason === 'not-mapped');
    expect(left.count).toBe(2);
  });

  test('what is above has the ACL of what is above it in turn', async () => {
    const { acl } = await converted(from, '--map', '/app=/', '--map', '/other=/x/y');
    expect([acl('/x'), acl('/x/y')]).toEqual(
      ['digest:a:b:31', 'none'].map((text, i) => (i === 0 ? text : 'world:anyone:31')),
    );
  });

  test('two znodes at one path are refused, naming both', async () => {
    const { code, stderr } = await refused(from, '--map', '/app=/x', '--map', '/other=/x');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /\/(app|other) of .*snapshot\.50 and \/(?!\1)(app|other) of .*snapshot\.50 would both become \/x/,
    );
  });

  test('a FROM that is not there is a mistake', async () => {
    const { code, stderr } = await refused(from, '--map', '/absent=/x');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no znode /absent in');
  });
});

describe('include and exclude', () => {
  const from = source([
    { path: '/a', data: 'a' },
    { path: '/a/b' },
    { path: '/a/b/c' },
    { path: '/a/d' },
    { path: '/e' },
    { path: '/zookeeper/quota/e' },
    { path: '/zookeeper/quota/e/zookeeper_limits', data: 'count=5,bytes=-1' },
  ]);

  test('an include brings what is below and what is above', async () => {
    const { paths, znodes } = await converted(from, '--include', '/a/b');
    expect(paths).toEqual(['/a', '/a/b', '/a/b/c']);
    expect(String(znodes.get('/a')!.data)).toBe('a');
    expect(znodes.has('/zookeeper/quota/e')).toBe(false);
  });

  test('an exclude takes what is below along, and quotas on it', async () => {
    const { paths, znodes } = await converted(from, '--exclude', '/*/b', '--exclude', '/e');
    expect(paths).toEqual(['/a', '/a/d']);
    expect(znodes.has('/zookeeper/quota/e/zookeeper_limits')).toBe(false);
  });

  test('an include that fits nothing is a mistake', async () => {
    const { code, stderr } = await refused(from, '--include', '/nothing/**');
    expect([code, stderr.includes('--include /nothing/** fits nothing')]).toEqual([2, true]);
  });

  test.each(['/A', '/zookeeper/**'])('an exclude that fits nothing is a mistake: %s', async (pattern) => {
    const { code, stderr } = await refused(from, '--exclude', '/a/d', '--exclude', pattern);
    expect([code, stderr.includes(`--exclude ${pattern} fits nothing`)]).toEqual([2, true]);
  });

  test('an exclude is of use that only fits what another one fits', async () => {
    const { paths } = await converted(from, '--exclude', '/a', '--exclude', '/a/b/c');
    expect(paths).toEqual(['/e']);
  });
});

describe('ACLs', () => {
  const lists = acls(
    [entry('digest', 'alice:OLD='), entry('ip', '10.0.0.7', 1)],
    [entry('sasl', 'kafka/host1@OLD')],
    [entry('ip', '10.0.0.9')],
  );
  const from = source(
    [
      { path: '/a', acl: 1n },
      { path: '/b', acl: 2n },
      { path: '/c', acl: 3n },
    ],
    { acls: lists },
  );
  const rules = (...lines: string[]) => temp.write(`rules-${made++}`, lines.join('\n'));

  test.each(['digest:carol', 'digest:carol:', 'digest:carol-*', 'digest:a:b:*'])(
    'are not mapped to a digest that nobody can have: %s',
    async (to) => {
      const file = rules('# users', `digest:alice:* => ${to}`);
      const { code, stderr } = await refused(from, '--acl-map', file);
      const what = to.replace('*', 'OLD=');
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(`${file}, line 2: nobody could match ${what}`),
      ]);
    },
  );

  test('are mapped by the first rule that fits', async () => {
    const file = rules(
      '# users',
      'digest:alice:* => digest:alice:NEW=',
      'sasl:kafka/*@OLD => sasl:kafka/*@NEW',
      'ip:10.0.0.9 => ip:192.168.0.9',
      'ip:10.* => -',
      'x509:CN=nobody => -',
    );
    const { acl, manifest } = await converted(from, '--acl-map', file);
    expect([acl('/a'), acl('/b'), acl('/c')]).toEqual([
      'digest:alice:NEW=:31',
      'sasl:kafka/host1@NEW:31',
      'ip:192.168.0.9:31',
    ]);
    expect(manifest.notes.join()).toContain('no ACL fits x509:CN=nobody => -');
  });

  test('that would be empty are refused, for servers take an empty one for an open one', async () => {
    const { code, stderr } = await refused(from, '--acl-map', rules('ip:* => -'));
    expect([code, /\/c: would be left with an empty ACL/.test(stderr)]).toEqual([1, true]);
  });

  test('are opened', async () => {
    const { acl } = await converted(from, '--open-acls');
    expect([acl('/a'), acl('/c'), acl(''), acl('/zookeeper/config')]).toEqual([
      'world:anyone:31',
      'world:anyone:31',
      'none',
      'world:anyone:1',
    ]);
  });

  test('that the snapshot lacks are refused, unless all are opened', async () => {
    const lacking = source([{ path: '/a', acl: 99n }]);
    const ran = await run(lacking);
    expect([ran.code, /\/a: has an ACL that the snapshot does not hold/.test(ran.stderr)]).toEqual([1, true]);
    const opened = await run(lacking, '--open-acls');
    expect(opened.code).toBe(0);
  });

  test('a line that is no rule is named', async () => {
    const { code, stderr } = await refused(from, '--acl-map', rules('', 'alice => bob'));
    expect([code, /, line 2: alice => bob is no rule/.test(stderr)]).toEqual([2, true]);
  });
});

describe('the zxid', () => {
  const from = source(
    [{ path: '/a', stat: { czxid: 0x40n, mzxid: 0x100000007n } }],
    {},
    'snapshot.100000009',
  );

  test.each([
    [[], 0x100000009n],
    [['--zxid', 'fresh'], 0x200000000n],
    [['--zxid', '0x100000007'], 0x100000007n],
    [['--zxid', '7:1'], 0x700000001n],
  ])('with %j', async (options, zxid) => {
    const { manifest, snapshot } = await converted(from, ...options);
    expect(manifest.zxid).toBe(`0x${zxid.toString(16)}`);
    expect(manifest.files[0].path).toBe(`version-2/snapshot.${zxid.toString(16)}`);
    expect([snapshot.digest!.zxid, snapshot.lastProcessedZxid]).toEqual([zxid, zxid]);
  });

  test('below one in a stat is refused, with the znode', async () => {
    const { code, stderr } = await refused(from, '--zxid', '0x100000006');
    expect([code, /below 0x100000007, which is in the stat of \/a/.test(stderr)]).toEqual([2, true]);
  });

  test('of a file that is not named by one is the newest in a stat', async () => {
    const unnamed = source([{ path: '/a', stat: { mzxid: 0x31n } }], {}, 'backup.bin');
    expect((await converted(unnamed)).manifest.zxid).toBe('0x31');
  });
});

describe('damage', () => {
  test('a snapshot with a wrong checksum is not converted', async () => {
    const from = source([{ path: '/a' }], {
      damagePlain: (plain, { znodes }) => {
        plain[znodes.at(-1)! + 20] = 0x55;
        return plain;
      },
    });
    const { code, stderr } = await refused(from);
    expect([code, /is damaged/.test(stderr)]).toEqual([3, true]);
  });

  test('a znode without a parent is refused', async () => {
    const { code, stderr } = await refused(source([{ path: '/a/b' }]));
    expect([code, stderr.includes('/a/b: there is no parent of it')]).toEqual([1, true]);
  });

  test('of two records with one path the later counts', async () => {
    const from = source([
      { path: '/a', data: 'first' },
      { path: '/a', data: 'second' },
    ]);
    const { znodes } = await converted(from);
    expect(String(znodes.get('/a')!.data)).toBe('second');
  });

  test('a path that is not UTF-8 becomes what servers read', async () => {
    const { paths, changes } = await converted(source([{ path: Buffer.from('/caf\xe9', 'latin1') }]));
    expect(paths.map((path) => Buffer.from(path, 'latin1').toString('utf8'))).toEqual(['/caf\ufffd']);
    expect(changes.some(({ reason }) => reason === 'path-decoded')).toBe(true);
  });
});

describe('the output', () => {
  const from = source([{ path: '/a', data: 'a' }]);

  test('is never written over without --force, which keeps the old one', async () => {
    const { out } = await converted(from);
    const first = readFileSync(join(out, 'manifest.json'), 'utf8');
    const again = ['convert', from, '-o', out, '--for', '3.9'];
    const { code, stderr } = await zoolog(again);
    expect([code, stderr.includes('exists; choose another name, or --force')]).toEqual([2, true]);
    const forced = await zoolog([...again, '--force', '--exclude', '/a']);
    expect(forced.code).toBe(0);
    const names = readdirSync(temp.path).filter((name) => join(temp.path, name).startsWith(`${out}.old-`));
    expect(names.length).toBe(1);
    expect(readFileSync(join(temp.path, names[0]!, 'manifest.json'), 'utf8')).toBe(first);
    const now = readSnapshotAgain(join(out, 'version-2', 'snapshot.50'));
    expect(now.znodes.some(({ path }) => path === '/a')).toBe(false);
  });

  test('is not made among the inputs', async () => {
    const folder = join(from, '..');
    const { code, stderr } = await zoolog(['convert', folder, '-o', join(folder, 'out'), '--for', '3.9']);
    expect([code, stderr.includes('inputs are never written to')]).toEqual([2, true]);
  });

  test('is not made by --dry-run, which says the same', async () => {
    const { out, stdout, code } = await run(from, '--dry-run', '--format', 'json');
    expect([code, existsSync(out)]).toEqual([0, false]);
    const { manifest } = await converted(from);
    const { files, ...said } = JSON.parse(stdout);
    expect(files).toEqual([]);
    expect({ ...said, files: manifest.files }).toEqual(manifest);
  });

  test('for an ensemble is the same snapshot for each, with its myid', async () => {
    const { out, manifest } = await converted(from, '--servers', '1,5');
    expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual([
      '1/version-2/snapshot.50',
      '5/version-2/snapshot.50',
      '1/myid',
      '5/myid',
      'changes.ndjson',
    ]);
    const [one, five] = ['1', '5'].map((id) => readFileSync(join(out, id, 'version-2', 'snapshot.50')));
    expect(one!.equals(five!)).toBe(true);
    expect(readFileSync(join(out, '5', 'myid'), 'utf8')).toBe('5\n');
  });

  test.each(['gz', 'snappy'])('compressed as %s it is the same tree', async (codec) => {
    const { manifest, snapshot } = await converted(from, '--codec', codec);
    const plain = await converted(from);
    expect(manifest.files[0].path).toBe(`version-2/snapshot.50.${codec}`);
    expect(snapshot.plain.equals(plain.snapshot.plain)).toBe(true);
    const out = join(temp.path, `old-${codec}`);
    const old = await zoolog(['convert', from, '-o', out, '--for', '3.5', '--codec', codec]);
    expect([old.code, old.stderr.includes('does not see a compressed snapshot')]).toEqual([2, true]);
  });
});
