// check --against: every way in which a copy can be less than its original, by its data and by a proof of it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { readLogAgain } from '../support/second-reader.js';
import { snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const ACLS = [
  { key: 1n, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }] },
  { key: 2n, acl: [{ perms: 1, scheme: 'digest', id: 'bob:x' }] },
];
const BASE: readonly ZnodeSpec[] = [
  { path: '' },
  { path: '/zookeeper' },
  { path: '/a', data: 'one', acl: 1n, stat: { cversion: 5, czxid: 7n } },
  { path: '/a/n-0000000004', data: 'x' },
  { path: '/b', stat: { cversion: 3 } },
  { path: '/e', stat: { ephemeralOwner: 5n } },
];
const having = (path: string, change: Partial<ZnodeSpec>) =>
  BASE.map((one) => (one.path !== path ? one : { ...one, ...change, stat: { ...one.stat, ...change.stat } }));

let made = 0;
const write = (znodes: readonly ZnodeSpec[]) =>
  dir.write(`snapshot.${(++made).toString(16)}`, snapshotBytes({ znodes, acls: ACLS }));

async function findings(...args: string[]): Promise<string[]> {
  const { code, stdout } = await zoolog(['check', ...args, '--format', 'ndjson']);
  const rows = rowsOf(stdout).map(({ severity, finding, path }) => `${severity} ${finding} ${path}`);
  expect(code).toBe(rows.length === 0 ? 0 : 1);
  return rows;
}

const original = write(BASE);

describe('a copy', () => {
  it.each<[string, readonly ZnodeSpec[], string[], string[]]>([
    ['that is whole', BASE, [], []],
    [
      'with another zxid, version, time and without ephemerals',
      having('/a', { stat: { czxid: 9n, version: 3, mtime: 4n } }).filter(({ path }) => path !== '/e'),
      [],
      [],
    ],
    [
      'that lacks a znode',
      BASE.filter(({ path }) => path !== '/b'),
      ['error missing /b'],
      ['error changed /', 'error missing /b', 'error counter /b'],
    ],
    [
      'with one more',
      [...BASE, { path: '/c' }],
      ['warning extra /c'],
      ['error changed /', 'warning extra /c'],
    ],
    [
      'with other data',
      having('/a', { data: 'two' }),
      ['error changed /a'],
      ['error changed /', 'error changed /a'],
    ],
    [
      'with null for empty data',
      having('/b', { data: null }),
      ['error changed /b'],
      ['error changed /', 'error changed /b'],
    ],
    [
      'with another ACL',
      having('/a', { acl: 2n }),
      ['error changed /a'],
      ['error changed /', 'error changed /a'],
    ],
    [
      'with another kind',
      having('/b', { stat: { ephemeralOwner: -(2n ** 63n) } }),
      ['error changed /b'],
      ['error changed /', 'error changed /b'],
    ],
    ['whose counter is ahead', having('/a', { stat: { cversion: 6 } }), [], []],
    [
      'whose counter is behind',
      having('/b', { stat: { cversion: 2 } }),
      ['error counter /b'],
      ['error counter /b'],
    ],
    [
      'whose counter is behind and has numbered children',
      having('/a', { stat: { cversion: 4 } }),
      ['critical counter /a'],
      ['error counter /a'],
    ],
  ])('%s', async (_, znodes, byData, byProof) => {
    const copy = write(znodes);
    expect(await findings(original, '--against', copy)).toEqual(byData);
    const proof = join(dir.path, `proof-${made}.json`);
    expect(await findings(original, '--write-proof', proof)).toEqual([]);
    expect(await findings(copy, '--against', proof)).toEqual(byProof);
  });

  it('is compared under the paths that it was mapped to', async () => {
    const inside = BASE.filter(({ path }) => path !== '/zookeeper').map((one) => ({
      ...one,
      path: `/prod${one.path}`,
    }));
    const copy = write([{ path: '' }, { path: '/zookeeper' }, ...inside, { path: '/other' }]);
    const proof = join(dir.path, 'mapped.json');
    expect(await findings(original, '--against', copy, '--map', '/=/prod', '--write-proof', proof)).toEqual(
      [],
    );
    const json = JSON.parse(readFileSync(proof, 'utf8'));
    expect([json.map, json.original.subtrees]).toEqual(['/=/prod', json.copy.subtrees]);
    // From the other side: what lies at /prod there is the root here.
    expect(await findings(copy, '--against', original, '--map', '/prod=/')).toEqual([]);
    const back = join(dir.path, 'back.json');
    expect(await findings(copy, '--write-proof', back, '--map', '/prod=/')).toEqual([]);
    expect(await findings(original, '--against', back)).toEqual([]);
  });
});

