// A copy for sharing holds nothing of what clients had read of the originals, and is like them in everything else.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { zoolog } from '../cli/run-cli.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { plainBytes, readLogAgain, readSnapshotAgain } from '../support/second-reader.js';

const temp = useTempDir();
const key = temp.write('case.key', 'a key for all copies of the tests\n');
let made = 0;

/** ZooKeeper's own words, which stay. */
const OWN = /^(?:zookeeper|config|quota|zookeeper_limits|zookeeper_stats)$/;
/** Shorter ones come about by chance. */
const LEAST = 6;
const COUNTER = /00\d{8}$/;

async function scrubbed(source: string, ...options: string[]) {
  const out = join(temp.path, `copy-${made++}`);
  const ran = await zoolog(['scrub', source, '-o', out, '--key-file', key, ...options]);
  return { out, ...ran };
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** What clients had read that must not be found: names, data, ids. */
function secretsOf(clientFile: string): Set<string> {
  const secrets = new Set<string>();
  const add = (text: string) => {
    if (Buffer.byteLength(text) >= LEAST && /[^\W\d_]|[^\x00-\x7f]/u.test(text)) secrets.add(text);
  };
  for (const line of readFileSync(clientFile, 'utf8').trim().split('\n')) {
    const { path, dataBase64, acl } = JSON.parse(line);
    const segments = path.split('/').slice(1);
    for (const name of segments) if (!OWN.test(name)) add(name.replace(COUNTER, ''));
    const data = Buffer.from(dataBase64 ?? '', 'base64').toString('latin1');
    if (!path.startsWith('/zookeeper/quota')) for (const word of data.split('\n')) add(word.slice(0, 200));
    for (const { scheme, id } of acl) {
      if (scheme !== 'world') for (const part of String(id).split(/[:@/,=]/)) add(part);
    }
  }
  // ZooKeeper's words, and those of the manifest.
  return new Set(
    [...secrets].filter((word) => !/^(?:participant|client|digest|zoolog|version=\w+)$/.test(word)),
  );
}

const all = fixtures().filter(({ dir }) => existsSync(join(dir, 'client.ndjson')));

test('clients had read much that must not be found', () => {
  const counts = all.map(({ dir }) => secretsOf(join(dir, 'client.ndjson')).size);
  expect(counts.filter((count) => count > 50).length).toBeGreaterThan(5);
});

describe.each(all.map(({ name, dir }) => ({ name, dir })))('$name', ({ dir }) => {
  const source = dir;
  test('nothing of it is in the copy', async () => {
    const { code, out, stderr } = await scrubbed(source);
    expect([code, stderr.includes('bug')]).toEqual([code === 3 ? 3 : 0, false]);
    const secrets = secretsOf(join(dir, 'client.ndjson'));
    for (const file of filesIn(out)) {
      const bytes = plainBytes(join(out, file)).toString('latin1');
      const found = [...secrets].filter((secret) => bytes.includes(Buffer.from(secret).toString('latin1')));
      expect({ file, found }).toEqual({ file, found: [] });
    }
  });
});

describe('what is not replaced is as it was', () => {
  test.each([
    'standalone-3.9.5',
    'load-3.8.6',
    'gz-3.6.4',
    'snappy-3.9.5',
    'standalone-3.4.14',
    'killed-3.7.2',
  ])('%s', async (name) => {
    const source = `fixtures/${name}`;
    const { out } = await scrubbed(source);
    let records = 0;
    for (const file of filesIn(join(source, 'version-2'))) {
      const [before, after] = [source, out].map((folder) => join(folder, 'version-2', file));
      if (file.startsWith('snapshot.') && statSync(before!).size > 0) {
        const [a, b] = [readSnapshotAgain(before!), readSnapshotAgain(after!)];
        const kept = ({ offset, length, path, data, acl, stat }: (typeof a.znodes)[number]) => ({
          ...{ offset, length, acl, stat },
          path: path.length,
          data: data?.length,
        });
        expect(b.znodes.map(kept)).toEqual(a.znodes.map(kept));
        expect(b.sessions).toEqual(a.sessions);
        expect(b.acls.map(({ key, acl }) => [key, acl.map(({ perms }) => perms)])).toEqual(
          a.acls.map(({ key, acl }) => [key, acl.map(({ perms }) => perms)]),
        );
        for (const { stored, computed } of b.seals) expect(stored).toBe(BigInt(computed));
        expect([b.digest?.zxid, b.lastProcessedZxid]).toEqual([a.digest?.zxid, a.lastProcessedZxid]);
        records += b.znodes.length;
      } else if (file.startsWith('log.')) {
        const [a, b] = [readLogAgain(before!), readLogAgain(after!)];
        const kept = ({ rest, checksum, ...head }: (typeof a.records)[number]) => ({
          ...head,
          rest: rest.length,
        });
        expect(b.records.map(kept)).toEqual(a.records.map(kept));
        records += b.records.length;
      }
    }
    expect(records).toBeGreaterThan(100);
  });
});

describe('digests are those of the copy, and as right as they were', () => {
  test.each(fixtures().map(({ name }) => name))('%s', async (name) => {
    const source = `fixtures/${name}`;
    const { out, code } = await scrubbed(source);
    expect(code).toBeLessThan(4);
    const rows = async (folder: string) => {
      const { stdout } = await zoolog(['inspect', folder, '--digests', '--format', 'json', '--quiet']);
      const { rows: found = [] } = stdout === '' ? {} : JSON.parse(stdout);
      const apart = ['server', 'file', 'expected', 'found', 'causes', 'op'];
      const kept = (row: object) => Object.entries(row).filter(([field]) => !apart.includes(field));
      return found.map((row: object) => JSON.stringify(kept(row))).sort();
    };
    expect(await rows(out)).toEqual(await rows(source));
  });
});

test('copies with one key are compared as their originals are, and one with another key is different', async () => {
  const copies = await Promise.all(
    ['zk1', 'zk2', 'zk3'].map((one) => scrubbed(`fixtures/ensemble-3.8.6/${one}`)),
  );
  const { code, stdout } = await zoolog(['compare', ...copies.map(({ out }) => out), '--format', 'json']);
  expect([code, JSON.parse(stdout).rows]).toEqual([0, expect.any(Array)]);
  const index = join(temp.path, 'copies.db');
  const build = await zoolog(['index', '-o', index, `prod=${copies.map(({ out }) => out).join()}`]);
  expect([build.code, build.stderr.includes('txn-fork')]).toEqual([0, false]);
  const other = join(temp.path, 'other');
  await zoolog(['scrub', 'fixtures/ensemble-3.8.6/zk1', '-o', other]);
  expect((await zoolog(['compare', copies[0]!.out, other])).code).toBe(1);
});

test('names that are kept, and names that are to be replaced', async () => {
  const paths = async (...options: string[]) => {
    const { out } = await scrubbed('fixtures/standalone-3.9.5', ...options);
    const { stdout } = await zoolog(['find', out, '--format', 'ndjson']);
    return new Set(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).path as string),
    );
  };
  const kept = await paths('--keep', '/ttl/*');
  expect([kept.has('/ttl/stays'), kept.has('/container')]).toEqual([true, false]);
  const all = await paths('--keep', '/**');
  expect([all.has('/ttl/stays'), all.has('/container/child')]).toEqual([true, true]);
  const some = await paths('--replace', '/ttl/*');
  expect([some.has('/ttl/stays'), some.has('/ttl'), some.has('/container/child')]).toEqual([
    false,
    true,
    true,
  ]);
});

