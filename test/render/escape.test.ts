import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeForTerminal } from '../../src/render/escape.js';

describe('escapeForTerminal', () => {
  it.each([
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\t', '\\t'],
    ['\0', '\\x00'],
    ['\x1b[31m', '\\x1b[31m'],
    ['\x7f', '\\x7f'],
    ['\x9b2J', '\\u{9b}2J'],
    ['\u202e', '\\u{202e}'],
    ['\u2066', '\\u{2066}'],
    ['\u200e', '\\u{200e}'],
    ['\u061c', '\\u{61c}'],
    ['\u200b', '\\u{200b}'],
    ['\u200d', '\\u{200d}'],
    ['\u2028', '\\u{2028}'],
    ['\ufeff', '\\u{feff}'],
    ['\ud800', '\\u{d800}'],
    ['\udc00\ud800', '\\u{dc00}\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\u00a0', '\\u{a0}'],
    ['\u3000', '\\u{3000}'],
    ['\u2800', '\\u{2800}'],
    ['\u3164', '\\u{3164}'],
    ['\u034f', '\\u{34f}'],
    ['\ufe0f', '\\u{fe0f}'],
  ])('shows %j as %s', (hostile, shown) => {
    expect(escapeForTerminal(`a${hostile}b`)).toBe(`a${shown}b`);
  });

  it.each(['/zookeeper/quota', 'naïve', '日本語', '👍🏽', '/back\\slash', 'a b', ''])(
    'leaves %j alone',
    (text) => {
      expect(escapeForTerminal(text)).toBe(text);
    },
  );

  it('escapes every one of several, though its test keeps no position between calls', () => {
    expect(escapeForTerminal('\x1b\x1b')).toBe('\\x1b\\x1b');
    expect(escapeForTerminal('\x1b\x1b')).toBe('\\x1b\\x1b');
  });

  it('shows nothing that looks like a space but the space', () => {
    for (let code = 0; code < 0x110000; code++) {
      const character = String.fromCodePoint(code);
      if (/\s/.test(character) && character !== ' ') expect(escapeForTerminal(character)).toMatch(/^\\/);
    }
  });

  it('leaves nothing that a terminal acts upon in any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
        (text) => {
          const shown = escapeForTerminal(text);
          expect(shown).not.toMatch(/[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
          expect(shown).not.toMatch(/\p{Cs}/u);
        },
      ),
    );
  });
});
