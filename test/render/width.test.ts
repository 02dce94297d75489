import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeForTerminal } from '../../src/render/escape.js';
import { cutToWidth, fitWidths, withFastAscii } from '../../src/render/width.js';

const length = (text: string): number => text.length;

describe('cutToWidth', () => {
  it('leaves text that fits and ends in an ellipsis where it does not', () => {
    expect(cutToWidth('abcdef', 6, length)).toBe('abcdef');
    expect(cutToWidth('abcdefg', 6, length)).toBe('abcde…');
  });

  it('does not take a character with its marks apart', () => {
    expect(cutToWidth('ae\u0301\u0302bcd', 4, length)).toBe('a…');
  });

  it('never leaves more than cli-table3 counts as the width, which would blank the cell', () => {
    const { strlen } = createRequire(import.meta.url)('cli-table3/src/utils') as { strlen: typeof length };
    const unit = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        '日',
        '👍',
        '🏽',
        '🇩',
        '🇪',
        '\u200d',
        '❤',
        '\ufe0f',
        '\u0301',
        '한',
        'ᄒ',
        'ᅡ',
        '👩‍👩‍👧',
        '1',
        '\u20e3',
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), fc.integer({ min: 2, max: 20 }), (text, width) => {
        expect(strlen(cutToWidth(escapeForTerminal(text), width, strlen))).toBeLessThanOrEqual(width);
      }),
      { numRuns: 5000 },
    );
  });

  it('bounds text whose characters a measure counts as nothing', () => {
    expect(cutToWidth('\u0301'.repeat(1e5), 10, () => 0)).toBe('…');
    expect(cutToWidth('a '.repeat(1e5), 10, () => 0).length).toBe(201);
  });
});

describe('fitWidths', () => {
  it('takes from the widest columns that may be cut, and from no other', () => {
    expect(fitWidths([40, 10, 20, 18], [true, true, true, false], 60)).toEqual([16, 10, 16, 18]);
  });

  it('leaves widths that fit and stops at the least', () => {
    expect(fitWidths([10, 20], [true, true], 30)).toEqual([10, 20]);
    expect(fitWidths([50, 50], [true, true], 5)).toEqual([8, 8]);
  });
});

it('asks the slow measure only about text that is not plain ASCII', () => {
  const asked: string[] = [];
  const measure = withFastAscii((text) => asked.push(text));
  expect(measure('abc')).toBe(3);
  measure('é');
  expect(asked).toEqual(['é']);
});
