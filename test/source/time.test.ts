import { describe, expect, it } from 'vitest';
import { errorCode, wholeNumber, wordsOf, znodePath } from '../../src/cli/coerce.js';
import { UsageError } from '../../src/errors.js';
import { parseTime, timeZone } from '../../src/source/time.js';

const iso = (text: string, zone?: string) => new Date(Number(parseTime(text, zone))).toISOString();

describe('a time as typed', () => {
  it('is UTC, and what is missing is its beginning', () => {
    expect(iso('2026')).toBe('2026-01-01T00:00:00.000Z');
    expect(iso('2026-11')).toBe('2026-11-01T00:00:00.000Z');
    expect(iso('2026-11-21')).toBe('2026-11-21T00:00:00.000Z');
    expect(iso('2026-11-21 03')).toBe('2026-11-21T03:00:00.000Z');
    expect(iso('2026-11-21 03:17')).toBe('2026-11-21T03:17:00.000Z');
    expect(iso('2026-11-21T03:17:05')).toBe('2026-11-21T03:17:05.000Z');
    expect(iso('2026-11-21T03:17:05.25')).toBe('2026-11-21T03:17:05.250Z');
    expect(iso('2026-11-21T03:17:05.123456Z')).toBe('2026-11-21T03:17:05.123Z');
  });
  it('may bring its own offset, which the zone does not change', () => {
    expect(iso('2026-11-21T03:17+01:00', 'America/New_York')).toBe('2026-11-21T02:17:00.000Z');
    expect(iso('2026-11-21T03:17-0330')).toBe('2026-11-21T06:47:00.000Z');
    expect(iso('2026-11-21T03:17Z', 'Asia/Tokyo')).toBe('2026-11-21T03:17:00.000Z');
  });
  it('is of a zone, summer time and all', () => {
    expect(iso('2026-11-21 03:17', 'Europe/Berlin')).toBe('2026-11-21T02:17:00.000Z');
    expect(iso('2026-07-21 03:17', 'Europe/Berlin')).toBe('2026-07-21T01:17:00.000Z');
    expect(iso('2026-11-21', 'Asia/Kolkata')).toBe('2026-11-20T18:30:00.000Z');
    expect(iso('2026-03-29 01:59:59.999', 'Europe/Berlin')).toBe('2026-03-29T00:59:59.999Z');
    expect(iso('2026-03-29 03:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
    expect(iso('2026-10-25 03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
  });
  it('is refused where clocks jump', () => {
    expect(() => parseTime('2026-03-29 02:30', 'Europe/Berlin')).toThrow(/does not exist/);
    try {
      parseTime('2026-10-25 02:30', 'Europe/Berlin');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      expect((error as UsageError).hint).toBe('type 2026-10-25T00:30:00.000Z or 2026-10-25T01:30:00.000Z');
    }
  });
  it('is refused where it is none', () => {
    for (const text of [
      '',
      'now',
      '12:00',
      '2026-13',
      '2026-02-29',
      '2026-11-21 24:00',
      '2026-11-21T03:17 CET',
      '20261121',
    ]) {
      expect(() => parseTime(text), text).toThrow(UsageError);
    }
    expect(() => timeZone('Berlin')).toThrow(UsageError);
    expect(timeZone('Europe/Berlin')).toBe('Europe/Berlin');
  });
});

describe('arguments as typed', () => {
  it('become numbers only where they are digits', () => {
    expect(wholeNumber('012')).toBe(12);
    for (const text of ['', '-1', '1.5', '1e3', '0x10', 'NaN', '99999999999999999999']) {
      expect(() => wholeNumber(text), text).toThrow(UsageError);
    }
  });
  it('become paths of znodes', () => {
    expect(znodePath('/')).toBe('');
    expect(znodePath('/a/ü')).toBe('/a/\xc3\xbc');
    expect(znodePath('/a\\xff')).toBe('/a\xff');
    for (const text of ['', 'a', '/a/', '//', '/a//b'])
      expect(() => znodePath(text), text).toThrow(UsageError);
  });
  it('become error codes and sets of words', () => {
    expect([errorCode('NONODE'), errorCode('no_node'), errorCode('-101'), errorCode('-9999')]).toEqual([
      ...[-101, -101, -101, -9999],
    ]);
    expect(() => errorCode('OOPS')).toThrow(UsageError);
    expect(wordsOf(['a', 'b'])('a, b')).toEqual(new Set(['a', 'b']));
    expect(() => wordsOf(['a', 'b'])('a,c')).toThrow(UsageError);
  });
});
