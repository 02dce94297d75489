// Trees as hashes: what they say of two snapshots is what comparing znode by znode says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDigests } from '../../src/analysis/compare-digests.js';
import type { DiffOptions } from '../../src/analysis/diff.js';
import { diffRules } from '../../src/analysis/diff-rules.js';
import { DiffStat } from '../../src/analysis/diff-stat.js';
import { digestSnapshot } from '../../src/analysis/digest-snapshot.js';
import { KeyedHash, newHashKey } from '../../src/analysis/keyed-hash.js';
import { isAtOrBelow } from '../../src/analysis/paths.js';
import type { RawText } from '../../src/jute/raw-text.js';
import { PathMap } from '../../src/tree/path-map.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { snapshotBytes, type ZnodeSpec } from '../support/snapshot-spec.js';
import { diffedSlowly, diffWishes, TREE_ACLS, treeSpecs } from './random-trees.js';

const dir = useTempDir();
let made = 0;
function write(znodes: readonly ZnodeSpec[]): string {
  return dir.write(`snapshot.${made++}`, snapshotBytes({ znodes, acls: TREE_ACLS }));
}

function fast(a: string, b: string, options: DiffOptions, maxDepth: number) {
  const { rules, under } = options;
  const isZookeeperApart = rules.mode === 'migrated' && !isAtOrBelow(under, '/zookeeper' as RawText);
  const wish = { key: newHashKey(), rules, under, maxDepth, isZookeeperApart };
  const [left, right] = [a, b].map((file) => digestSnapshot(file, wish)!);
  const found = compareDigests(left!, right!, rules)!;
  const stat = new DiffStat(maxDepth);
  for (const [path, sums] of found.sums) stat.addAll(path, sums);
  const again = diffedSlowly(a, b, { ...options, some: found }, maxDepth);
  return { counts: found.counts, rows: stat.rows(), paths: again.paths };
}

describe('trees as hashes', () => {
  it('differ as they do znode by znode', () => {
    fc.assert(
      fc.property(treeSpecs, treeSpecs, diffWishes, (a, b, { mode, only, under, maxDepth }) => {
        const rules = diffRules({ mode, only: only === undefined ? undefined : new Set(only) });
        const options = { rules, map: new PathMap(), under: under as RawText };
        const [left, right] = [write(a), write(b)];
        const [quick, exact] = [
          fast(left, right, options, maxDepth),
          diffedSlowly(left, right, options, maxDepth),
        ];
        expect(quick.rows).toEqual(exact.rows);
        expect(quick.paths).toEqual(exact.paths);
        // Of a subtree the slow way reads no more.
        if (under === '') expect(quick.counts).toEqual(exact.counts);
      }),
      { numRuns: 300 },
    );
  });

  it('are not made of what is damaged, out of order, or not as servers write it', () => {
    const rules = diffRules({ mode: 'strict' });
    const wish = { key: newHashKey(), rules, under: '', maxDepth: 1, isZookeeperApart: false };
    const good: ZnodeSpec[] = [{ path: '' }, { path: '/a' }, { path: '/a/b' }, { path: '/c' }];
    const digest = (bytes: Buffer) => digestSnapshot(dir.write('snapshot.ff', bytes), wish);
    const bytes = snapshotBytes({ znodes: good });
    expect(digest(bytes)?.count).toBe(4);
    expect(digest(flip(bytes, bytes.length - 30))).toBeNull();
    expect(digest(cut(bytes, bytes.length - 1))).toBeNull();
    const of = (...znodes: ZnodeSpec[]) => digest(snapshotBytes({ znodes }));
    expect(of({ path: '' }, { path: '/a/b' })).toBeNull();
    expect(of({ path: '' }, { path: '/ab' }, { path: '/a/b' })).toBeNull();
    expect(of({ path: '' }, { path: '/a' }, { path: '/c' }, { path: '/a/b' })).toBeNull();
    expect(of({ path: '' }, { path: '/a', acl: 7n })).toBeNull();
    expect(of({ path: '' }, { path: '/a' }, { path: '/a' })).toBeNull();
    const twice = of({ path: '' }, { path: '/a' }, { path: '/b' }, { path: '/a' })!;
    expect(compareDigests(digest(bytes)!, twice, rules)).toBeNull();
    expect(compareDigests(twice, digest(bytes)!, rules)).toBeNull();
  });

  it('are the same in whatever order siblings come', () => {
    const rules = diffRules({ mode: 'strict' });
    const wish = { key: newHashKey(), rules, under: '', maxDepth: 1, isZookeeperApart: false };
    const names = Array.from({ length: 3000 }, (_, i) => `/n${i}`);
    const of = (paths: readonly string[]) => {
      const znodes = [{ path: '' }, ...paths.map((path) => ({ path, data: path }))];
      return digestSnapshot(dir.write('snapshot.fe', snapshotBytes({ znodes })), wish)!;
    };
    const other = [...names.slice(0, 2990), '/x'].reverse();
    const { counts } = compareDigests(of(names), of(other), rules)!;
    expect(counts).toMatchObject({ a: 3001, b: 2992, equal: 2991, added: 1, removed: 10, changed: 0 });
  });
});

describe('the keyed hash', () => {
  const hashOf = (bytes: Uint8Array, key = newHashKey()) => {
    const hash = new KeyedHash(key);
    hash.begin(bytes.length);
    hash.bytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    hash.end();
    return `${hash.first} ${hash.second}`;
  };
  it('tells apart what differs in a bit, and what is longer by a zero', () => {
    const key = newHashKey();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, bit) => {
        const other = flip(Buffer.from(bytes), (bit >> 3) % bytes.length, 1 << (bit & 7));
        expect(hashOf(other, key)).not.toBe(hashOf(bytes, key));
        expect(hashOf(Buffer.concat([bytes, Buffer.alloc(1)]), key)).not.toBe(hashOf(bytes, key));
        expect(hashOf(Uint8Array.from(bytes), key)).toBe(hashOf(bytes, key));
      }),
    );
  });
  it('spreads near neighbours over both words', () => {
    const key = newHashKey();
    const seen = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (let i = 0; i < 50_000; i++) {
      const both = hashOf(Buffer.from(`/kafka/brokers/topics/${i}`), key);
      seen[0]!.add(both);
      for (const [n, word] of both.split(' ').entries()) seen[n + 1]!.add(word);
    }
    expect(seen[0]!.size).toBe(50_000);
    // Of 50,000 random words of 32 bits 0.3 pairs are alike; there are keys that make it some tens.
    for (const words of seen.slice(1)) expect(words.size).toBeGreaterThan(49_500);
  });
  it('is another one with another key', () => {
    expect(hashOf(Buffer.from('a'))).not.toBe(hashOf(Buffer.from('a')));
  });
});
