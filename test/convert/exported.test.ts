// An export as ndjson is a SOURCE: it converts, and the same export comes of what was converted.

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rowsOf, zoolog } from '../cli/run-cli.js';
import { useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
let made = 0;

const exported = async (source: string, ...options: string[]) => {
  const { code, stdout } = await zoolog(['export', source, ...options]);
  expect(code).toBe(0);
  return stdout;
};
const write = (text: string | Uint8Array) => temp.write(`tree-${made++}.ndjson`, text);

async function converted(source: string, ...options: string[]) {
  const out = join(temp.path, `out-${made++}`);
  const ran = await zoolog(['convert', source, '-o', out, '--for', '3.9', ...options]);
  return { out, ...ran };
}

const WHOLE = ['--keep-sessions', '--keep-config'];

test.each(['standalone-3.9.5', 'standalone-3.5.10', 'load-3.8.6', 'ensemble-3.8.6/zk1', 'empty-3.9.5'])(
  'export, convert, export gives the same text of %s',
  async (name) => {
    const text = await exported(`fixtures/${name}`);
    const { out, code } = await converted(write(text), ...WHOLE);
    expect(code).toBe(0);
    expect(await exported(out)).toBe(text);
  },
);

test('every other command reads it too, as the directory', async () => {
  const text = await exported('fixtures/standalone-3.9.5');
  const file = write(gzipSync(text));
  for (const command of [
    ['ls', '/multi', '--format', 'csv'],
    ['du', '--format', 'ndjson'],
    ['find', '--kind', 'ttl', '--format', 'csv'],
    ['get', '/binary'],
  ]) {
    const [verb = '', ...rest] = command;
    const ofFile = await zoolog([verb, file, ...rest]);
    const ofDirectory = await zoolog([verb, 'fixtures/standalone-3.9.5', ...rest]);
    expect([ofFile.code, ofFile.stdout]).toEqual([0, ofDirectory.stdout]);
  }
});

test('bytes that are not UTF-8 come back, in paths, ids and data', async () => {
  const spec = {
    acls: [{ key: 1n, acl: [{ perms: 31 + 64, scheme: 'digest', id: Buffer.from([0x61, 0xff]) }] }],
    znodes: [
      { path: '' },
      { path: '/zookeeper' },
      { path: '/zookeeper/quota' },
      { path: '/text \\x80', data: '\\x80' },
      { path: '/data', data: Buffer.from([0, 0xff]), acl: 1n },
      { path: '/null', data: null },
    ],
  };
  const source = temp.write('snapshot.5', snapshotBytes(spec));
  const text = await exported(source);
  const { out } = await converted(write(text), '--zxid', '0x5');
  const { znodes, acls } = readSnapshotAgain(join(out, 'version-2', 'snapshot.5'));
  const data = Object.fromEntries(znodes.map(({ path, data }) => [path, data]));
  expect(data['/data']).toEqual(Buffer.from([0, 0xff]));
  expect(data['/null']).toBe(null);
  expect(String(data['/text \\x80'])).toBe('\\x80');
  expect(acls.some(({ acl }) => acl[0]!.id === 'a\xff' && acl[0]!.perms === 95)).toBe(true);
  expect(rowsOf(await exported(source)).length).toBe(6);
});

test('a subtree comes to lie where it was, with what is above it', async () => {
  const text = await exported('fixtures/standalone-3.9.5', '/a/b');
  const { out, code } = await converted(write(text), '--zxid', '0x1c4');
  expect(code).toBe(0);
  const { znodes } = readSnapshotAgain(join(out, 'version-2', 'snapshot.1c4'));
  const paths = znodes.map(({ path }) => path).filter((path) => !path.startsWith('/zookeeper'));
  expect(paths).toEqual(['', '/a', '/a/b', '/a/b/c']);
  expect(znodes.find(({ path }) => path === '/a')!.stat.readInt32BE(36)).toBe(1);
  const moved = await converted(write(text), '--map', '/a/b=/undeleted');
  expect(moved.code).toBe(0);
});

test('a tree made by hand has what a new znode has where nothing is said', async () => {
  const lines = ['{"path":"/app/config","data":"x=1"}', '', '{"path":"/app","kind":"container"}'];
  const { out, code } = await converted(write(lines.join('\n')), '--zxid', '1:1');
  expect(code).toBe(0);
  const { znodes, acls } = readSnapshotAgain(join(out, 'version-2', 'snapshot.100000001'));
  const of = (path: string) => znodes.find((one) => one.path === path)!;
  expect(String(of('/app/config').data)).toBe('x=1');
  expect(of('/app').stat.readBigInt64BE(44)).toBe(-(2n ** 63n));
  expect(of('/app').data).toBe(null);
  expect(acls.find(({ key }) => key === of('/app').acl)!.acl).toEqual([
    { perms: 31, scheme: 'world', id: 'anyone' },
  ]);
});

describe('a line that is no znode is named', () => {
  test.each([
    ['{"path":"/a"', 'is not JSON'],
    ['{"data":"a"}', 'has no path'],
    ['{"path":"a"}', 'has the path "a", which is none'],
    ['{"path":"/a/"}', 'has the path "/a/", which is none'],
    ['{"path":"/a","acls":[]}', 'has a field "acls", which no znode has'],
    ['{"path":"/a","acl":[{"scheme":"world","id":"anyone","perms":"xyz"}]}', 'has the ACL entry'],
    ['{"path":"/a","acl":[{"scheme":"world","user":"anyone","perms":"r"}]}', 'has the ACL entry'],
    ['{"path":"/a","czxid":5}', 'has the czxid 5, which is no "0x…"'],
    ['{"path":"/a","version":1.5}', 'has the version 1.5, which is no whole number of 32 bits'],
    ['{"path":"/a","ctime":"soon"}', 'has the ctime "soon", which is no time'],
    ['{"path":"/a","kind":"ephemeral"}', 'is of the kind "ephemeral"'],
    ['{"path":"/a","dataLength":7}', 'has no data: export it without --data none'],
    ['{"path":"/a","data":"7 bytes sha256:0","dataEncoding":"redacted"}', 'has data as "redacted"'],
    ['{"path":"/a","data":"zz","dataEncoding":"hex"}', 'has data that is no hex'],
    ['{"path":"/a","data":"*","dataEncoding":"base64"}', 'has data that is no base64'],
  ])('%s', async (line, what) => {
    const file = write(`{"path":"/first"}\n${line}\n`);
    const { code, stderr } = await converted(file);
    expect(code).toBe(3);
    expect(stderr).toContain(`${file}: line 2 ${what}`);
  });
});

test.each([[[]], [['--map', '/a=/b', '--map', '/=/']]])(
  'one path on two lines is an error that names both: %j',
  async (options) => {
    const file = write('{"path":"/a","data":"1"}\n\n{"path":"/c"}\n{"path":"/a","data":"2"}\n');
    const { code, stderr } = await converted(file, ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}: lines 1 and 4 are both /a`);
  },
);

test('an export as json is none, and what is wanted is said', async () => {
  const file = write(await exported('fixtures/empty-3.9.5', '--format', 'json'));
  const { code, stderr } = await converted(file);
  expect([code, stderr]).toEqual([3, expect.stringContaining('is not JSON; a tree is read as ndjson')]);
});

test('an edited export keeps what was not edited', async () => {
  const rows = rowsOf(await exported('fixtures/standalone-3.9.5'));
  const edited = rows.map((row) => (row.path === '/plain' ? { ...row, data: 'edited' } : row));
  const file = write(edited.map((row) => JSON.stringify(row)).join('\n'));
  const { out } = await converted(file, ...WHOLE);
  const now = rowsOf(await exported(out));
  const expected = rows.map((row) =>
    row.path === '/plain' ? { ...row, data: 'edited', dataLength: 6 } : row,
  );
  expect(now).toEqual(expected);
});
