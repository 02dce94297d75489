import { describe, expect, test } from 'vitest';
import { OrphanSearch } from '../../src/datadir/orphan-search.js';
import { readSnapshotFacts } from '../../src/datadir/snapshot-facts.js';
import { openSnapshot } from '../../src/snapshot/read-snapshot.js';
import { realFiles, useTempDir } from '../support/fixtures.js';
import { buildSnapshot } from '../support/snapshot-spec.js';

const temp = useTempDir();

function firstOrphan(paths: readonly string[]) {
  const { bytes, marks } = buildSnapshot({ znodes: paths.map((path) => ({ path })) });
  const file = temp.write('snapshot.0', bytes);
  const search = new OrphanSearch(file);
  const reader = openSnapshot(file);
  try {
    for (const znode of reader.znodes()) if (!search.add(znode)) break;
  } finally {
    reader.close();
  }
  const found = search.first();
  return found === null ? null : { path: found.path, index: marks.znodes.indexOf(found.offset) };
}

describe('the first znode without its parent before it', () => {
  test.each<[string, string[], { path: string; index: number } | null]>([
    ['none in pre-order', ['', '/a', '/a/b', '/a/b/c', '/d', '/d/e'], null],
    ['none where all parents come before', ['', '/a', '/b', '/a/1', '/b/1', '/a/1/2', '/b/1/2'], null],
    ['without a root', ['/a', '/a/b'], { path: '/a', index: 0 }],
    ['before its parent', ['', '/a/b', '/a'], { path: '/a/b', index: 1 }],
    ['below one that only looks like its parent', ['', '/ab', '/a/c'], { path: '/a/c', index: 2 }],
    ['below a child of its parent', ['', '/a', '/a/b', '/a/c/d'], { path: '/a/c/d', index: 3 }],
    ['the first of two', ['', '/x/1', '/y/1', '/x'], { path: '/x/1', index: 1 }],
    ['in an odd order', ['', '/a', '/b', '/a/1', '/c/1', '/c'], { path: '/c/1', index: 4 }],
  ])('%s', (_, paths, expected) => {
    expect(firstOrphan(paths)).toEqual(expected);
  });

  test('is found where more are in doubt than are looked up at once', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => (i % 2 === 0 ? `/a/${i}` : `/b/${i}`));
    expect(firstOrphan(['', '/a', '/b', ...many])).toBeNull();
    expect(firstOrphan(['', '/a', '/b', ...many, '/none/1'])).toEqual({ path: '/none/1', index: 60_003 });
  });

  test('is not in what servers write', () => {
    for (const { file } of realFiles('snapshot')) {
      const codes = readSnapshotFacts(file, 0n).obstacles.map(({ code }) => code);
      expect({ file, codes: codes.filter((code) => code === 'znode-orphan') }).toEqual({ file, codes: [] });
    }
  });
});
