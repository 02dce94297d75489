import { describe, expect, it } from 'vitest';
import { find, type ZnodeQuery } from '../../src/analysis/find.js';
import { rawText } from '../../src/jute/raw-text.js';
import { CONTAINER_OWNER } from '../../src/records/kind.js';
import { pathPattern, textPattern } from '../../src/tree/glob.js';
import { entry, fakeTree, paths } from './fake-tree.js';

const tree = fakeTree({
  '/': { data: null },
  '/a': { data: 'x', stat: { czxid: 2n, mzxid: 9n, pzxid: 7n, ctime: 1000n, mtime: 2000n } },
  '/a/b': { data: 'some text', stat: { ephemeralOwner: 0x1_0000n } },
  '/a/c': { acl: [entry('digest', 'bob:hash', 31), entry('world', 'anyone', 1)] },
  '/ab': { acl: null, stat: { ephemeralOwner: CONTAINER_OWNER } },
  '/ü': { stat: { ephemeralOwner: -(2n ** 56n) + 500n } },
});

const found = (query: ZnodeQuery) => paths(find(tree, query));

describe('find', () => {
  it('takes everything without a condition', () => {
    expect(found({})).toEqual(['/', '/a', '/a/b', '/a/c', '/ab', rawText('/ü')]);
  });
  it('keeps to a subtree, and not to its namesakes', () => {
    expect(found({ under: rawText('/a') })).toEqual(['/a', '/a/b', '/a/c']);
    expect(found({ under: rawText('/a'), path: pathPattern('/ab') })).toEqual([]);
  });
  it('matches * within a segment and ** across', () => {
    expect(found({ path: pathPattern('/a*') })).toEqual(['/a', '/ab']);
    expect(found({ path: pathPattern('/a/**') })).toEqual(['/a/b', '/a/c']);
    expect(found({ path: pathPattern('/**/b') })).toEqual(['/a/b']);
    expect(found({ path: pathPattern('/') })).toEqual(['/']);
    expect(found({ path: pathPattern('/**') })).toHaveLength(6);
    expect(found({ path: pathPattern('/ü') })).toEqual([rawText('/ü')]);
    expect(found({ pathRegex: /ü/u })).toEqual([rawText('/ü')]);
  });
  it('takes other characters of a pattern for themselves', () => {
    const odd = fakeTree({ '/': {}, '/a.b': {}, '/axb': {}, '/{}[x](1)+$': {} });
    expect(paths(find(odd, { path: pathPattern('/a.b') }))).toEqual(['/a.b']);
    expect(paths(find(odd, { path: pathPattern('/{}[x](1)+$') }))).toEqual(['/{}[x](1)+$']);
    expect(textPattern('digest:a.b*').test('digest:a.b:c')).toBe(true);
    expect(textPattern('digest:a.b*').test('digest:axb')).toBe(false);
  });
  it('knows kinds and owners', () => {
    expect(found({ kinds: new Set(['container'] as const) })).toEqual(['/ab']);
    expect(found({ kinds: new Set(['ephemeral', 'ttl'] as const) })).toEqual(['/a/b', rawText('/ü')]);
    expect(found({ owner: 0x1_0000n })).toEqual(['/a/b']);
  });
  it('compares sizes and children, both ends included', () => {
    expect(found({ minSize: 1, maxSize: 1 })).toEqual(['/a']);
    expect(found({ minSize: 9 })).toEqual(['/a/b']);
    expect(found({ minChildren: 2, maxChildren: 2 })).toEqual(['/a']);
  });
  it('takes times from since on and before until, of the create or the last change', () => {
    expect(found({ since: 2000n })).toEqual(['/a']);
    expect(found({ since: 1n, until: 2000n })).toEqual([]);
    expect(found({ since: 1000n, until: 1001n, timeOf: 'created' })).toEqual(['/a']);
  });
  it('takes zxids with both ends, of the create, the last change or the children', () => {
    expect(found({ fromZxid: 9n, toZxid: 9n })).toEqual(['/a']);
    expect(found({ fromZxid: 2n, toZxid: 2n, zxidOf: 'created' })).toEqual(['/a']);
    expect(found({ fromZxid: 7n, zxidOf: 'children' })).toEqual(['/a']);
  });
  it('looks at ACLs; a missing one matches nothing', () => {
    expect(found({ acl: textPattern('digest:bob:*') })).toEqual(['/a/c']);
    expect(found({ aclOpen: true })).toEqual(['/', '/a', '/a/b', rawText('/ü')]);
  });
  it('looks into data; null data holds nothing', () => {
    expect(found({ contains: 'me te' })).toEqual(['/a/b']);
    expect(found({ matches: /^x$/u })).toEqual(['/a']);
    expect(found({ matches: /^$/u })).not.toContain('/');
  });
});
