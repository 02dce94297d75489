import { describe, expect, it } from 'vitest';
import { type ProgressOptions, progress } from '../../src/render/progress.js';
import { memorySink } from '../../src/render/sink.js';

const MB = 1_000_000;

function driven(options: Partial<ProgressOptions> = {}, columns = 80) {
  const sink = memorySink({ isTerminal: true, columns });
  const clock = { ms: 5000, looks: 0 };
  const now = (): number => {
    clock.looks += 1;
    return clock.ms;
  };
  const line = progress({ label: 'reading log.1', total: 300 * MB, sink, now, ...options });
  return { sink, clock, line, draws: () => sink.text().split('\r\x1b[K').slice(1) };
}

describe('progress', () => {
  it('shows label, bytes, share, rate and time left', () => {
    const { clock, line, draws } = driven();
    clock.ms += 2000;
    line.tick(100 * MB);
    expect(draws()).toEqual(['reading log.1  100 MB of 300 MB  33%  50 MB/s  4 s left']);
  });

  it('shows nothing during the first second and clears nothing then', () => {
    const { sink, clock, line } = driven();
    for (let i = 0; i < 10; i++) {
      line.tick(i * MB);
      clock.ms += 99;
    }
    line.end();
    expect(sink.text()).toBe('');
  });

  it('draws at most ten times a second', () => {
    const { clock, line, draws } = driven();
    for (let i = 1; i <= 3000; i++) {
      clock.ms += 1;
      line.tick(i * 100_000);
    }
    expect(draws().length).toBeGreaterThan(15);
    expect(draws().length).toBeLessThanOrEqual(21);
  });

  it('looks at the clock for few of many ticks', () => {
    const { clock, line } = driven();
    for (let i = 1; i <= 1_000_000; i++) {
      if (i % 1000 === 0) clock.ms += 1;
      line.tick(i * 300);
    }
    expect(clock.looks).toBeLessThan(300);
  });

  it('takes the line away at the end, for good', () => {
    const { sink, clock, line } = driven();
    clock.ms += 2000;
    line.tick(MB);
    line.end();
    expect(sink.text().endsWith('\r\x1b[K')).toBe(true);
    const length = sink.text().length;
    clock.ms += 2000;
    line.tick(200 * MB);
    line.end();
    expect(sink.text()).toHaveLength(length);
  });

  it('comes back after it was cleared to make room', () => {
    const { clock, line, draws } = driven();
    clock.ms += 2000;
    line.tick(MB);
    line.clear();
    clock.ms += 2000;
    line.tick(100 * MB);
    expect(draws()).toHaveLength(3);
    expect(draws()[1]).toBe('');
    expect(draws()[2]).toContain('100 MB of 300 MB');
  });

  it('shows neither share nor time left when the total is unknown', () => {
    const { clock, line, draws } = driven({ total: null });
    clock.ms += 2000;
    line.tick(100 * MB);
    expect(draws()).toEqual(['reading log.1  100 MB  50 MB/s']);
  });

  it('stays within one line of a narrow terminal, figures before label', () => {
    const { clock, line, draws } = driven({ label: 'reading 日本語日本語日本語' }, 54);
    clock.ms += 2000;
    line.tick(100 * MB);
    expect(draws()[0]).toBe('reading 日  100 MB of 300 MB  33%  50 MB/s  4 s left');
    const narrow = driven({}, 10);
    narrow.clock.ms += 2000;
    narrow.line.tick(100 * MB);
    expect(narrow.draws()[0]).toBe('100 MB of');
  });

  it('escapes a file name in its label', () => {
    const { clock, line, draws } = driven({ label: 'log.\x1b[2J' });
    clock.ms += 2000;
    line.tick(MB);
    expect(draws()[0]).toContain('log.\\x1b[2J');
  });

  it('writes nothing at all when there is no terminal', () => {
    const sink = memorySink();
    let ms = 0;
    const line = progress({ label: 'x', total: 1, sink, now: () => (ms += 5000) });
    line.tick(MB);
    line.end();
    expect(sink.text()).toBe('');
  });
});
