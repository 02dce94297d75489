import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printJson, printJsonObject } from '../../src/render/json.js';
import { jsonNested, jsonString } from '../../src/render/json-value.js';
import { printNdjson } from '../../src/render/ndjson.js';
import type { Column } from '../../src/render/rows.js';
import { memorySink } from '../../src/render/sink.js';
import { type AnyRow, anyColumns, anyRow, expectedJson } from './arbitrary-rows.js';

function json(rows: Iterable<AnyRow>): string {
  const sink = memorySink();
  printJson({ columns: anyColumns, rows }, sink);
  return sink.text();
}

function ndjson(rows: Iterable<AnyRow>): string {
  const sink = memorySink();
  printNdjson({ columns: anyColumns, rows }, sink);
  return sink.text();
}

const nothing: AnyRow = { number: null, hex: null, time: null, json: null, boolean: null };

describe('json', () => {
  it('parses back to the values of the rows', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 4 }), (rows) => {
        expect(JSON.parse(json(rows))).toEqual(rows.map(expectedJson));
      }),
    );
  });

  it('is laid out as JSON.stringify lays out the whole array', () => {
    const row = { ...nothing, text: 'a', json: [{ scheme: 'world', id: 'a\nb', deep: [1, [], {}] }] };
    const rows = [row, { ...nothing, json: [] }, row];
    expect(json(rows)).toBe(JSON.stringify(rows.map(expectedJson), null, 2) + '\n');
  });

  it('prints an empty array when there are no rows', () => {
    expect(json([])).toBe('[]\n');
  });

  it('leaves the array open when the rows end in an error', () => {
    const sink = memorySink();
    function* torn(): Generator<AnyRow> {
      yield { ...nothing, text: 'last good one' };
      throw new Error('torn');
    }
    expect(() => printJson({ columns: anyColumns, rows: torn() }, sink)).toThrow('torn');
    expect(sink.text()).toContain('last good one');
    expect(() => JSON.parse(sink.text())).toThrow(SyntaxError);
  });

  it('prints one object alone, from the left margin', () => {
    const columns: Column<{ zxid: bigint; acl: unknown }>[] = [
      { key: 'zxid', kind: 'hex' },
      { key: 'acl', kind: 'json' },
    ];
    const sink = memorySink();
    printJsonObject(columns, { zxid: 255n, acl: ['a'] }, sink);
    expect(sink.text()).toBe('{\n  "zxid": "0xff",\n  "acl": [\n    "a"\n  ]\n}\n');
  });
});

describe('ndjson', () => {
  it('parses back line by line to the values of the rows', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 4 }), (rows) => {
        const lines = ndjson(rows).split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => JSON.parse(line))).toEqual(rows.map(expectedJson));
      }),
    );
  });

  it('writes numbers and impossible times beyond 2^53 with all their digits', () => {
    expect(ndjson([{ ...nothing, number: 9_007_199_254_740_993n, time: -(2n ** 63n) }])).toBe(
      '{"number":9007199254740993,"hex":null,"time":-9223372036854775808,"json":null,"boolean":null}\n',
    );
  });

  it('leaves out fields that are undefined, be it all of them', () => {
    const sink = memorySink();
    const columns: Column<{ a?: string; b?: string }>[] = [
      { key: 'a', kind: 'text' },
      { key: 'b', kind: 'text' },
    ];
    printNdjson({ columns, rows: [{ b: '' }, {}, { a: 'x' }] }, sink);
    expect(sink.text()).toBe('{"b":""}\n{}\n{"a":"x"}\n');
  });

  it('writes null for a number that JSON does not have', () => {
    expect(ndjson([{ ...nothing, number: Number.NaN }])).toContain('"number":null');
  });

  it('prints to a terminal what it prints to a pipe', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        const terminal = memorySink({ isTerminal: true, columns: 20 });
        printNdjson({ columns: anyColumns, rows: [row] }, terminal);
        expect(terminal.text()).toBe(ndjson([row]));
      }),
    );
  });

  it('has no character on its lines that a terminal acts upon', () => {
    fc.assert(
      fc.property(anyRow, (row) => {
        expect(ndjson([row]).slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('strings in JSON', () => {
  it('escapes bidi controls, line separators, C1 controls and tags as UTF-16 units', () => {
    expect(jsonString('\u202e\u2028\x9b\x7f\u{e0041}')).toBe('"\\u202e\\u2028\\u009b\\u007f\\udb40\\udc41"');
  });

  it('keeps letters of all scripts as they are', () => {
    expect(jsonString('é日👍"')).toBe('"é日👍\\""');
  });

  it('writes U+FFFD for an unpaired surrogate, in values, nested values and nested keys', () => {
    expect(jsonString('a\ud800b')).toBe('"a\ufffdb"');
    expect(jsonNested({ '\udfff': ['\ud800', null, 1] })).toBe('{"\ufffd":["\ufffd",null,1]}');
  });

  it('does not take a backslash before ud800 for a surrogate', () => {
    expect(jsonNested(['\\ud800'])).toBe('["\\\\ud800"]');
    expect(jsonString('\\ud800')).toBe('"\\\\ud800"');
  });
});
