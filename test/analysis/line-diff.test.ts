// Differences of texts, against the length of a longest common subsequence found the plain way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DiffLine, lineDiff, withContext } from '../../src/analysis/line-diff.js';

/** The fewest lines that must go and come: by a table of all beginnings of both texts. */
function fewest(a: readonly string[], b: readonly string[]): number {
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const [left, above] = [common[i]![j - 1]!, common[i - 1]![j]!];
      common[i]![j] = a[i - 1] === b[j - 1] ? common[i - 1]![j - 1]! + 1 : Math.max(left, above);
    }
  }
  return a.length + b.length - 2 * common[a.length]![b.length]!;
}

const without = (lines: readonly DiffLine[], sign: string) =>
  lines.filter((line) => line.sign !== sign).map(({ text }) => text);

describe('lineDiff', () => {
  test('leads from the old text to the new one with the fewest changes', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (old, now) => {
        const lines = lineDiff(old, now);
        expect(without(lines, '+')).toEqual(old);
        expect(without(lines, '-')).toEqual(now);
        expect(lines.filter(({ sign }) => sign !== ' ')).toHaveLength(fewest(old, now));
      }),
      { numRuns: 2000 },
    );
  });

  test('texts with nothing in common are one replaced by the other, however long', () => {
    const old = Array.from({ length: 20_000 }, (_, i) => `old ${i}`);
    const now = old.map((line) => line.replace('old', 'new'));
    const lines = lineDiff(['same', ...old], ['same', ...now]);
    expect(lines).toHaveLength(40_001);
    expect(without(lines, '+')).toEqual(['same', ...old]);
    expect(without(lines, '-')).toEqual(['same', ...now]);
  });

  test('context leaves out what is far from a change', () => {
    const old = Array.from({ length: 20 }, (_, i) => `${i}`);
    const now = old.with(10, 'ten');
    const shown = withContext(lineDiff(old, now), 2).map(({ sign, text }) => `${sign}${text}`);
    expect(shown).toEqual([' …', ' 8', ' 9', '-10', '+ten', ' 11', ' 12', ' …']);
  });
});
