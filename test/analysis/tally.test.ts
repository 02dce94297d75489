import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeyFiles } from '../../src/analysis/key-files.js';
import type { Sums } from '../../src/analysis/sums.js';
import { Tally } from '../../src/analysis/tally.js';
import { rawText } from '../../src/jute/raw-text.js';
import { useTempDir } from '../support/fixtures.js';

function sums(ops: number, zxid: bigint): Sums {
  const counts = { creates: 0, deletes: 1, setData: 0, setACL: 2, failed: 0, bytes: 2 ** 40 };
  return { ops, ...counts, firstTime: zxid, lastTime: zxid * 2n, firstZxid: zxid, lastZxid: zxid };
}

describe('Tally', () => {
  const own = useTempDir();
  afterEach(() => vi.unstubAllEnvs());

  it('adds up the same whether keys fit into memory or not', () => {
    // Times are twice the zxid here, and both are 64 bits.
    const history = fc.array(fc.tuple(fc.nat(40), fc.nat(9), fc.bigInt({ min: -9n, max: 2n ** 61n })));
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 50 }), (adds, mostKeys) => {
        const tally = new Tally(mostKeys);
        const expected = new Map<string, { ops: number; first: bigint; last: bigint; times: number }>();
        for (const [name, ops, zxid] of adds) {
          const key = `/znode ${name}`;
          tally.add(rawText(key), sums(ops, zxid));
          const so = expected.get(key) ?? { ops: 0, first: zxid, last: zxid, times: 0 };
          so.ops += ops;
          so.times++;
          if (zxid < so.first) so.first = zxid;
          if (zxid > so.last) so.last = zxid;
          expected.set(key, so);
        }
        const found = new Map([...tally.rows()].map(({ key, sums: all }) => [key as string, all]));
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [key, { ops, first, last, times }] of expected) {
          expect(found.get(key)).toEqual({
            ...{ ops, creates: 0, deletes: times, setData: 0, setACL: 2 * times, failed: 0 },
            ...{ bytes: times * 2 ** 40, firstZxid: first, lastZxid: last },
            ...{ firstTime: first, lastTime: last * 2n < first * 2n ? first : last * 2n },
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves no temporary file behind', () => {
    vi.stubEnv('TMPDIR', own.path);
    const tally = new Tally(1);
    for (const name of ['a', 'b', 'c']) tally.add(rawText(name), sums(1, 1n));
    expect([...tally.rows()]).toHaveLength(3);
    const unread = new Tally(1);
    for (const name of ['a', 'b', 'c']) unread.add(rawText(name), sums(1, 1n));
    expect(readdirSync(own.path)).toHaveLength(1);
    unread.close();
    expect(readdirSync(own.path)).toEqual([]);
  });
});

describe('KeyFiles', () => {
  it('gives back rows under keys longer than what it holds back at once', () => {
    const files = new KeyFiles(2);
    const keys = ['', 'é', 'x'.repeat(200_000), 'y'.repeat(65_530)].map(rawText);
    for (const [i, key] of keys.entries()) files.write(key, Buffer.from([i, i]));
    for (const [i, key] of keys.entries()) files.write(key, Buffer.from([i + 9, i]));
    const found: [number, number][] = [];
    for (let part = 0; part < files.count; part++) {
      for (const { key, row } of files.read(part)) found.push([keys.indexOf(key), row[0]!]);
    }
    files.remove();
    expect(found.sort((a, b) => a[0] - b[0] || a[1] - b[1])).toEqual(
      keys.flatMap((_, i) => [
        [i, i],
        [i, i + 9],
      ]),
    );
  });
});
