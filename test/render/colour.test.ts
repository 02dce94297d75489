import { describe, expect, it } from 'vitest';
import { colours } from '../../src/render/colour.js';

describe('colours', () => {
  it('wraps text in the codes of its style on a terminal', () => {
    expect(colours({ isTerminal: true }, {}).red('x')).toBe('\x1b[31mx\x1b[39m');
    expect(colours({ isTerminal: true }, {}).bold('x')).toBe('\x1b[1mx\x1b[22m');
  });

  it('is off in a pipe and where NO_COLOR is set', () => {
    expect(colours({ isTerminal: false }, {}).red('x')).toBe('x');
    expect(colours({ isTerminal: true }, { NO_COLOR: '1' }).cyan('x')).toBe('x');
  });

  it('is on where NO_COLOR is empty, as no-color.org has it', () => {
    expect(colours({ isTerminal: true }, { NO_COLOR: '' }).green('x')).not.toBe('x');
  });

  it('has six styles that all differ', () => {
    const { bold, dim, red, yellow, green, cyan } = colours({ isTerminal: true }, {});
    expect(new Set([bold, dim, red, yellow, green, cyan].map((style) => style('x'))).size).toBe(6);
  });
});