describe('a copy under other paths', () => {
  const fixture = 'fixtures/standalone-3.8.6';
  it.each<[string, string[]]>([
    ['in a chroot', ['--map', '/=/prod']],
    ['of a part, deeper', ['--map', '/deep=/x/y/deep']],
    ['of two parts at two depths', ['--map', '/deep=/x/y/deep', '--map', '/multi=/z']],
    ['of a part in its place', ['--map', '/deep=/deep']],
    ['with a part of it elsewhere', ['--map', '/=/prod', '--map', '/deep=/prod/x']],
  ])('is proven by a file with the mapping: %s', async (name, map) => {
    const folder = join(dir.path, name);
    const made = ['convert', fixture, '-o', join(folder, 'copy'), '--for', '3.9', ...map];
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder);
    expect((await zoolog(made)).code).toBe(0);
    const [alone, both] = [join(folder, 'alone.json'), join(folder, 'both.json')];
    expect(await findings(fixture, '--write-proof', alone, ...map)).toEqual([]);
    const copy = join(folder, 'copy');
    expect(await findings(fixture, '--against', copy, '--write-proof', both, ...map)).toEqual([]);
    for (const proof of [alone, both]) {
      expect(await findings(copy, '--against', proof)).toEqual([]);
      // What lacks all of it.
      const rows = await findings(original, '--against', proof);
      expect(rows.some((row) => row.startsWith('error missing'))).toBe(true);
      expect(rows.filter((row) => row.startsWith('warning extra'))).toEqual([]);
    }
  });

  it('is not whole where the first of two parts is missing, and only that is told', async () => {
    const two = write([{ path: '' }, { path: '/a' }, { path: '/b' }, { path: '/b/c' }, { path: '/b/c/d' }]);
    const half = write([{ path: '' }, { path: '/z' }, { path: '/z/c' }, { path: '/z/c/d' }, { path: '/o' }]);
    const proof = join(dir.path, 'two.json');
    await zoolog(['check', two, '--write-proof', proof, '--map', '/a=/x/y', '--map', '/b=/z']);
    expect(await findings(half, '--against', proof)).toEqual(['error missing /x/y']);
  });
});

describe('the hash of a tree', () => {
  /**
   * By what a client read of the server, as src/analysis/subtree-hash.ts says it is made. Clients are not told which
   * znodes are containers and which have a TTL: these fixtures have none.
   */
  function hashOfClientView(fixture: string): string {
    const znodes = readFileSync(join(fixture, 'client.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const u32 = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(value);
      return bytes;
    };
    const text = (value: string) => [u32(Buffer.byteLength(value)), Buffer.from(value)];
    const kept = znodes.filter(({ path }) => !/^\/zookeeper(\/|$)/.test(path));
    const hash = (path: string): Buffer => {
      const { dataBase64, acl, ephemeralOwner } = kept.find((one) => one.path === path)!;
      expect(ephemeralOwner).toBe('0x0');
      const head = Buffer.alloc(9);
      const data = dataBase64 === null ? null : Buffer.from(dataBase64, 'base64');
      const sum = createHash('sha256').update(head);
      for (const part of data === null ? [Buffer.of(0)] : [Buffer.of(1), u32(data.length), data])
        sum.update(part);
      sum.update(u32(acl.length));
      for (const { perms, scheme, id } of acl)
        for (const part of [u32(perms), ...text(scheme), ...text(id)]) sum.update(part);
      const prefix = path === '/' ? '/' : `${path}/`;
      const names = kept
        .filter(
          (one) =>
            one.path.startsWith(prefix) && one.path !== '/' && !one.path.slice(prefix.length).includes('/'),
        )
        .filter((one) => one.ephemeralOwner === '0x0')
        .map((one) => one.path.slice(prefix.length))
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const name of names) for (const part of [...text(name), hash(prefix + name)]) sum.update(part);
      return sum.digest();
    };
    return hash('/').toString('hex');
  }

  it.each(['standalone-3.4.14', 'load-3.5.10', 'load-3.8.6'])(
    'is that of what the client of %s read',
    async (name) => {
      const fixture = join('fixtures', name);
      const proof = join(dir.path, `${name}.json`);
      const { code, stderr } = await zoolog(['check', fixture, '--write-proof', proof]);
      expect(stderr).toMatch(`SHA-256 of / ${hashOfClientView(fixture)}\n`);
      expect(stderr).toContain(`zoolog: ${proof} written: `);
      const [top] = JSON.parse(readFileSync(proof, 'utf8')).original.subtrees;
      expect([code, top.path, top.sha256]).toEqual([0, '/', hashOfClientView(fixture)]);
    },
  );

  it('is the same for two releases that hold the same, to any depth', async () => {
    const { code, stdout } = await zoolog([
      ...['check', 'fixtures/standalone-3.8.6', '--against', 'fixtures/standalone-3.9.5'],
      ...['--format', 'json', '--max-depth', '5'],
    ]);
    const { verdict, subtrees } = JSON.parse(stdout);
    expect([code, verdict, subtrees.length]).toEqual([0, 'equal', 225 - 9]);
  });

  it('is another one with a key, which must be the same on both sides', async () => {
    const key = dir.write('key', Buffer.from('secret'));
    const [plain, keyed] = ['plain.json', 'keyed.json'].map((name) => join(dir.path, name)) as [
      string,
      string,
    ];
    await zoolog(['check', original, '--write-proof', plain]);
    await zoolog(['check', original, '--write-proof', keyed, '--key-file', key]);
    const hash = (file: string) => JSON.parse(readFileSync(file, 'utf8')).original.subtrees[0].sha256;
    expect(hash(keyed)).not.toBe(hash(plain));
    expect(await findings(original, '--against', keyed, '--key-file', key)).toEqual([]);
    const other = dir.write('key2', Buffer.from('other'));
    expect(await findings(original, '--against', keyed, '--key-file', other)).toContain('error changed /');
    expect((await zoolog(['check', original, '--against', keyed])).code).toBe(2);
    expect((await zoolog(['check', original, '--against', plain, '--key-file', key])).code).toBe(2);
  });
});

