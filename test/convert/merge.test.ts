// Several SOURCEs become one tree.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { zoolog } from '../cli/run-cli.js';
import { useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';

const temp = useTempDir();
let made = 0;

function source(zxid: string, znodes: readonly ZnodeSpec[]): string {
  const name = `in-${made++}`;
  mkdirSync(join(temp.path, name));
  const own = ['', '/zookeeper', '/zookeeper/quota'].filter(
    (path) => !znodes.some((one) => one.path === path),
  );
  const all = [...own.map((path) => ({ path })), ...znodes];
  return temp.write(`${name}/snapshot.${zxid}`, snapshotBytes({ znodes: all }));
}

async function merged(sources: readonly string[], ...options: string[]) {
  const out = join(temp.path, `out-${made++}`);
  const ran = await zoolog(['convert', ...sources, '-o', out, '--for', '3.9', '--quiet', ...options]);
  return { out, ...ran };
}

const a = source('300000007', [
  { path: '', data: 'root of a', stat: { cversion: 4 } },
  { path: '/same', data: 'a', stat: { czxid: 0x300000002n, mzxid: 0x300000005n } },
]);
const b = source('50', [
  { path: '/same', data: 'b', stat: { cversion: 3 } },
  { path: '/same/child-0000000002', stat: { mtime: 99n } },
  { path: '/zookeeper/quota/same' },
  { path: '/zookeeper/quota/same/zookeeper_limits', data: 'count=5,bytes=-1' },
]);

test('two trees under different prefixes, in a fresh epoch', async () => {
  const { out, code } = await merged([a, b], '--into', '/apps/node-0000000004', '--into', '/b');
  expect(code).toBe(0);
  const { znodes, digest } = readSnapshotAgain(join(out, 'version-2', 'snapshot.400000000'));
  const of = (path: string) => znodes.find((one) => one.path === path)!;
  const paths = znodes.map(({ path }) => path);
  expect(paths.filter((path) => !path.startsWith('/zookeeper'))).toEqual([
    '',
    '/apps',
    '/apps/node-0000000004',
    '/apps/node-0000000004/same',
    '/b',
    '/b/same',
    '/b/same/child-0000000002',
  ]);
  expect(String(of('/apps/node-0000000004').data)).toBe('root of a');
  expect(String(of('/b/same').data)).toBe('b');
  // Behind the number of its child; of the root: two children.
  expect(of('/apps').stat.readInt32BE(36)).toBe(5);
  expect(of('').stat.readInt32BE(36)).toBe(2);
  expect(of('/b').stat.readBigInt64BE(0)).toBe(0x400000000n);
  expect(of('/b').stat.readBigInt64BE(16)).toBe(99n);
  expect(paths).toContain('/zookeeper/quota/b/same/zookeeper_limits');
  expect(digest!.zxid).toBe(0x400000000n);
  const { sources } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  expect(sources.map(({ map }: { map: string }) => map)).toEqual(['/=/apps/node-0000000004', '/=/b']);
});

test('a clash is an error that names both', async () => {
  const { out, code, stderr } = await merged([a, b], '--into', '/x', '--into', '/x');
  expect([code, existsSync(out)]).toEqual([2, false]);
  expect(stderr).toContain(`/ of ${a} and / of ${b} would both become /x`);
});

test('a parent counts on behind the number of a child that it got', async () => {
  const lost = temp.write('n7.ndjson', '{"path":"/same/n-0000000007"}');
  const { out } = await merged([b, lost], '--zxid', '0x51');
  const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.51'));
  expect(znodes.find(({ path }) => path === '/same')!.stat.readInt32BE(36)).toBe(8);
  expect(readFileSync(join(out, 'changes.ndjson'), 'utf8')).toContain('"counter-raised","path":"/same"');
});

test('a subtree of an older export is put back where it was', async () => {
  const older = source('40', [{ path: '/same' }, { path: '/same/lost-0000000001', data: 'found' }]);
  const text = (await zoolog(['export', older, '/same/lost-0000000001'])).stdout;
  const { out, code } = await merged([b, temp.write('lost.ndjson', text)], '--zxid', '0x51');
  expect(code).toBe(0);
  const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.51'));
  const of = (path: string) => znodes.find((one) => one.path === path)!;
  expect(String(of('/same/lost-0000000001').data)).toBe('found');
  expect(String(of('/same').data)).toBe('b');
  expect(of('/same').stat.readInt32BE(36)).toBe(3);
});

describe('where the parent of what was deleted still stands', () => {
  const line = (path: string) => JSON.stringify({ path });
  const lost = temp.write('parent.ndjson', `${line('/same')}\n${line('/same/lost')}\n`);

  test('the hint says what helps', async () => {
    const { code, stderr } = await merged([b, lost]);
    expect(code).toBe(2);
    expect(stderr).toContain(`/same of ${b} and /same of ${lost} would both become /same`);
    expect(stderr).toContain(`take out of ${lost} the lines of what is there already`);
    const edited = temp.write('child.ndjson', line('/same/lost'));
    expect((await merged([b, edited], '--zxid', '0x51')).code).toBe(0);
  });

  test('a SOURCE of which all is excluded is refused', async () => {
    const { out, code, stderr } = await merged([b, lost], '--exclude', '/same');
    expect([code, existsSync(out)]).toEqual([2, false]);
    expect(stderr).toContain('gives nothing: all 2 of its znodes are left out');
  });
});

test.each([
  [['--into', '/a'], '1 times --into for 2 SOURCEs'],
  [['--into', '/a', '--into', '/b', '--keep-sessions'], 'sessions of several clusters do not go together'],
  [['--verbatim'], '--verbatim changes nothing'],
])('%j is a mistake', async (options, what) => {
  const { code, stderr } = await merged([a, b], ...options);
  expect([code, stderr.includes(what)]).toEqual([2, true]);
});