test('a pattern that fits nothing is refused, and nothing is made', async () => {
  for (const [option, ...more] of [['--keep'], ['--replace'], ['--replace', '--as', 'ndjson']]) {
    const ran = await scrubbed('fixtures/standalone-3.9.5', option!, '/tll/*', ...more);
    expect([ran.code, existsSync(ran.out)]).toEqual([2, false]);
    expect(ran.stderr).toContain(`${option} /tll/* fits no name`);
  }
});

test('a tree is refused where files are asked for', async () => {
  for (const source of ['fixtures/standalone-3.9.5@0x100', temp.write('a.ndjson', '{"path":"/"}\n')]) {
    const { code, stderr } = await scrubbed(source);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--as ndjson')]);
  }
});

test('quotas go with their paths, and keep their numbers', async () => {
  const { out } = await scrubbed('fixtures/standalone-3.9.5');
  const { stdout } = await zoolog(['find', out, '--format', 'ndjson', '--data', 'text']);
  const znodes = new Map<string, { data: string | null }>();
  for (const line of stdout.trim().split('\n')) {
    const znode = JSON.parse(line);
    znodes.set(znode.path, znode);
  }
  const limits = [...znodes].filter(([path]) => path.endsWith('/zookeeper_limits'));
  expect(limits.length).toBeGreaterThan(0);
  for (const [path] of limits) {
    expect(znodes.has(path.slice('/zookeeper/quota'.length, -'/zookeeper_limits'.length))).toBe(true);
  }
});

test('the tree of an index, or of an export, as ndjson', async () => {
  const index = join(temp.path, 'one.db');
  await zoolog(['index', '-o', index, 'fixtures/standalone-3.9.5']);
  const lines: string[] = [];
  for (const [i, source] of ['fixtures/standalone-3.9.5', index].entries()) {
    const out = join(temp.path, `tree-${i}.ndjson`);
    const ran = await zoolog(['scrub', source, '-o', out, '--as', 'ndjson', '--key-file', key]);
    expect(ran.code).toBe(0);
    lines.push(readFileSync(out, 'utf8'));
  }
  expect(lines[1]).toBe(lines[0]);
  const told = await zoolog([
    'scrub',
    index,
    '-o',
    `${index}.x`,
    '--as',
    'ndjson',
    '--dry-run',
    '--format',
    'json',
  ]);
  expect(JSON.parse(told.stdout).znodes).toBe(lines[0]!.split('\n').length - 1);
  const { out } = await scrubbed('fixtures/standalone-3.9.5');
  expect((await zoolog(['export', out])).stdout).toBe(lines[0]);
  const refused = await scrubbed(index);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--as ndjson takes its tree')]);
});

test('a key file is made where there is none, once, and not in the source', async () => {
  const file = join(temp.path, 'new.key');
  const scrub = (out: string, keyFile: string, ...more: string[]) =>
    zoolog(['scrub', 'fixtures/empty-3.9.5', '-o', join(temp.path, out), '--key-file', keyFile, ...more]);
  expect((await scrub('dry', file, '--dry-run')).code).toBe(0);
  expect([existsSync(file), existsSync(join(temp.path, 'dry'))]).toEqual([false, false]);
  expect((await scrub('a', file)).stdout).toContain('made and kept in');
  const text = readFileSync(file, 'utf8');
  expect([text.trim().length, statSync(file).mode & 0o777]).toEqual([64, 0o600]);
  expect((await scrub('b', file)).stdout).toContain(`that of ${file}`);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect((await scrub('c', 'fixtures/empty-3.9.5/version-2/key')).code).toBe(2);
  writeFileSync(file, 'short');
  expect((await scrub('d', file)).code).toBe(2);
  const manifest = readFileSync(join(temp.path, 'a', 'scrub.json'), 'utf8');
  expect([manifest.includes('empty-3.9.5'), manifest.includes('new.key')]).toEqual([false, false]);
});
