import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawText } from '../../src/jute/raw-text.js';
import { ZnodeRecord } from '../../src/snapshot/znode-record.js';
import { ChildCounts } from '../../src/source/child-counts.js';

function counted(paths: readonly string[]): number[] {
  const counts = new ChildCounts();
  paths.forEach((path, ordinal) => {
    const record = new ZnodeRecord();
    record.buffer = Buffer.from(`....${path}....`, 'latin1');
    record.pathStart = 4;
    record.pathEnd = 4 + path.length;
    record.ordinal = ordinal;
    counts.add(record);
  });
  return paths.map((path, ordinal) => counts.of(ordinal, path as RawText));
}

function expected(paths: readonly string[]): number[] {
  const parents = paths.filter((path) => path !== '').map((path) => path.slice(0, path.lastIndexOf('/')));
  return paths.map((path) => parents.filter((parent) => parent === path).length);
}

const name = fc.constantFrom('a', 'b', 'ab', 'a.b', '\xff');
const trees = fc.array(fc.array(name, { minLength: 1, maxLength: 4 }), { maxLength: 20 }).map((leaves) => {
  const paths = leaves.flatMap((names) => names.map((_, i) => `/${names.slice(0, i + 1).join('/')}`));
  return ['', ...new Set(paths)];
});

describe('children', () => {
  it('are counted in the order of servers, depth first', () => {
    expect(counted(['', '/b', '/b/x', '/b/x/1', '/b/y', '/a', '/a/x'])).toEqual([2, 2, 1, 0, 0, 1, 0]);
  });

  it('are counted in any order of a tree', () => {
    fc.assert(
      fc.property(
        trees.chain((paths) => fc.shuffledSubarray(paths, { minLength: paths.length })),
        (paths) => {
          expect(counted(paths)).toEqual(expected(paths));
        },
      ),
    );
  });

  it('are counted level by level', () => {
    const paths = ['', '/a', '/b', '/a/x', '/b/x', '/a/x/1', '/b/x/1', '/b/x/2'];
    expect(counted(paths)).toEqual(expected(paths));
  });

  it('are not counted for another znode where the parent is missing', () => {
    expect(counted(['', '/x', '/x/y', '/z/w', '/z/k', '/x/q'])).toEqual([1, 2, 0, 0, 0, 0]);
  });

  it('are counted for thousands of znodes', () => {
    const paths = ['', ...Array.from({ length: 3000 }, (_, i) => [`/n${i}`, `/n${i}/c`]).flat()];
    const counts = counted(paths);
    expect(counts[0]).toBe(3000);
    expect(counts.filter((count) => count === 1).length).toBe(3000);
  });
});
