// The fast lines of a diff against those that are made row by row.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDigests } from '../../src/analysis/compare-digests.js';
import { diffRules } from '../../src/analysis/diff-rules.js';
import { digestSnapshot } from '../../src/analysis/digest-snapshot.js';
import { newHashKey } from '../../src/analysis/keyed-hash.js';
import { printInFileOrder } from '../../src/cli/diff-in-file-order.js';
import { memorySink } from '../../src/render/sink.js';
import { i32, i64 } from '../support/arbitraries.js';
import { useTempDir } from '../support/fixtures.js';
import { snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const ACLS = [
  { key: 1n, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }] },
  { key: 2n, acl: [{ perms: 1, scheme: 'digest', id: 'bob "x"' }] },
  { key: 3n, acl: [] },
];
const time = fc.oneof(fc.bigInt(0n, 4102444800000n), i64);
const stat = fc.record({
  ...{ czxid: i64, mzxid: i64, pzxid: i64, ctime: time, mtime: time },
  ...{ version: i32, cversion: i32, aversion: i32 },
  ephemeralOwner: fc.oneof(fc.constantFrom(0n, 0n, -(2n ** 63n), -(2n ** 56n) + 9n), i64),
});
const data = fc.oneof(
  fc.constantFrom(null, '', 'a', '{"a":"\\"}', 'line\nline', 'Grüße', Buffer.of(0, 255)),
  fc.string({ maxLength: 30 }),
);
const fields = fc.record({ data, acl: fc.constantFrom(-1n, 1n, 2n, 3n), stat });
const usual = fc.constantFrom({ data: 'same', stat: {} }, { data: 'other', stat: { version: 1 } });
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'zookeeper', 'é', 'a"b'), { maxLength: 6 });

/** A root with children in any order, some of which have children. */
const tree = fc
  .tuple(names, names, fc.array(fc.oneof(fields, usual), { minLength: 13, maxLength: 13 }))
  .map(([tops, below, all]): ZnodeSpec[] => [
    { path: '', ...all[12]! },
    ...tops.flatMap((top, i) => [
      { path: `/${top}`, ...all[i]! },
      ...(i === 1 ? below.map((name, j) => ({ path: `/${top}/${name}`, ...all[6 + j]! })) : []),
    ]),
  ]);

let made = 0;
const write = (znodes: readonly ZnodeSpec[]) =>
  dir.write(`snapshot.${(++made).toString(16)}`, snapshotBytes({ znodes, acls: ACLS }));

function fast(a: string, b: string, mode: 'auto' | 'none', only: 'data' | null): string | null {
  const rules = diffRules({ mode: 'strict', only: only === null ? undefined : new Set([only, 'added']) });
  const wish = { key: newHashKey(), rules, under: '', maxDepth: 0, isZookeeperApart: false };
  const [left, right] = [a, b].map((file) => digestSnapshot(file, wish)!);
  const sink = memorySink();
  const isPrinted = printInFileOrder(
    { a, b },
    compareDigests(left!, right!, rules, true)!,
    rules,
    mode,
    sink,
  );
  return isPrinted ? sink.text() : null;
}

const sorted = (lines: string) => lines.split('\n').sort();

