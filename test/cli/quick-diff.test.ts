// Two moments compared where txns touched them only: the same as walking through both trees.
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DiffMode } from '../../src/analysis/diff-rules.js';
import { diffRules } from '../../src/analysis/diff-rules.js';
import { DiffStat } from '../../src/analysis/diff-stat.js';
import { compareQuickly } from '../../src/cli/quick-diff.js';
import { UsageError } from '../../src/errors.js';
import type { RawText } from '../../src/jute/raw-text.js';
import { openTree } from '../../src/source/open.js';
import type { ZnodeSource } from '../../src/source/sources.js';
import { PathMap } from '../../src/tree/path-map.js';
import { diffedTrees } from '../analysis/random-trees.js';
import { build } from '../store/indexes.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';

const dir = useTempDir();
const silent = { onNote: () => {}, onProblem: () => {} };
const run = { sourceOptions: silent };

/** SOURCEs without a moment, and the zxids of their histories. */
function places(): [source: string, from: number, to: number][] {
  const of = (name: string, from: number, to: number): [string, number, number][] => {
    const folder = join(FIXTURES, name);
    const { file } = build(join(dir.path, `${name.replaceAll('/', '-')}.db`), [folder], { snapshots: 'all' });
    return [
      [folder, from, to],
      [file, from, to],
    ];
  };
  const servers = ['zk1', 'zk2', 'zk3'].map((name) => join(FIXTURES, 'ensemble-3.8.6', name));
  const { file } = build(join(dir.path, 'three.db'), servers, { snapshots: 'all' });
  return [
    [`${file}#c`, 0x100000001, 0x100000521],
    [`${file}#c/s1`, 0x100000484, 0x100000521],
    ...of('load-3.9.5', 0, 0xd84),
    ...of('standalone-3.9.5', 0, 0x1c4),
    ...of('standalone-3.4.14', 0x7a, 0x1a5),
    ...of('standalone-3.5.10', 0, 0x1bb),
    ...of('ensemble-3.8.6/zk1', 0x1000001c0, 0x100000521),
  ];
}

/** Null where there is no such moment. */
function opened(source: string, comparedWith?: string): ZnodeSource | null {
  try {
    return openTree(source, { ...silent, comparedWith });
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

const wishes = fc.record({
  at: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  mode: fc.constantFrom<DiffMode>('strict', 'strict', 'migrated'),
  under: fc.constantFrom('', '', '/load', '/sequence', '/zookeeper'),
  maxDepth: fc.integer({ min: 0, max: 2 }),
});

describe.each(places())('two moments of %s', (source, from, to) => {
  it('differ as when both are walked through', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(wishes, async ({ at, mode, under, maxDepth }) => {
        const names = at.map((part) => `${source}@0x${Math.round(from + part * (to - from)).toString(16)}`);
        const [a, b] = names.map((name) => opened(name));
        if (a == null || b == null) return;
        const isStrict = mode === 'strict';
        const [nearA, nearB] = names.map((name, i) => opened(name, isStrict ? names[1 - i] : undefined));
        const options = { rules: diffRules({ mode }), map: new PathMap(), under: under as RawText };
        const wish = { options, maxDepth, withMatches: false, isVerify: false, largeFrom: 0 };
        const quick = await compareQuickly(nearA!, nearB!, wish, run);
        const slow = diffedTrees(a, b, options, maxDepth);
        if (quick !== null) {
          compared++;
          const stat = new DiffStat(maxDepth);
          for (const [path, sums] of quick.sums) stat.addAll(path, sums);
          const { paths } = diffedTrees(nearA!, nearB!, { ...options, some: quick }, maxDepth);
          expect([nearA!.moment?.exactness, nearB!.moment?.exactness]).toEqual([
            a.moment?.exactness,
            b.moment?.exactness,
          ]);
          expect({ rows: stat.rows(), paths }).toEqual({ rows: slow.rows, paths: slow.paths });
          // Of two files the slow way alone reads no more than what is below a path.
          if (under === '') expect({ ...quick.counts }).toEqual({ ...slow.counts });
        }
        for (const tree of [a, b, nearA!, nearB!]) tree.close();
      }),
      // Hashing starts a thread each time.
      { numRuns: source.includes('.db') ? 30 : 8 },
    );
    expect(compared).toBeGreaterThan(1);
  });
});

it('of an index near each other are made of the txns that matter', () => {
  const { file } = build(join(dir.path, 'near.db'), [join(FIXTURES, 'load-3.9.5')], { snapshots: 'all' });
  const [a, b, far] = ['0x509', '0x50c', '0x2'].map((zxid) => `${file}@${zxid}`);
  const near = openTree(a!, { ...silent, comparedWith: b });
  expect(near.moment).toMatchObject({ exactness: 'exact', reason: expect.stringContaining('digests are') });
  // Deletes and creates between the two, and what hangs over them: by "zoolog log --from 0x50a --to 0x50c".
  expect([...near.replayed!.touched()].sort()).toEqual(['/load/data/140', '/load/data/18', '/load/data/240']);
  // Another snapshot serves for that one.
  const whole = openTree(a!, { ...silent, comparedWith: far });
  expect(whole.moment!.reason).not.toContain('digests are compared');
  near.close();
  whole.close();
});
