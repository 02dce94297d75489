// A tree that is mapped into a chroot and out of it again is what it was, but for the znode that was the root.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zoolog } from '../cli/run-cli.js';
import { acl, maybeBytes, stat } from '../support/arbitraries.js';
import { useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { type AclSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';

const temp = useTempDir();
const KEYS = 3;
const CONTAINER = -(2n ** 63n);

// No "/", nothing that a server reads otherwise, and not the server's own.
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'a!', 'a b', 'é', 'zoo'),
  fc.stringMatching(/^[a-z0-9-]{1,6}$/),
);
const zxid = fc.bigInt({ min: 0n, max: 0x5_0000_0000n });
const time = fc.bigInt({ min: 0n, max: 2n ** 41n });
const text = fc.constantFrom('world', 'ip', 'digest', 'x:y', '');
const entries: fc.Arbitrary<AclSpec> = acl.chain(({ perms }) =>
  fc.record({ perms: fc.constant(perms), scheme: text, id: text }),
);

const tree = fc.record({
  acls: fc.array(fc.array(entries, { minLength: 1, maxLength: 3 }), { minLength: KEYS, maxLength: KEYS }),
  root: fc.record({ data: maybeBytes, cversion: fc.nat(), aversion: fc.nat() }),
  znodes: fc.array(
    fc.record({
      below: fc.nat(),
      name,
      data: maybeBytes,
      key: fc.integer({ min: 1, max: KEYS }),
      stat: stat.chain((all) => {
        const zxids = fc.record({ czxid: zxid, mzxid: zxid, pzxid: zxid, ctime: time, mtime: time });
        const owner = fc.constantFrom(0n, 0n, CONTAINER, BigInt.asIntN(64, (0xffn << 56n) | 60_000n));
        return fc.tuple(zxids, owner).map(([some, ephemeralOwner]) => ({ ...all, ...some, ephemeralOwner }));
      }),
    }),
    { maxLength: 25 },
  ),
});

type TreeSpec = typeof tree extends fc.Arbitrary<infer T> ? T : never;

function znodesOf({ root, znodes }: TreeSpec): ZnodeSpec[] {
  const paths = [''];
  const made = new Map<string, ZnodeSpec>();
  for (const { below, name: last, data, key, stat: fields } of znodes) {
    const path = `${paths[below % paths.length]}/${last}`;
    if (path.startsWith('/zookeeper') || made.has(path)) continue;
    paths.push(path);
    // As a server writes it, in UTF-8.
    made.set(path, { path: Buffer.from(path), data, acl: BigInt(key), stat: fields });
  }
  const own = ['/zookeeper', '/zookeeper/quota'].map((path) => ({ path }));
  const { data, ...counts } = root;
  return [{ path: '', data, stat: counts }, ...own, ...made.values()];
}

function rowsOf(file: string) {
  const { znodes, acls } = readSnapshotAgain(file);
  const lists = new Map(acls.map(({ key, acl: list }) => [key, list]));
  lists.set(-1n, [{ perms: 31, scheme: 'world', id: 'anyone' }]);
  const rows = znodes.map(({ path, data, acl: key, stat: fields }) => {
    return { path, data, acl: lists.get(key), stat: fields.toString('hex') };
  });
  return rows.filter(({ path }) => !path.startsWith('/zookeeper'));
}

test('there and back', { timeout: 120_000 }, async () => {
  const map = async (from: string, out: string, mapping: string) => {
    const args = ['convert', from, '-o', out, '--for', '3.9', '--quiet', '--map', mapping];
    const { code, stderr } = await zoolog(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return join(out, JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).files[0].path);
  };
  await fc.assert(
    fc.asyncProperty(tree, async (spec) => {
      const folder = mkdtempSync(join(temp.path, 'tree-'));
      const acls = spec.acls.map((list, i) => ({ key: BigInt(i + 1), acl: list }));
      const source = temp.write('snapshot.500000001', snapshotBytes({ acls, znodes: znodesOf(spec) }));
      const there = await map(source, join(folder, 'there'), '/=/p/q');
      const back = await map(there, join(folder, 'back'), '/p/q=/');
      const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
      const [before, after] = [rowsOf(source), rowsOf(back)].map((rows) => rows.sort(byPath));
      // Of the root data, version, cversion, aversion and pzxid stay: bytes 32 to 44 and 52 to 60 of its stat.
      const stays = ({ stat: hex, ...rest }: (typeof before & object)[number]) => {
        const isRoot = rest.path === '';
        return { ...rest, stat: isRoot ? hex.slice(64, 88) + hex.slice(104) : hex };
      };
      expect(after!.map(stays)).toEqual(before!.map(stays));
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 25 },
  );
});
