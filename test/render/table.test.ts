import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../src/render/rows.js';
import { memorySink } from '../../src/render/sink.js';
import { printTable } from '../../src/render/table.js';

interface Row {
  readonly path?: string | null;
  readonly czxid: bigint;
  readonly version: number;
}
const columns: Column<Row>[] = [
  { key: 'path', title: 'Znode', kind: 'text' },
  { key: 'czxid', kind: 'hex' },
  { key: 'version', kind: 'number' },
];
const row: Row = { path: '/a', czxid: 255n, version: 1 };

function table(rows: Iterable<Row>, shownColumns: readonly Column<Row>[] = columns): string {
  const sink = memorySink();
  printTable({ columns: shownColumns, rows }, sink);
  return sink.text();
}

function terminalTable(rows: Iterable<Row>, width: number, shownColumns = columns): string[] {
  const sink = memorySink({ isTerminal: true, columns: width });
  printTable({ columns: shownColumns, rows }, sink);
  return sink
    .text()
    .replaceAll(/\x1b\[\d+m/g, '')
    .trimEnd()
    .split('\n');
}

function* repeat(count: number): Generator<Row> {
  for (let version = 1; version <= count; version++) yield { ...row, version };
}

describe('table', () => {
  it('aligns columns without borders, numbers to the right, and no spaces at the end', () => {
    expect(
      table([row, { path: '/a/b', czxid: 0x50000002fn, version: 12345 }, { czxid: 1n, version: 2 }]),
    ).toBe(
      [
        'Znode  czxid        version',
        '/a     0xff               1',
        '/a/b   0x50000002f    12345',
        '       0x1                2',
        '',
      ].join('\n'),
    );
  });

  it('shows null as a dash and keeps columns that are not for tables out', () => {
    const shown: Column<Row>[] = [columns[0]!, { key: 'czxid', kind: 'hex', table: false }];
    expect(table([{ ...row, path: null }], shown)).toBe('Znode\n-\n');
  });

  it('prints the header alone when there are no rows', () => {
    expect(table([])).toBe('Znode  czxid  version\n');
  });

  it('takes the text of a cell from the column and escapes it too', () => {
    const shown: Column<Row>[] = [{ key: 'path', kind: 'text', cell: (r) => `${r.path}\x1b v${r.version}` }];
    expect(table([row], shown)).toBe('path\n/a\\x1b v1\n');
  });

  it('escapes what a file may have put into a path', () => {
    expect(table([{ ...row, path: '/a\n\u202e' }])).toContain('/a\\n\\u{202e}  0xff');
  });

  it('shows the first 1000 rows and says how many it left out', () => {
    const sink = memorySink();
    const notes = memorySink();
    printTable({ columns, rows: repeat(2345) }, sink, { notes });
    expect(sink.text().trimEnd().split('\n')).toHaveLength(1001);
    expect(notes.text()).toBe(
      '1000 of 2345 rows shown, 1345 left out; for all rows use --format ndjson, csv or json\n',
    );
  });

  it('has nothing to note when all rows fit, and says it in the words of the command otherwise', () => {
    const notes = memorySink();
    printTable({ columns, rows: repeat(3) }, memorySink(), { notes, limit: 3 });
    expect(notes.text()).toBe('');
    printTable({ columns, rows: repeat(3) }, memorySink(), { notes, limit: 2, forAllRows: 'use --limit 0' });
    expect(notes.text()).toBe('2 of 3 rows shown, 1 left out; for all rows use --limit 0\n');
  });

  it('draws all rows with one header and one set of widths when asked', () => {
    const sink = memorySink();
    printTable({ columns, rows: repeat(2500) }, sink, { limit: Number.POSITIVE_INFINITY });
    const lines = sink.text().trimEnd().split('\n');
    expect(lines).toHaveLength(2501);
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set(['Znode  czxid  version'.length]));
    expect(lines.filter((line) => line.includes('czxid'))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/ 2500$/);
  });

  it('prints what could be read when the rows end in an error', () => {
    const sink = memorySink();
    function* torn(): Generator<Row> {
      yield row;
      throw new Error('torn');
    }
    expect(() => printTable({ columns, rows: torn() }, sink)).toThrow('torn');
    expect(sink.text()).toContain('/a     0xff');
  });

  it('cuts text but no zxid and no number to the width of a terminal', () => {
    const lines = terminalTable([{ path: `/${'x'.repeat(100)}`, czxid: -1n, version: 1234567890 }], 50);
    expect(lines[1]).toBe(`/${'x'.repeat(16)}…  0xffffffffffffffff  1234567890`);
    expect(lines[1]).toHaveLength(50);
  });

  it('cuts wide characters by the columns they take', () => {
    const lines = terminalTable([{ path: '日本語日本語日本', czxid: 1n, version: 1 }], 30);
    expect(lines[1]).toBe('日本語日本語…   0x1          1');
  });

  it('keeps a column within its own width on a terminal', () => {
    const shown: Column<Row>[] = [{ key: 'path', kind: 'text', width: 5 }];
    expect(terminalTable([{ ...row, path: '/abcdefgh' }], 200, shown)).toEqual(['path', '/abc…']);
  });

  it('does not cut by width in a pipe', () => {
    const path = `/${'x'.repeat(5000)}`;
    expect(table([{ ...row, path }])).toContain(`${path}  0xff`);
  });

  it('cuts cells of a megabyte, in any script and in little time', () => {
    const start = performance.now();
    for (const path of ['x'.repeat(1e6), '日'.repeat(1e6), 'e\u0301'.repeat(1e6), '\x1b'.repeat(1e6)]) {
      const rows = Array.from({ length: 10 }, () => ({ ...row, path }));
      expect(table(rows).length).toBeLessThan(300_000);
    }
    // 2 s here; 21 s when cli-table3 is left to cut wide characters in its own way (2026-11, 2 shared cores).
    expect(performance.now() - start).toBeLessThan(8000);
  });

  it('draws a wide cell among many short ones, which are padded to it, before the test runs out of time', () => {
    // A minute and a half where the padding is looked for with a regular expression.
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      ...row,
      path: i === 0 ? 'x'.repeat(20_000) : '/a',
    }));
    const sink = memorySink();
    const wideLast: Column<Row>[] = [
      { key: 'version', kind: 'number' },
      { key: 'path', kind: 'text' },
    ];
    printTable({ columns: wideLast, rows }, sink, { limit: 3000 });
    printTable({ columns, rows }, sink, { limit: 3000 });
    expect(sink.text().split('\n').slice(2, 4)).toEqual(['      1  /a', '      1  /a']);
  });

  it('makes the header bold on a terminal only', () => {
    const sink = memorySink({ isTerminal: true });
    const noColor = process.env.NO_COLOR;
    delete process.env.NO_COLOR;
    try {
      printTable({ columns, rows: [row] }, sink);
    } finally {
      if (noColor !== undefined) process.env.NO_COLOR = noColor;
    }
    expect(sink.text()).toContain('\x1b[1mZnode\x1b[22m');
    expect(table([row])).not.toContain('\x1b');
  });

  it('loads cli-table3 only when a table is drawn', () => {
    const script = `
      import { createRequire } from 'node:module';
      import { print } from './src/render/render.ts';
      import { memorySink } from './src/render/sink.ts';
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((f) => f.includes('cli-table3'));
      const rows = { columns: [{ key: 'a', kind: 'text' }], rows: [{ a: 'b' }] };
      print('json', rows, memorySink());
      const before = loaded();
      print('table', rows, memorySink());
      console.log(before, loaded());`;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
    expect(run.stdout + run.stderr).toBe('false true\n');
  });
});
