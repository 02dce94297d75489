// Numbers over time as columns of blocks, for a terminal or a ticket.

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const FULL = BLOCKS.length - 1;

/** One series: a value for each column. */
export interface Series {
  readonly label: string;
  readonly values: readonly number[];
  /** Lines it takes (default 1). */
  readonly height?: number;
}

/**
 * Series one below the other over one time axis. Each is drawn to its own scale; its largest value stands beside it. A
 * value above 0 is never drawn as nothing.
 *
 * @param axis texts for the left and the right end of the axis
 */
export function chartLines(series: readonly Series[], axis: readonly [string, string]): string[] {
  const labelWidth = Math.max(...series.map(({ label }) => label.length));
  const most = series.map(({ values }) => Math.max(0, ...values));
  const numberWidth = Math.max(...most.map((value) => String(value).length));
  const lines: string[] = [];
  for (const [i, { label, values, height = 1 }] of series.entries()) {
    for (let row = height - 1; row >= 0; row--) {
      const isTop = row === height - 1;
      const head = `${(isTop ? label : '').padEnd(labelWidth)}  ${(isTop ? String(most[i]) : '').padStart(numberWidth)}`;
      const bars = values.map((value) => block(value, most[i]!, row, height)).join('');
      lines.push(`${head}  ${bars}`.trimEnd());
    }
  }
  const columns = Math.max(...series.map(({ values }) => values.length));
  const gap = Math.max(1, columns - axis[0].length - axis[1].length);
  lines.push(`${' '.repeat(labelWidth + numberWidth + 4)}${axis[0]}${' '.repeat(gap)}${axis[1]}`.trimEnd());
  return lines;
}

/** What stands in line `row` (0 is the lowest) of a column. */
function block(value: number, most: number, row: number, height: number): string {
  if (value === 0) return BLOCKS[0];
  const eighths = Math.max(1, Math.round((value / most) * height * FULL));
  return BLOCKS[Math.min(Math.max(eighths - row * FULL, 0), FULL)]!;
}
