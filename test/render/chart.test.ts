import { describe, expect, it } from 'vitest';
import { chartLines } from '../../src/render/chart.js';

describe('chartLines', () => {
  it('draws each series to its own scale, in eighths of a line, with its largest value', () => {
    const lines = chartLines(
      [
        { label: 'ops', values: [0, 2, 4, 8] },
        { label: 'failed', values: [100, 0, 0, 1] },
      ],
      ['a', 'b'],
    );
    expect(lines).toEqual([
      'ops       8   ▂▄█', //
      'failed  100  █  ▁',
      '             a  b',
    ]);
  });

  it('uses the lines of a taller one from below', () => {
    const lines = chartLines([{ label: 'n', values: [16, 8, 12, 1], height: 2 }], ['', '']);
    expect(lines).toEqual(['n  16  █ ▄', '       ███▁', '']);
  });

  it('keeps the ends of the axis apart where they need more room than the columns', () => {
    expect(chartLines([{ label: 'n', values: [1] }], ['from', 'to']).at(-1)).toBe('      from to');
  });

  it('draws nothing of nothing', () => {
    expect(chartLines([{ label: 'n', values: [0, 0] }], ['', ''])[0]).toBe('n  0');
  });
});
