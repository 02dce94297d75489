import { expect, it, test } from 'vitest';
import { jsonWriter } from '../../src/render/json-value.js';
import { print } from '../../src/render/render.js';
import { memorySink } from '../../src/render/sink.js';

const rows = () => ({
  columns: [{ key: 'value', kind: 'scalar' }] as const,
  rows: [{ value: 2n ** 63n - 1n }, { value: 1.5 }, { value: '=1+1' }, { value: null }],
});

test('a column of SQL values is numbers and text from row to row, exact beyond 2^53', () => {
  const sink = memorySink();
  print('ndjson', rows(), sink);
  expect(sink.text()).toBe(
    '{"value":9223372036854775807}\n{"value":1.5}\n{"value":"=1+1"}\n{"value":null}\n',
  );
});

test('only the text among SQL values is kept from being a formula', () => {
  const sink = memorySink();
  print('csv', { ...rows(), rows: [{ value: -5n }, { value: '-5' }] }, sink);
  expect(sink.text()).toBe("value\n-5\n'-5\n");
});

it.each(['number', 'hex', 'time', 'scalar'] as const)(
  'text where a %s should be is escaped as text',
  (kind) => {
    expect(jsonWriter(kind)('a\x1b\u202e"')).toBe('"a\\u001b\\u202e\\""');
    expect(jsonWriter(kind)(5n)).toBe(
      { number: '5', hex: '"0x5"', time: '"1970-01-01T00:00:00.005Z"', scalar: '5' }[kind],
    );
  },
);
