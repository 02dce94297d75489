// Loaded snapshots of indexes: what SQLite says of two of them is what comparing znode by znode says of their files.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLoadedPart, joinLoadedParts, type LoadedWish } from '../../src/analysis/compare-loaded.js';
import type { DiffOptions } from '../../src/analysis/diff.js';
import { diffRules } from '../../src/analysis/diff-rules.js';
import { DiffStat } from '../../src/analysis/diff-stat.js';
import { compareLoaded } from '../../src/cli/loaded-sides.js';
import type { RawText } from '../../src/jute/raw-text.js';
import { openTree } from '../../src/source/open.js';
import { PathMap } from '../../src/tree/path-map.js';
import { build, writeFiles } from '../store/indexes.js';
import { useTempDir } from '../support/fixtures.js';
import { type SnapshotSpec, snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { diffedSlowly, diffWishes, TREE_ACLS, treeSpecs } from './random-trees.js';

const dir = useTempDir();
const ROOT = '' as RawText;
const silent = { onNote: () => {}, onProblem: () => {} };

let count = 0;
const fresh = (name: string) => `${dir.path}/${name}${count++}.db`;

/** The files of two trees, and both in one index, and in two. */
function made(
  a: readonly ZnodeSpec[],
  b: readonly ZnodeSpec[],
  acls: SnapshotSpec['acls'][] = [TREE_ACLS, TREE_ACLS],
) {
  const specs = [a, b].map((znodes, i) => snapshotBytes({ znodes, acls: acls[i]! }));
  const folders = specs.map((bytes, i) => writeFiles(`${dir.path}/s${i}`, { 'snapshot.5': bytes }));
  const [one, two] = ['one', 'two'].map((name, i) => build(fresh(name), [folders[i]!]).file);
  const { file: both } = build(fresh('both'), folders);
  return {
    files: folders.map((folder) => `${folder}/snapshot.5`) as [string, string],
    inOne: [`${both}#c/s0`, `${both}#c/s1`] as [string, string],
    inTwo: [one!, two!] as [string, string],
  };
}

function fast([a, b]: [string, string], options: DiffOptions, maxDepth: number) {
  const { rules, under } = options;
  const [left, right] = [openTree(a, silent), openTree(b, silent)];
  const isZookeeperApart = rules.mode === 'migrated' && under === '';
  const wish: LoadedWish = {
    ...{ a: left.loaded!, b: right.loaded!, rules, under, maxDepth, isZookeeperApart },
  };
  const found = joinLoadedParts([compareLoadedPart(wish, 0), compareLoadedPart(wish, 1)], wish);
  left.close();
  right.close();
  const stat = new DiffStat(maxDepth);
  for (const [path, sums] of found.sums) stat.addAll(path, sums);
  const { paths } = diffedSlowly(a, b, { ...options, some: found }, maxDepth);
  return { counts: found.counts, rows: stat.rows(), paths };
}

describe('loaded snapshots', () => {
  it('differ as their files do znode by znode', () => {
    fc.assert(
      fc.property(treeSpecs, treeSpecs, diffWishes, (a, b, { mode, only, under, maxDepth }) => {
        const rules = diffRules({ mode, only: only === undefined ? undefined : new Set(only) });
        const options = { rules, map: new PathMap(), under: under as RawText };
        const { files, inOne, inTwo } = made(a, b);
        const slow = diffedSlowly(...files, options, maxDepth);
        expect(fast(inOne, options, maxDepth)).toEqual(slow);
        expect(fast(inTwo, options, maxDepth)).toEqual(slow);
      }),
      { numRuns: 40 },
    );
  });

  it('have the same ACL whatever its id, and however bytes that are no UTF-8 were stored', () => {
    const list = (id: string | Uint8Array) => [{ perms: 1, scheme: 'digest', id }];
    const acls = [
      [
        { key: 1n, acl: list('bob:x') },
        { key: 2n, acl: list(Buffer.of(0xff)) },
      ],
      [
        { key: 1n, acl: list('eve:x') },
        { key: 2n, acl: list('bob:x') },
        { key: 3n, acl: list('\ufffd') },
      ],
    ];
    const paths = ['/a', '/b', '/c'];
    const of = (...keys: bigint[]): ZnodeSpec[] => [
      { path: '' },
      ...paths.map((path, i) => ({ path, acl: keys[i]! })),
    ];
    const { inOne, inTwo } = made(of(1n, 2n, 1n), of(2n, 3n, 1n), acls);
    const options = { rules: diffRules({ mode: 'strict' }), map: new PathMap(), under: ROOT };
    for (const trees of [inOne, inTwo]) expect(fast(trees, options, 0).paths).toEqual(['changed /c']);
  });

  it('without data are equal in length only', () => {
    const folder = (data: string, i: number) =>
      writeFiles(`${dir.path}/n${i}`, { 'snapshot.5': snapshotBytes({ znodes: [{ path: '', data }] }) });
    const { file } = build(fresh('none'), ['one', 'two'].map(folder), { withoutData: true });
    const options = { rules: diffRules({ mode: 'strict' }), map: new PathMap(), under: ROOT };
    const { counts } = fast([`${file}#c/s0`, `${file}#c/s1`], options, 0);
    expect(counts).toMatchObject({ equal: 1, changed: 0, lengthsOnly: 1 });
  });

  it('are compared in two threads where they are large', async () => {
    // Of 60,000 children every tenth has other data, 30 more are in the second, and 20 at the end are not.
    const names = Array.from({ length: 60_030 }, (_, i) => `/n${i}`);
    const of = (from: number, to: number, data: string): ZnodeSpec[] => [
      { path: '' },
      ...names.slice(from, to).map((path) => ({ path, data: path.endsWith('0') ? data : 'same' })),
    ];
    const { inOne, inTwo } = made(of(0, 60_000, 'one'), of(20, 60_030, 'three'));
    for (const [a, b] of [inOne, inTwo]) {
      const [left, right] = [openTree(a, silent), openTree(b, silent)];
      const rules = diffRules({ mode: 'strict' });
      const sides = { a: left.loaded!, b: right.loaded! };
      const found = await compareLoaded({
        ...sides,
        rules,
        under: ROOT,
        maxDepth: 0,
        isZookeeperApart: false,
      });
      left.close();
      right.close();
      expect(found.counts).toMatchObject({
        a: 60_001,
        b: 60_011,
        removed: 20,
        added: 30,
        changed: 5998,
        equal: 53_983,
      });
      // Of the 20 that are gone two had "one"; of the 30 that came three have "three", the others "same".
      const [bytesA, bytesB] = [5998 * 3 + 2 * 3 + 18 * 4, 5998 * 5 + 3 * 5 + 27 * 4];
      expect(found.sums.get(ROOT)).toEqual({ added: 30, removed: 20, changed: 5998, bytesA, bytesB });
    }
  });
});
