import { describe, expect, it } from 'vitest';
import { du, largest } from '../../src/analysis/du.js';
import { pathPatterns } from '../../src/analysis/path-patterns.js';
import { rawText } from '../../src/jute/raw-text.js';
import { type FakeZnode, fakeTree } from './fake-tree.js';

const tree = fakeTree({
  '/': { data: 'r' },
  '/a': { data: '22' },
  '/a/x': { data: '333' },
  '/a/x/y': { data: '4444' },
  '/a!': { data: '55555' },
  '/b': { data: null },
});

describe('du', () => {
  it('counts each subtree after those in it', () => {
    expect([...du(tree)]).toEqual([
      { path: '/a/x/y', znodes: 1, bytes: 4, ownBytes: 4, numChildren: 0, depth: 3 },
      { path: '/a/x', znodes: 2, bytes: 7, ownBytes: 3, numChildren: 1, depth: 2 },
      { path: '/a', znodes: 3, bytes: 9, ownBytes: 2, numChildren: 1, depth: 1 },
      { path: '/a!', znodes: 1, bytes: 5, ownBytes: 5, numChildren: 0, depth: 1 },
      { path: '/b', znodes: 1, bytes: 0, ownBytes: 0, numChildren: 0, depth: 1 },
      { path: '/', znodes: 6, bytes: 15, ownBytes: 1, numChildren: 3, depth: 0 },
    ]);
  });
  it('counts all below the deepest rows', () => {
    expect([...du(tree, undefined, 0)].map(({ path, bytes }) => [path, bytes])).toEqual([['/', 15]]);
    expect([...du(tree, rawText('/a'), 1)].map(({ path, bytes }) => [path, bytes])).toEqual([
      ['/a/x', 7],
      ['/a', 9],
    ]);
  });
  it('keeps the largest, equal ones as they came', () => {
    expect(largest(du(tree), 2, 'ownBytes').map(({ path }) => path)).toEqual(['/a!', '/a/x/y']);
    expect(largest(du(tree), 3, 'znodes').map(({ path }) => path)).toEqual(['/', '/a', '/a/x']);
    expect(
      largest(du(tree), 99, 'numChildren')
        .map(({ path }) => path)
        .slice(0, 3),
    ).toEqual(['/', '/a/x', '/a']);
  });
});

describe('du by pattern', () => {
  const patterns = (znodes: Record<string, FakeZnode>) =>
    Object.fromEntries(
      pathPatterns(fakeTree({ '/': {}, ...znodes })).map((row) => [row.pattern, row.znodes]),
    );

  it('puts numbers, ids and sequence numbers together', () => {
    const uuid = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(
      patterns({
        '/1': {},
        '/22': {},
        [`/${uuid}`]: {},
        '/0xdeadbeef12': {},
        '/lock-0000000001': {},
        '/cafe': {},
      }),
    ).toEqual({ '/': 1, '/{}': 4, '/lock-{}': 1, '/cafe': 1 });
  });
  it('leaves few siblings as they are', () => {
    expect(patterns({ '/brokers': {}, '/brokers/ids': {}, '/brokers/topics': {}, '/config': {} })).toEqual({
      '/': 1,
      ...{ '/brokers': 1, '/brokers/ids': 1, '/brokers/topics': 1, '/config': 1 },
    });
  });
  it('puts more than ten siblings together that are alike, at every level', () => {
    const znodes: Record<string, FakeZnode> = { '/topics': {} };
    const names = [
      'orders',
      'bills',
      'users',
      'mails',
      'items',
      'carts',
      'logs',
      'ads',
      'feeds',
      'news',
      'jobs',
    ];
    for (const name of names) {
      znodes[`/topics/${name}`] = { data: 'topic' };
      znodes[`/topics/${name}/partitions`] = {};
      for (const partition of [0, 1, 2]) {
        znodes[`/topics/${name}/partitions/${partition}`] = {};
        znodes[`/topics/${name}/partitions/${partition}/state`] = { data: '{}' };
      }
    }
    expect(patterns(znodes)).toEqual({
      '/': 1,
      '/topics': 1,
      '/topics/{}': 11,
      '/topics/{}/partitions': 11,
      '/topics/{}/partitions/{}': 33,
      '/topics/{}/partitions/{}/state': 33,
    });
  });
  it('keeps siblings apart that have nothing in common', () => {
    const znodes: Record<string, FakeZnode> = {};
    for (let i = 0; i < 12; i++) {
      const name = String.fromCharCode(97 + i);
      znodes[`/app-${name}`] = {};
      znodes[`/app-${name}/only-${name}`] = {};
    }
    expect(Object.keys(patterns(znodes))).toHaveLength(25);
  });
  it('counts bytes and names the largest', () => {
    const rows = pathPatterns(
      fakeTree({ '/': {}, '/n': {}, '/n/1': { data: 'a' }, '/n/2': { data: 'bbb' } }),
    );
    expect(rows[0]).toEqual({ pattern: '/n/{}', znodes: 2, bytes: 4, maxBytes: 3, largest: '/n/2' });
  });
  it('copes with more siblings than it looks at', () => {
    const znodes: Record<string, FakeZnode> = { '/many': {} };
    const word = (i: number) =>
      [...String(i)].map((digit) => String.fromCharCode(97 + Number(digit))).join('');
    for (let i = 0; i < 2500; i++) znodes[`/many/${word(i)}`] = {};
    expect(patterns(znodes)).toEqual({ '/': 1, '/many': 1, '/many/{}': 2500 });
  });
});
