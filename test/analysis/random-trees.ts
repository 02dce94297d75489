// Random trees as snapshots have them, random wishes, and the slow way to diff two of them.
import fc from 'fast-check';
import { DiffCounts, type DiffOptions, differences } from '../../src/analysis/diff.js';
import { DIFF_CLASSES, type DiffClass, type DiffMode } from '../../src/analysis/diff-rules.js';
import { DiffStat } from '../../src/analysis/diff-stat.js';
import { openTree } from '../../src/source/open.js';
import type { ZnodeSource } from '../../src/source/sources.js';
import type { ZnodeSpec } from '../support/snapshot-spec.js';

const ANYONE = { perms: 31, scheme: 'world', id: 'anyone' };
const READER = { perms: 1, scheme: 'digest', id: 'bob:x' };
/** The ACL table that the trees refer to. */
export const TREE_ACLS = [ANYONE, READER].map((one, i) => ({ key: BigInt(i + 1), acl: [one] }));
const few = fc.integer({ min: 0, max: 2 });
const fields = fc.record({
  data: fc.constantFrom('', 'a', 'b', 'a longer one', 'a longer two', null),
  acl: fc.constantFrom(-1n, 1n, 2n),
  stat: fc
    .record({
      ...{ version: few, cversion: few, aversion: few, zxid: few, time: few },
      ephemeralOwner: fc.constantFrom(
        0n,
        0n,
        5n,
        6n,
        -(2n ** 63n),
        -(2n ** 56n) + 9n,
        -(2n ** 56n) + 2n ** 33n,
      ),
    })
    .map(({ zxid, time, ...stat }) => {
      const [id, ms] = [BigInt(zxid), BigInt(time)];
      return { ...stat, czxid: id, mzxid: id, pzxid: id, ctime: ms, mtime: ms };
    }),
});
const name = fc.constantFrom('a', 'b', 'a!', 'zookeeper', 'config');
const PLAIN = { data: '', stat: {} };

/** Znodes depth first, siblings in any order, as servers write them. */
export const treeSpecs: fc.Arbitrary<ZnodeSpec[]> = fc
  .tuple(
    fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 4 }), fields), { maxLength: 14 }),
    fields,
  )
  .map(([all, root]) => {
    const znodes = new Map<string, Omit<ZnodeSpec, 'path'>>([['', root]]);
    for (const [names, of] of all) {
      for (let i = 1; i < names.length; i++) {
        const above = `/${names.slice(0, i).join('/')}`;
        if (!znodes.has(above)) znodes.set(above, PLAIN);
      }
      znodes.set(`/${names.join('/')}`, of);
    }
    const below = (path: string): ZnodeSpec[] => [
      { path, ...znodes.get(path)! },
      ...[...znodes.keys()]
        .filter((other) => other !== '' && other.slice(0, other.lastIndexOf('/')) === path)
        .flatMap(below),
    ];
    return below('');
  });

function open(file: string) {
  return openTree(file, { onNote: () => {}, onProblem: () => {} });
}

/** Walks through two SOURCEs side by side: counts, rows of --stat, and a line for each difference. */
export function diffedSlowly(a: string, b: string, options: DiffOptions, maxDepth: number) {
  return diffedTrees(open(a), open(b), options, maxDepth);
}

/** The same of trees that are open. */
export function diffedTrees(left: ZnodeSource, right: ZnodeSource, options: DiffOptions, maxDepth: number) {
  const [counts, stat] = [new DiffCounts(), new DiffStat(maxDepth)];
  const paths: string[] = [];
  for (const { change, path, a: was, b: is } of differences(left, right, options, counts)) {
    stat.add(change, path, was?.dataLength ?? 0, is?.dataLength ?? 0);
    paths.push(`${change} ${path}`);
  }
  return { counts, rows: stat.rows(), paths };
}

/** What may be asked of a diff. */
export const diffWishes = fc.record({
  mode: fc.constantFrom<DiffMode>('strict', 'migrated'),
  only: fc.option(fc.uniqueArray(fc.constantFrom<DiffClass>(...DIFF_CLASSES), { minLength: 1 }), {
    nil: undefined,
  }),
  under: fc.constantFrom('', '', '/a', '/a/b', '/zookeeper'),
  maxDepth: fc.integer({ min: 0, max: 3 }),
});
