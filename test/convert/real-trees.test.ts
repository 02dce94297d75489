// Trees of real servers, converted with all they have: what a second reader finds in the output is what a client had
// read of the server, and the tree digest is the one that the server had logged.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { zoolog } from '../cli/run-cli.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { readLogAgain, readSnapshotAgain, type SecondSnapshot } from '../support/second-reader.js';

const temp = useTempDir();
let outputs = 0;

/** Converts, and reads what came of it. */
async function converted(source: string, options: readonly string[]) {
  const out = join(temp.path, String(outputs++));
  const { code, stderr } = await zoolog(['convert', source, '-o', out, '--quiet', ...options]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  const file = join(out, manifest.files[0].path);
  return { manifest, bytes: readFileSync(file), snapshot: readSnapshotAgain(file) };
}

interface ClientZnode {
  readonly path: string;
  readonly dataBase64: string | null;
  readonly cversion: number;
  readonly ephemeralOwner: string;
  readonly acl: readonly { readonly perms: number; readonly scheme: string; readonly id: string }[];
}

/** The znodes of a snapshot as a client sees them, sorted as client.ndjson is. */
function clientView({ znodes, acls }: SecondSnapshot): ClientZnode[] {
  const lists = new Map(acls.map(({ key, acl }) => [key, acl]));
  lists.set(-1n, [{ perms: 31, scheme: 'world', id: 'anyone' }]);
  const children = new Map<string, number>();
  for (const { path } of znodes) {
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (path !== '') children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const text = (latin1: string) => Buffer.from(latin1, 'latin1').toString('utf8');
  const hex = (value: bigint) => `0x${BigInt.asUintN(64, value).toString(16)}`;
  return znodes
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, data, acl, stat }) => {
      const numChildren = children.get(path) ?? 0;
      const owner = stat.readBigInt64BE(44);
      return {
        path: text(path) || '/',
        dataBase64: data === null ? null : data.toString('base64'),
        czxid: hex(stat.readBigInt64BE(0)),
        mzxid: hex(stat.readBigInt64BE(8)),
        pzxid: hex(stat.readBigInt64BE(52)),
        // Containers and TTL znodes, whose owners are negative, show none.
        ephemeralOwner: hex(owner < 0n ? 0n : owner),
        ctime: Number(stat.readBigInt64BE(16)),
        mtime: Number(stat.readBigInt64BE(24)),
        version: stat.readInt32BE(32),
        cversion: 2 * stat.readInt32BE(36) - numChildren,
        aversion: stat.readInt32BE(40),
        dataLength: data?.length ?? 0,
        numChildren,
        acl: lists.get(acl)!.map((entry) => ({ ...entry, scheme: text(entry.scheme), id: text(entry.id) })),
      };
    });
}

for (const fixture of fixtures()) {
  const { name, dir, servers } = fixture;
  const server = servers[0]!;
  const client = join(dir, 'client.ndjson');
  if (!/^(standalone|load|gz|snappy|digest-off|no-trailer|datalogdir)-/.test(name) || !existsSync(client))
    continue;
  describe(name, () => {
    const source = join(dir, server.dir);
    const logDir = join(dir, server.logDir);
    const from = server.logDir === server.dir ? [] : ['--log-dir', logDir];
    const whole = ['--for', '3.9', '--keep-sessions', '--keep-config', ...from];

    test('kept whole it is what a client had read, with the digest that the server logged', async () => {
      const { snapshot, manifest } = await converted(source, whole);
      const expected = readFileSync(client, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      // 3.4 has no /zookeeper/config, which the output has: servers of 3.9 have it.
      const added = fixture.release.startsWith('3.4.');
      const found = clientView(snapshot).filter(({ path }) => !added || path !== '/zookeeper/config');
      const comparable = (znode: ClientZnode) => {
        if (znode.path.endsWith('/zookeeper_stats')) return { path: znode.path };
        return added && znode.path === '/zookeeper' ? { path: znode.path } : znode;
      };
      expect(found.map(comparable)).toEqual(expected.map(comparable));
      expect(snapshot.seals.map(({ stored }) => stored)).toEqual(
        snapshot.seals.map(({ computed }) => BigInt(computed)),
      );
      expect(snapshot.digest!.digest).toBe(BigInt.asIntN(64, BigInt(manifest.treeDigest)));
      expect(snapshot.digest!.zxid).toBe(BigInt(server.lastLoggedZxid));
      expect(snapshot.lastProcessedZxid).toBe(BigInt(server.lastLoggedZxid));
      const logged = server.logs.flatMap((log) => readLogAgain(join(logDir, log)).records);
      const last = logged.findLast(({ type }) => type !== -1);
      const hasDigest = !/-3\.[45]\.|(digest-off|no-trailer)-/.test(name);
      if (hasDigest) expect(snapshot.digest!.digest).toBe(last!.rest.readBigInt64BE(last!.rest.length - 8));
    });

    test('the output is the same bytes from the directory and from an index', async () => {
      const index = join(temp.path, `${name}.db`);
      const opened = openDataDir(source, from.length === 0 ? {} : { logDir });
      buildIndex(index, [{ name: 'c', servers: [{ name: 's', dir: opened }] }], {});
      const options = ['--for', '3.9', '--exclude', '/**/*0', '--map', '/=/a/b'];
      const ofDirectory = await converted(source, [...options, ...from]);
      const ofIndex = await converted(index, options);
      expect(ofIndex.bytes.equals(ofDirectory.bytes)).toBe(true);
      expect(ofIndex.manifest.treeDigest).toBe(ofDirectory.manifest.treeDigest);
    });
  });
}
