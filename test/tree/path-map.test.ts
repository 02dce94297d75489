import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { type RawText, rawText } from '../../src/jute/raw-text.js';
import { clash, PathMap, splitMapping } from '../../src/tree/path-map.js';

/** The map of mappings as they are typed. */
function mapOf(...typed: string[]): PathMap {
  return new PathMap(
    typed.map((one) => {
      const [from, to] = splitMapping(one);
      return { from: path(from), to: path(to) };
    }),
  );
}

function path(text: string): RawText {
  return rawText(text === '/' ? '' : text);
}

describe('the path a znode comes to lie at', () => {
  // By hand, from what DESIGN.md says of each mapping; "-" is: not mapped.
  it.each([
    ['/=/prod', '/', '/prod'],
    ['/=/prod', '/a/b', '/prod/a/b'],
    ['/prod=/', '/prod', '/'],
    ['/prod=/', '/prod/a', '/a'],
    ['/prod=/', '/', '-'],
    ['/prod=/', '/production', '-'],
    ['/a=/b', '/a/x', '/b/x'],
    ['/a=/b', '/b/x', '-'],
    ['/=/ /a=/b', '/c', '/c'],
    ['/=/ /a=/b', '/a/c', '/b/c'],
    ['/a=/x /a/b=/y', '/a/b/c', '/y/c'],
    ['/a=/x /a/b=/y', '/a/bc', '/x/bc'],
    ['/a=/b /b=/a', '/b/1', '/a/1'],
    ['/=/é', '/a\\xff', '/é/a\\xff'],
  ])('%s: %s becomes %s', (mappings, from, to) => {
    expect(mapOf(...mappings.split(' ')).target(path(from))).toBe(to === '-' ? null : path(to));
  });

  it('is its own without a mapping', () => {
    const map = new PathMap();
    expect(map.target(path('/a'))).toBe('/a');
    expect(map.isIdentity).toBe(true);
    expect(mapOf('/=/').isIdentity).toBe(true);
    expect(mapOf('/a=/a').isIdentity).toBe(false);
    expect(mapOf('/=/', '/a=/b').isIdentity).toBe(false);
  });

  it('is found back', () => {
    const segment = fc.constantFrom('a', 'b', 'zookeeper', 'quota', 'zookeeper_limits');
    const some = fc.array(segment, { maxLength: 4 }).map((parts) => parts.map((part) => `/${part}`).join(''));
    const outside = some.filter((text) => !/^\/zookeeper(\/|$)|\/zookeeper_limits$/.test(text));
    const pair = fc.record({ from: outside, to: outside }) as fc.Arbitrary<{ from: RawText; to: RawText }>;
    const pairs = fc.uniqueArray(pair, { selector: ({ from }) => from, maxLength: 3 });
    fc.assert(
      fc.property(pairs, some as fc.Arbitrary<RawText>, (mappings, source) => {
        const map = new PathMap(mappings);
        const target = attempt(() => map.target(source));
        if (target === null) return;
        expect(map.sources(target)).toContain(source);
        for (const other of map.sources(target)) expect(map.target(other)).toBe(target);
      }),
      { numRuns: 2000 },
    );
  });
});

function attempt<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

describe('the paths of the server itself', () => {
  it.each([
    ['/zookeeper', '/zookeeper'],
    ['/zookeeper/config', '/zookeeper/config'],
    ['/zookeeper/quota', '/zookeeper/quota'],
    ['/zookeeper/quota/a', '/zookeeper/quota/prod/a'],
    ['/zookeeper/quota/a/zookeeper_limits', '/zookeeper/quota/prod/a/zookeeper_limits'],
    ['/zookeeper/quota/a/zookeeper_stats', '/zookeeper/quota/prod/a/zookeeper_stats'],
    ['/zookeeper/quota/zookeeper_limits', '/zookeeper/quota/prod/zookeeper_limits'],
    ['/zookeeper/quota/zookeeper/zookeeper_limits', '/zookeeper/quota/zookeeper/zookeeper_limits'],
  ])('%s becomes %s where / becomes /prod', (from, to) => {
    const map = mapOf('/=/prod');
    expect(map.target(path(from))).toBe(to);
    expect(map.sources(path(to))).toEqual([from]);
  });

  it('leaves out the quotas of paths that are not mapped', () => {
    const map = mapOf('/a=/b');
    expect(map.target(path('/zookeeper/quota/c/zookeeper_limits'))).toBeNull();
    expect(map.target(path('/zookeeper/quota/a/zookeeper_limits'))).toBe(
      '/zookeeper/quota/b/zookeeper_limits',
    );
  });

  it('leaves out a znode between quotas whose path becomes the root', () => {
    const map = mapOf('/a=/');
    expect(map.target(path('/zookeeper/quota/a'))).toBeNull();
    expect(map.target(path('/zookeeper/quota/a/b'))).toBe('/zookeeper/quota/b');
  });

  it.each([
    '/zookeeper=/a',
    '/a=/zookeeper/quota',
    '/zookeeper/quota/a=/b',
    '/a=/b/zookeeper_limits',
    '/zookeeper_stats=/b',
  ])('refuses %s', (mapping) => {
    expect(() => mapOf(mapping)).toThrow(UsageError);
  });

  it('refuses a znode that would come to lie among them', () => {
    const map = mapOf('/prod=/');
    expect(() => map.target(path('/prod/zookeeper/x'))).toThrow(
      '/prod/zookeeper/x would become /zookeeper/x, which belongs to the server',
    );
    // The quota of what may not come there.
    expect(() => map.target(path('/zookeeper/quota/prod/zookeeper/zookeeper_limits'))).toThrow(
      '/prod/zookeeper would become /zookeeper, which belongs to the server',
    );
    expect(mapOf('/prod=/', '/prod/zookeeper=/zk').target(path('/prod/zookeeper/x'))).toBe('/zk/x');
  });
});

describe('mappings that meet', () => {
  it('name every path that leads to one', () => {
    expect(mapOf('/a=/x', '/b=/x').sources(path('/x/1'))).toEqual(['/a/1', '/b/1']);
    expect(mapOf('/=/', '/a=/b').sources(path('/b'))).toEqual(['/a', '/b']);
    // What was at /a lies at /b, and nothing comes to lie at /a.
    expect(mapOf('/=/', '/a=/b').sources(path('/a'))).toEqual([]);
    expect(mapOf('/prod=/').sources(path('/zookeeper/quota'))).toEqual(['/zookeeper/quota']);
    expect(mapOf('/=/prod').sources(path('/other'))).toEqual([]);
  });

  it('refuse the same FROM twice, and say of two znodes that they clash', () => {
    expect(() => mapOf('/a=/x', '/a=/y')).toThrow('/a is mapped twice');
    expect(clash('/a/1', '/b/1', path('/x/1')).message).toBe('/a/1 and /b/1 would both become /x/1');
  });
});

describe('as it is typed', () => {
  it('is split where a path begins again', () => {
    expect(splitMapping('/=/prod')).toEqual(['/', '/prod']);
    expect(splitMapping('/a=b=/c=d')).toEqual(['/a=b', '/c=d']);
    expect(() => splitMapping('/a')).toThrow('/a is no mapping');
    expect(() => splitMapping('')).toThrow('nothing is no mapping');
    expect(() => splitMapping('/a=/b=/c')).toThrow('/a=/b=/c can be read in several ways');
  });

  it('is shown the same way, the longest FROM first', () => {
    expect(mapOf('/=/prod', '/a/b=/c').text).toBe('/a/b=/c, /=/prod');
  });
});
