// Which stretches of a history logs cover, by hand.
import { describe, expect, test } from 'vitest';
import { LogCoverage, type Span } from '../../src/analysis/log-coverage.js';
import type { SnapshotFacts, TxnRun } from '../../src/source/history-source.js';

const at = (epoch: number, counter: number) => (BigInt(epoch) << 32n) | BigInt(counter);
// The time of a txn is its zxid, so that a test can tell which one an edge is.
const run = (from: bigint, to: bigint): TxnRun => ({
  from: { zxid: from, time: from },
  to: { zxid: to, time: to },
});
const snapshot = (zxid: bigint, digestZxid: bigint | null = null): SnapshotFacts => ({
  file: `snapshot.${zxid.toString(16)}`,
  server: 's',
  zxid,
  end: null,
  digestZxid,
  timeoutOf: () => null,
});
const ends = (span: Span | null) => span && [span.after?.zxid ?? null, span.upTo?.zxid ?? null];

describe('logs from the first txn on with one hole', () => {
  const coverage = new LogCoverage([run(1n, 10n), run(15n, 20n)], [snapshot(0n)], null);

  test('the hole is known, with what is missing in it', () => {
    expect(coverage.holes).toEqual([
      { kind: 'hole', after: { zxid: 10n, time: 10n }, next: { zxid: 15n, time: 15n }, missing: 4n },
    ]);
  });

  test.each<[after: bigint | null, upTo: bigint, expected: [bigint | null, bigint] | null]>([
    [null, 10n, null],
    [3n, 10n, null],
    [10n, 10n, null],
    [3n, 11n, [10n, 11n]],
    [3n, 20n, [10n, 14n]],
    [12n, 17n, [12n, 14n]],
    [14n, 20n, null],
    [14n, 21n, [20n, 21n]],
    [20n, 20n, null],
  ])('between %s and %s txns may be missing: %s', (after, upTo, expected) => {
    expect(ends(coverage.missing(after, upTo))).toEqual(expected);
  });

  test('has what is in a log', () => {
    expect([1n, 10n, 11n, 14n, 15n, 20n, 21n].map((zxid) => coverage.has(zxid))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test('only the hole hides something for sure', () => {
    expect(coverage.isSure({ after: coverage.edge(10n), upTo: coverage.edge(14n) })).toBe(true);
    expect(coverage.isSure({ after: coverage.edge(15n), upTo: coverage.edge(18n) })).toBe(false);
  });
});

test('logs that begin later and end earlier than snapshots', () => {
  const coverage = new LogCoverage(
    [run(at(5, 100), at(5, 200))],
    [snapshot(at(5, 90)), snapshot(at(5, 250))],
    null,
  );
  expect(coverage.holes.map(({ kind, after, next }) => [kind, after?.zxid, next?.zxid])).toEqual([
    ['before', undefined, at(5, 100)],
    ['after', at(5, 200), undefined],
  ]);
  expect(ends(coverage.missing(null, at(5, 150)))).toEqual([null, at(5, 99)]);
  expect(ends(coverage.missing(at(5, 150), at(5, 250)))).toEqual([at(5, 200), at(5, 250)]);
});

test('without logs everything may be missing', () => {
  const coverage = new LogCoverage([], [snapshot(7n)], null);
  expect(coverage.holes).toEqual([{ kind: 'before', after: null, next: null, missing: null }]);
  expect(ends(coverage.missing(null, 7n))).toEqual([null, 7n]);
  expect(ends(coverage.missing(3n, 7n))).toEqual([3n, 7n]);
});

describe('a change of epoch', () => {
  const runs = [run(at(1, 1), at(1, 50)), run(at(2, 1), at(2, 9))];

  test('leaves open whether the old epoch went further', () => {
    const coverage = new LogCoverage(runs, [], null);
    expect(coverage.holes.map(({ kind, missing }) => [kind, missing])).toEqual([['epoch', null]]);
    const span = coverage.missing(at(1, 20), at(2, 5))!;
    expect(ends(span)).toEqual([at(1, 50), at(2, 0)]);
    expect(coverage.isSure(span)).toBe(false);
  });

  test('is closed by the snapshot that the new leader wrote', () => {
    const coverage = new LogCoverage(runs, [snapshot(at(2, 0), at(1, 50))], null);
    expect(coverage.holes).toEqual([]);
    expect(coverage.missing(at(1, 20), at(2, 5))).toBeNull();
  });

  test('of which the first txns are missing is a hole', () => {
    const coverage = new LogCoverage([run(at(1, 1), at(1, 50)), run(at(2, 4), at(2, 9))], [], null);
    expect(coverage.holes.map(({ kind, missing }) => [kind, missing])).toEqual([['hole', 3n]]);
  });
});