describe('what proves nothing', () => {
  it('is an unproven tree, on either side and in a file', async () => {
    const folder = join(dir.path, 'unproven');
    dir.write('seen', '');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder);
    writeFileSync(join(folder, 'snapshot.5'), snapshotBytes({ znodes: BASE, acls: ACLS }));
    expect((await zoolog(['check', folder, '--against', original])).code).toBe(3);
    expect((await zoolog(['check', original, '--against', folder])).code).toBe(3);
    const proof = join(dir.path, 'unproven.json');
    expect((await zoolog(['check', folder, '--write-proof', proof])).code).toBe(3);
    const ran = await zoolog(['check', original, '--against', proof]);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('was unproven itself')]);
  });
  it('is a tree that a hole in the logs keeps from being the newest, unless it is asked for', async () => {
    const folder = join(dir.path, 'hole');
    cpSync('fixtures/load-3.9.5/version-2', folder, { recursive: true });
    for (const name of ['log.c3f', 'snapshot.c3e', 'snapshot.d09']) rmSync(join(folder, name));
    const later = readLogAgain(join(folder, 'log.d0b')).records.length;
    const hole = `txns between 0xc3e and 0xd0b are missing, so ${later} later txns are not applied`;
    const [proof, asked, made] = ['hole.json', 'asked.json', 'made'].map((name) => join(dir.path, name));
    const told = async (...args: string[]) => {
      const { code, stdout, stderr } = await zoolog([...args, '-q']);
      return { code, stderr, stdout, isTold: `${stderr}${stdout}`.includes(hole) };
    };
    const yes = { code: 3, isTold: true };
    expect(await told('check', folder, '--write-proof', proof!)).toMatchObject(yes);
    expect(await told('check', folder, '--against', `${folder}@0xc3e`)).toMatchObject(yes);
    expect(await told('check', `${folder}@0xc3e`, '--against', folder)).toMatchObject(yes);
    expect(await told('check', `${folder}@0xc3e`, '--against', proof!)).toMatchObject(yes);
    const different = await told('check', folder, '--against', 'fixtures/load-3.9.5');
    expect(different).toMatchObject({ code: 1, isTold: true });
    const ls = await told('ls', folder, '--format', 'json');
    expect(JSON.parse(ls.stdout)).toMatchObject({ laterTxns: later, behindHole: hole });
    // Who types the moment means this tree.
    const meant = { code: 0, stderr: '', isTold: false };
    expect(await told('check', `${folder}@0xc3e`, '--write-proof', asked!)).toMatchObject(meant);
    expect(await told('check', `${folder}@0xc3e`, '--against', asked!)).toMatchObject(meant);
    const converted = await zoolog(['convert', folder, '-o', made!, '--for', '3.9']);
    expect([converted.code, converted.stdout]).toEqual([0, expect.stringContaining(hole)]);
    expect(JSON.parse(readFileSync(join(made!, 'manifest.json'), 'utf8')).notes).toContainEqual(
      expect.stringContaining(hole),
    );
  });
  it('is a file that is no proof, was cut, or is of another version', async () => {
    const proof = join(dir.path, 'good.json');
    await zoolog(['check', original, '--write-proof', proof]);
    const text = readFileSync(proof, 'utf8');
    for (const [name, broken] of Object.entries({
      cut: text.slice(0, -20),
      later: text.replace('"version": 1', '"version": 2'),
      hollow: '{"format":"zoolog-proof","version":1}',
      wrong: text.replace('"maxDepth": 1', '"maxDepth": "x"'),
    })) {
      const ran = await zoolog(['check', original, '--against', dir.write(`${name}.json`, broken)]);
      expect([name, ran.code, ran.stdout, ran.stderr.split('\n').length]).toEqual([name, 2, '', 2]);
    }
  });
  it('is a mapping of what is not there', async () => {
    const proof = join(dir.path, 'whole.json');
    await zoolog(['check', original, '--write-proof', proof]);
    const typo = ['--map', '/secuence=/sequence'];
    for (const args of [
      ['check', original, '--against', original, ...typo],
      ['check', original, '--against', original, '--map', '/=/', ...typo],
      ['check', original, '--against', proof, ...typo],
      ['check', original, '--write-proof', join(dir.path, 'typo.json'), ...typo],
      ['diff', original, original, ...typo],
      ['diff', original, original, '--migrated', ...typo],
      ['diff', original, original, '--stat', ...typo],
      ['diff', original, original, '--format', 'json', ...typo],
    ]) {
      const ran = await zoolog(args);
      const said = expect.stringContaining(`there is no znode /secuence in ${original} to be mapped`);
      expect([args, ran.code, ran.stdout, ran.stderr]).toEqual([args, 2, '', said]);
    }
    expect(existsSync(join(dir.path, 'typo.json'))).toBe(false);
  });
  it('is ephemerals alone, and a file that holds no subtree', async () => {
    const proof = join(dir.path, 'ephemerals.json');
    for (const args of [
      ['--write-proof', proof],
      ['--against', write([{ path: '' }, { path: '/zookeeper' }])],
    ]) {
      const ran = await zoolog(['check', original, ...args, '--map', '/e=/e']);
      expect([args, ran.code, ran.stdout]).toEqual([args, 2, '']);
    }
    await zoolog(['check', original, '--write-proof', proof]);
    const json = JSON.parse(readFileSync(proof, 'utf8'));
    json.original.subtrees = [];
    const hollow = dir.write('no-subtree.json', JSON.stringify(json));
    expect((await zoolog(['check', original, '--against', hollow])).code).toBe(2);
  });
  it('is what cannot be meant', async () => {
    for (const args of [
      [],
      ['--for', '3.9', '--against', original],
      ['--map', '/=/x', '--for', '3.9'],
      ['--against', 'nowhere'],
      ['--write-proof', join(dir.path, 'good.json')],
      ['--write-proof', join(dir.path, 'snapshot.77')],
      ['--against', original, '--key-file', 'nowhere'],
      ['--against', join(dir.path, 'good.json'), '--max-depth', '3'],
    ]) {
      const ran = await zoolog(['check', original, ...args]);
      expect([args, ran.code, ran.stdout]).toEqual([args, 2, '']);
    }
  });
});

it('a proof of which a field was altered is refused', async () => {
  const file = join(dir.path, 'altered.json');
  await zoolog(['check', original, '--against', original, '--write-proof', file]);
  const proof = JSON.parse(readFileSync(file, 'utf8'));
  for (const alter of [
    (side: { subtrees: { sha256: unknown; znodes: unknown }[] }) => {
      side.subtrees[0]!.sha256 = 'no hash';
    },
    (side: { subtrees: { sha256: unknown; znodes: unknown }[] }) => {
      side.subtrees[0]!.znodes = 'many';
    },
  ]) {
    const copy = structuredClone(proof);
    alter(copy.original);
    const altered = dir.write('altered-again.json', JSON.stringify(copy));
    const { code, stderr } = await zoolog(['check', original, '--against', altered]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('lacks what a proof holds')]);
  }
});
