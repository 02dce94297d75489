import { describe, expect, it } from 'vitest';
import { listBelow } from '../../src/analysis/children.js';
import { ephemeralsOf, sessions } from '../../src/analysis/sessions.js';
import { rawText } from '../../src/jute/raw-text.js';
import { CONTAINER_OWNER } from '../../src/records/kind.js';
import { fakeTree, paths } from './fake-tree.js';

const KNOWN = 0x100_0001_0000_0000n;
const UNKNOWN = BigInt.asIntN(64, 0x8000_0001_0000_0001n);
const tree = fakeTree(
  {
    '/': {},
    '/a': { stat: { ephemeralOwner: KNOWN } },
    '/b': { stat: { ephemeralOwner: KNOWN } },
    '/c': { stat: { ephemeralOwner: UNKNOWN } },
    '/d': { stat: { ephemeralOwner: CONTAINER_OWNER } },
  },
  [
    { id: KNOWN, timeout: 4000 },
    { id: 0x5n, timeout: 1000 },
  ],
);

describe('sessions', () => {
  it('counts what each owns, by unsigned id, and marks owners that are no session', () => {
    expect(sessions(tree)).toEqual([
      { id: 5n, timeout: 1000, server: 0, ephemerals: 0, alive: true },
      { id: KNOWN, timeout: 4000, server: 1, ephemerals: 2, alive: true },
      { id: UNKNOWN, timeout: null, server: 0x80, ephemerals: 1, alive: false },
    ]);
  });
  it('lists the ephemerals of one, none for a session without, null for nobody', () => {
    expect(paths(ephemeralsOf(tree, KNOWN) ?? [])).toEqual(['/a', '/b']);
    expect(ephemeralsOf(tree, 5n)).toEqual([]);
    expect(ephemeralsOf(tree, 6n)).toBeNull();
  });
});

describe('listBelow', () => {
  it('tells a znode without children from no znode', () => {
    expect(paths(listBelow(tree, rawText('/a')) ?? [])).toEqual([]);
    expect(listBelow(tree, rawText('/a'))).not.toBeNull();
    expect(listBelow(tree, rawText('/x'))).toBeNull();
    expect(listBelow(tree, rawText('/x'), { recursive: true })).toBeNull();
    expect(paths(listBelow(tree, rawText('/a'), { recursive: true }) ?? ['no' as never])).toEqual([]);
  });
});
