// diff against the slow way: every path looked up in both trees. And what it finds makes B of A.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiffCounts, type Difference, differences } from '../../src/analysis/diff.js';
import { DIFF_FIELDS, type DiffMode, diffRules } from '../../src/analysis/diff-rules.js';
import type { RawText } from '../../src/jute/raw-text.js';
import type { Znode } from '../../src/snapshot/znode.js';
import type { ZnodeSource } from '../../src/source/sources.js';
import { PathMap } from '../../src/tree/path-map.js';
import { entry, type FakeZnode, fakeTree, OPEN } from './fake-tree.js';

const ROOT = '' as RawText;
const few = fc.integer({ min: 0, max: 2 });
const owner = fc.constantFrom(0n, 0n, 0n, 5n, 6n, -(2n ** 63n), -(2n ** 56n) + 9n);
const acl = fc.constantFrom(
  OPEN,
  [entry('digest', 'bob', 1), ...OPEN],
  [...OPEN, entry('digest', 'bob', 1)],
  null,
);
const znode: fc.Arbitrary<FakeZnode> = fc.record({
  data: fc.constantFrom('', 'a', 'b', 'longer', null),
  acl,
  stat: fc
    .record({ version: few, cversion: few, aversion: few, zxid: few, time: few, ephemeralOwner: owner })
    .map(({ zxid, time, ...stat }) => {
      const [id, ms] = [BigInt(zxid), BigInt(time)];
      return { ...stat, czxid: id, mzxid: id, pzxid: id, ctime: ms, mtime: ms };
    }),
});
const name = fc.constantFrom('a', 'b', 'a!', 'n-0000000001');

/** A tree: parents are there. */
const tree = fc
  .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), znode), { maxLength: 12 })
  .map((all) => {
    const znodes: Record<string, FakeZnode> = { '/': {}, '/zookeeper': {}, '/zookeeper/config': {} };
    for (const [names, fields] of all) {
      for (let i = 1; i < names.length; i++) znodes[`/${names.slice(0, i).join('/')}`] ??= {};
      znodes[`/${names.join('/')}`] = fields;
    }
    return fakeTree(znodes);
  });

function diffOf(a: ZnodeSource, b: ZnodeSource, mode: DiffMode): Difference[] {
  const options = { rules: diffRules({ mode }), map: new PathMap(), under: ROOT };
  return [...differences(a, b, options, new DiffCounts())];
}

function byPath(source: ZnodeSource): Map<string, Znode> {
  return new Map([...source.znodes()].map((one) => [one.path, one]));
}

/** A field as text, so that equal ones are equal. */
function text(one: Znode, field: string): string {
  const kindOf = (id: bigint) =>
    id === 0n ? 'persistent' : id === -(2n ** 63n) ? 'container' : id < 0n ? `ttl ${id}` : 'ephemeral';
  const values: Readonly<Record<string, unknown>> = {
    ...one.stat,
    data: one.data?.toString() ?? null,
    acl: one.acl,
    kind: kindOf(one.stat.ephemeralOwner),
  };
  return JSON.stringify(values[field], (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}

/** Differences as lines, in any order. */
function slowly(a: ZnodeSource, b: ZnodeSource, mode: DiffMode): string[] {
  const [left, right] = [byPath(a), byPath(b)];
  const lines: string[] = [];
  for (const path of new Set([...left.keys(), ...right.keys()])) {
    const [was, is] = [left.get(path), right.get(path)];
    if (mode === 'migrated') {
      if (path.startsWith('/zookeeper')) continue;
      if ([was, is].every((one) => one === undefined || one.stat.ephemeralOwner > 0n)) continue;
    }
    if (was === undefined) lines.push(`added ${path}`);
    else if (is === undefined) lines.push(`removed ${path}`);
    else {
      const fields = DIFF_FIELDS.filter((field) => {
        if (mode === 'migrated') {
          if (field === 'cversion') return is.stat.cversion < was.stat.cversion;
          if (!['data', 'acl', 'kind'].includes(field)) return false;
        } else if (field === 'mtime' && path === '/zookeeper/config') return false;
        return text(was, field) !== text(is, field);
      });
      if (fields.length > 0) lines.push(`changed ${path} ${fields}`);
    }
  }
  return lines;
}

const line = ({ change, path, fields }: Difference) =>
  change === 'changed' ? `changed ${path} ${fields}` : `${change} ${path}`;

describe.each(['strict', 'migrated'] as const)('%s', (mode) => {
  it('finds what a look-up of every path finds', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(diffOf(a, b, mode).map(line).sort()).toEqual(slowly(a, b, mode).sort());
      }),
    );
  });
  it('finds nothing between a tree and itself', () => {
    fc.assert(fc.property(tree, (a) => diffOf(a, a, mode).length === 0));
  });
  it('comes in canonical order', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const keys = diffOf(a, b, mode).map(({ path }) => path.replaceAll('/', '\0'));
        expect(keys).toEqual([...keys].sort());
      }),
    );
  });
});

it('makes B of A', () => {
  fc.assert(
    fc.property(tree, tree, (a, b) => {
      const made = byPath(a);
      for (const difference of diffOf(a, b, 'strict')) {
        if (difference.b === null) made.delete(difference.path);
        else made.set(difference.path, difference.b);
      }
      expect(made).toEqual(byPath(b));
    }),
  );
});
