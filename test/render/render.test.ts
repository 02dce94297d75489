import { describe, expect, it } from 'vitest';
import { FORMATS, print, renderers } from '../../src/render/render.js';
import type { Rows } from '../../src/render/rows.js';
import { memorySink, type Sink } from '../../src/render/sink.js';

const rows = (): Rows<{ path: string; czxid: bigint }> => ({
  columns: [
    { key: 'path', kind: 'text' },
    { key: 'czxid', kind: 'hex' },
  ],
  rows: [{ path: '/a', czxid: 16n }],
});

function counted(): { sink: Sink; flushes: () => number; text: () => string } {
  const memory = memorySink();
  let flushes = 0;
  const sink: Sink = {
    ...memory,
    flush: () => {
      flushes += 1;
    },
  };
  return { sink, flushes: () => flushes, text: memory.text };
}

describe('print', () => {
  it('knows a renderer for each format', () => {
    expect(Object.keys(renderers).sort()).toEqual([...FORMATS].sort());
  });

  it.each([
    ['table', 'path  czxid\n/a    0x10\n'],
    ['json', '[\n  {\n    "path": "/a",\n    "czxid": "0x10"\n  }\n]\n'],
    ['ndjson', '{"path":"/a","czxid":"0x10"}\n'],
    ['csv', 'path,czxid\n/a,0x10\n'],
  ] as const)('prints %s and flushes', (format, expected) => {
    const { sink, flushes, text } = counted();
    print(format, rows(), sink);
    expect(text()).toBe(expected);
    expect(flushes()).toBe(1);
  });

  it.each(FORMATS)('flushes the %s rows that came before an error, and passes it on', (format) => {
    const { sink, flushes, text } = counted();
    function* torn() {
      yield { path: '/good', czxid: 1n };
      throw new Error('torn');
    }
    expect(() => print(format, { ...rows(), rows: torn() }, sink)).toThrow('torn');
    expect(text()).toContain('/good');
    expect(flushes()).toBe(1);
  });

  it.each(['json', 'ndjson', 'csv'] as const)('reads %s rows one at a time', (format) => {
    const written: number[] = [];
    const memory = memorySink();
    function* watched() {
      for (let i = 0; i < 3; i++) {
        written.push(memory.text().split('/n').length - 1);
        yield { path: `/n${i}`, czxid: 1n };
      }
    }
    print(format, { ...rows(), rows: watched() }, memory);
    expect(written).toEqual([0, 1, 2]);
  });

  it('closes the rows when the sink fails', () => {
    let isClosed = false;
    function* endless() {
      try {
        for (;;) yield { path: '/a', czxid: 1n };
      } finally {
        isClosed = true;
      }
    }
    const broken: Sink = {
      ...memorySink(),
      write: () => {
        throw new Error('broken');
      },
    };
    expect(() => print('ndjson', { ...rows(), rows: endless() }, broken)).toThrow('broken');
    expect(isClosed).toBe(true);
  });
});