describe('diff --order file', () => {
  it('has the lines of diff in another order', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        tree,
        fc.constantFrom('auto' as const, 'none' as const),
        fc.constantFrom('data' as const, null),
        async (a, b, mode, only) => {
          const [left, right] = [write(a), write(b)];
          const args = ['diff', left, right, '--format', 'ndjson', '--data', mode];
          const { stdout } = await zoolog(only === null ? args : [...args, '--only', `${only},added`]);
          const lines = sorted(stdout).filter((line) => !line.startsWith('{"change":"moved"'));
          expect(sorted(fast(left, right, mode, only)!)).toEqual(lines);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('comes to znodes that are in quite another order in the other file', () => {
    const of = (ids: readonly number[], text: string) =>
      write([{ path: '' }, ...ids.map((id) => ({ path: `/n${id}`, data: `${text}${id}` }))]);
    const ids = Array.from({ length: 2000 }, (_, i) => i);
    const lines = fast(of(ids, 'a'), of([...ids].reverse(), 'b'), 'auto', null)!;
    const rows = rowsOf(lines) as { path: string; a: { data: string }; b: { data: string } }[];
    expect(rows).toHaveLength(2000);
    for (const { path, a, b } of rows)
      expect([a.data, b.data]).toEqual([`a${path.slice(2)}`, `b${path.slice(2)}`]);
  });

  it('is left to sorting where too much would have to be held', () => {
    const of = (ids: readonly number[], text: string) =>
      write([{ path: '' }, ...ids.map((id) => ({ path: `/n${id}`, data: text.repeat(1024 ** 2) }))]);
    const ids = Array.from({ length: 70 }, (_, i) => i);
    expect(fast(of(ids, 'a'), of([...ids].reverse(), 'b'), 'none', null)).toBeNull();
  });
});

describe('large snapshots', () => {
  const big = 'x'.repeat(1024 ** 2);
  const of = (change: (znodes: ZnodeSpec[]) => ZnodeSpec[]) => {
    const znodes = Array.from({ length: 10 }, (_, i): ZnodeSpec => ({ path: `/n${i}`, data: `${i}${big}` }));
    return write(change([{ path: '' }, ...znodes]));
  };
  const [a, b] = [
    of((znodes) => znodes),
    of((znodes) => [
      ...znodes
        .filter(({ path }) => path !== '/n3')
        .map((one) => (one.path === '/n5' ? { ...one, data: `6${big}` } : one)),
      { path: '/n77', data: 'new' },
    ]),
  ];
  const rows = ['changed /n5', 'removed /n3', 'added /n77'].sort();

  it.each([[], ['--order', 'file'], ['--verify'], ['--migrated']])(
    'are told apart with %s',
    async (...args) => {
      const { code, stdout } = await zoolog([
        'diff',
        a,
        b,
        '--format',
        'ndjson',
        '--data',
        'none',
        ...args.flat(),
      ]);
      const found = rowsOf(stdout).map(({ change, path }) => `${change} ${path}`);
      expect([code, found.sort()]).toEqual([1, rows]);
    },
  );
  it.each(['gzip', 'snappy'] as const)('are told apart where they are compressed: %s', async (codec) => {
    // What is random cannot be compressed, and so the files are large.
    const noise = Array.from({ length: 10 }, () => randomBytes(1024 ** 2));
    const packed = (last: string) => {
      const znodes = noise.map((data, i): ZnodeSpec => ({ path: `/n${i}`, data }));
      const all = [{ path: '' }, ...znodes, { path: '/last', data: last }];
      return dir.write(`snapshot.${(++made).toString(16)}`, snapshotBytes({ znodes: all, codec }));
    };
    const [one, two] = [packed('a'), packed('b')];
    for (const args of [[], ['--order', 'file']]) {
      const { stdout } = await zoolog(['diff', one, two, '--format', 'ndjson', ...args]);
      expect(rowsOf(stdout)).toEqual([expect.objectContaining({ path: '/last', fields: ['data'] })]);
    }
  });
  it('are counted', async () => {
    const { stdout } = await zoolog(['diff', a, b, '--stat', '--max-depth', '0', '--format', 'ndjson']);
    const bytes = 1024 ** 2 + 1;
    expect(rowsOf(stdout)).toEqual([
      { added: 1, removed: 1, changed: 1, bytesA: 2 * bytes, bytesB: bytes + 3, path: '/' },
    ]);
  });
  it('are equal to themselves, and never if they are damaged', async () => {
    expect((await zoolog(['diff', a, a])).code).toBe(0);
    expect((await zoolog(['diff', a, a, '--order', 'file', '--format', 'ndjson'])).code).toBe(0);
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(a);
    bytes[5_000_000]! ^= 1;
    const damaged = dir.write('snapshot.ffff', bytes);
    for (const args of [[], ['--stat'], ['--order', 'file', '--format', 'ndjson']]) {
      expect((await zoolog(['diff', a, damaged, '--data', 'none', ...args])).code).toBe(3);
      expect((await zoolog(['diff', damaged, damaged, '--data', 'none', ...args])).code).toBe(3);
    }
  });
});
