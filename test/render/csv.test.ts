import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printCsv } from '../../src/render/csv.js';
import type { Column } from '../../src/render/rows.js';
import { memorySink } from '../../src/render/sink.js';
import { type AnyRow, anyColumns, anyRow, expectedJson } from './arbitrary-rows.js';

interface Row {
  readonly path: string | null | undefined;
  readonly n?: number;
}
const columns: Column<Row>[] = [
  { key: 'path', title: 'Znode', kind: 'text' },
  { key: 'n', kind: 'number' },
];

function csv(rows: Iterable<Row>, isTerminal = false): string {
  const sink = memorySink({ isTerminal });
  printCsv({ columns, rows }, sink);
  return sink.text();
}

/** Records of RFC 4180, where a field without quotes that is empty is null. Knows nothing of our writer. */
function parseCsv(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  let record: (string | null)[] = [];
  let at = 0;
  while (at < text.length) {
    let field: string | null = '';
    if (text[at] === '"') {
      at += 1;
      for (; ; at++) {
        if (text[at] === '"' && text[at + 1] !== '"') break;
        if (text[at] === '"') at += 1;
        if (at >= text.length) throw new Error('quote is not closed');
        field += text[at];
      }
      at += 1;
    } else {
      while (text[at] !== ',' && text[at] !== '\n') field += text[at++];
      if (field === '') field = null;
    }
    record.push(field);
    if (text[at] === '\n') records.push(record.splice(0));
    else if (text[at] !== ',') throw new Error(`no separator at ${at}`);
    else if (text[at + 1] === undefined) throw new Error('ends in a comma');
    at += 1;
  }
  if (record.length > 0) throw new Error('last line has no end');
  record = [];
  return records;
}

describe('csv', () => {
  it('heads the columns with the field names of json, not the titles of tables', () => {
    expect(csv([])).toBe('path,n\n');
  });

  it('tells null and missing from the empty string', () => {
    expect(csv([{ path: null, n: 1 }, { path: undefined, n: 1 }, { path: '', n: 1 }, { path: 'a' }])).toBe(
      'path,n\n,1\n,1\n"",1\na,\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＠A1'])(
    'puts an apostrophe before the formula %j',
    (path) => {
      expect(parseCsv(csv([{ path, n: 1 }]))[1]).toEqual([`'${path}`, '1']);
    },
  );

  it('leaves negative numbers to be numbers', () => {
    expect(csv([{ path: 'a=b', n: -5 }])).toBe('path,n\na=b,-5\n');
  });

  it('puts an apostrophe before a name of a column and before a time that begin like a formula', () => {
    const sink = memorySink();
    const odd: Column<Record<string, unknown>>[] = [
      { key: '=1', kind: 'scalar' },
      { key: 't', kind: 'time' },
      { key: 'u', kind: 'time' },
    ];
    const last = 8_640_000_000_000_000n;
    printCsv({ columns: odd, rows: [{ '=1': 1, t: last, u: -last - 1n }] }, sink);
    expect(sink.text()).toBe("'=1,t,u\n1,'+275760-09-13T00:00:00.000Z,-8640000000000001\n");
  });

  it('quotes what would break a record', () => {
    expect(csv([{ path: 'a,"b"\r\n', n: 1 }])).toBe('path,n\n"a,""b""\r\n",1\n');
  });

  it('parses back to the values of the rows', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 4 }), (rows) => {
        const sink = memorySink();
        printCsv({ columns: anyColumns, rows }, sink);
        const [header, ...records] = parseCsv(sink.text());
        expect(header).toEqual(anyColumns.map((column) => column.key));
        expect(records.map(unquoteFormula)).toEqual(rows.map(expectedRecord));
      }),
    );
  });

  it('prints ordinary text to a terminal as it does to a pipe', () => {
    const rows = [{ path: '/é/日本,"x"', n: 2 }];
    expect(csv(rows, true)).toBe(csv(rows));
  });

  it('keeps control characters in a pipe and escapes them on a terminal', () => {
    expect(csv([{ path: 'a\x1b[2J', n: 1 }])).toBe('path,n\na\x1b[2J,1\n');
    expect(csv([{ path: 'a\x1b[2J', n: 1 }], true)).toBe('path,n\na\\x1b[2J,1\n');
  });
});

function unquoteFormula([text, ...rest]: readonly (string | null)[]): (string | null)[] {
  return [text?.replace(/^'(?=[=+\-@\t\r\n])/, '') ?? null, ...rest];
}

/** The json column is compared as parsed, by writing it the plain way after reading it. */
function expectedRecord(row: AnyRow): (string | null)[] {
  const { text, hex, json } = expectedJson(row);
  const time = row.time === null ? null : expectedTime(row.time);
  const nested = json === null ? null : escapeLikeJson(JSON.stringify(json));
  const boolean = row.boolean === null ? null : String(row.boolean);
  return [
    (text as string | null | undefined)?.replace(/^'(?=[=+\-@\t\r\n])/, '') ?? null,
    row.number === null ? null : String(row.number),
    hex as string | null,
    time,
    nested,
    boolean,
  ];
}

function expectedTime(time: bigint): string {
  const date = new Date(Number(time));
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString().replace(/^(?=[+-])/, "'");
}

function escapeLikeJson(json: string): string {
  // All that JavaScript takes for white space but the space, and all that shows nothing.
  return json.replace(/[\p{Cc}\p{Cf}\p{DI}\u2800]|(?! )\s/gu, (c) =>
    [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
