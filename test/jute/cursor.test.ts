import { describe, expect, test } from 'vitest';
import { FormatError, TruncatedError } from '../../src/errors.js';
import { Cursor } from '../../src/jute/cursor.js';
import { buffer, layout, ustring, ustringVector, vector } from '../../src/jute/layout.js';
import { jute } from '../support/jute-writer.js';
import { caught } from '../support/read-all.js';

const place = { file: 'log.1', base: 1000 };
const cursorOf = (bytes: Buffer) => new Cursor(bytes, place);
const textLayout = layout<{ text: string | null }>('text', (p) => ustring(p, 'text'));
const bufferLayout = layout<{ data: Buffer | null }>('data', (p) => buffer(p, 'data'));
const textsLayout = layout<{ texts: (string | null)[] | null }>('texts', (p) => ustringVector(p, 'texts'));
const rowsLayout = layout<{ rows: { text: string | null }[] | null }>('rows', (p) =>
  vector(p, 'rows', textLayout),
);

describe('a jute length', () => {
  test('of -1 is null and of 0 is empty, and the two are kept apart', () => {
    const cursor = cursorOf(jute((w) => w.ustring(null).ustring('').buffer(null).buffer(Buffer.alloc(0))));
    expect([cursor.ustring(), cursor.ustring(), cursor.buffer(), cursor.buffer()]).toEqual([
      null,
      '',
      null,
      Buffer.alloc(0),
    ]);
    expect(cursor.left).toBe(0);
  });

  test.each([-2, -3, -1000, -(2 ** 31)])('of %i is refused, and the error says where it stands', (length) => {
    const bytes = jute((w) => w.i64(7n).i32(length).i64(0n));
    for (const read of ['ustring', 'buffer'] as const) {
      const cursor = cursorOf(bytes);
      cursor.i64();
      const error = caught(() => cursor[read]());
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toMatchObject({ code: 'length-unreasonable', file: 'log.1', offset: 1008 });
      expect(error).toMatchObject({ found: String(length) });
    }
    for (const one of [textLayout, bufferLayout]) {
      const error = caught(() => one.decode(bytes, place, 8));
      expect(error).toMatchObject({ code: 'length-unreasonable', file: 'log.1', offset: 1008 });
    }
  });

  test.each([1, 5, 2 ** 31 - 1])('of %i with nothing behind it is a truncated record', (length) => {
    const bytes = jute((w) => w.i32(length));
    for (const read of [
      () => cursorOf(bytes).ustring(),
      () => cursorOf(bytes).buffer(),
      () => textLayout.decode(bytes, place),
      () => bufferLayout.decode(bytes, place),
    ]) {
      const error = caught(read);
      expect(error).toBeInstanceOf(TruncatedError);
      expect(error).toMatchObject({ code: 'truncated', file: 'log.1', offset: 1000 });
    }
  });
});

describe('a jute vector', () => {
  test.each([
    [-1, null],
    [-2, []],
    [-(2 ** 31), []],
    [0, []],
  ])('with a count of %i reads as %j, as in jute', (count, expected) => {
    const bytes = jute((w) => w.i32(count));
    expect(cursorOf(bytes).vector((c) => c.i32(), 4)).toEqual(expected);
    expect(textsLayout.decode(bytes, place)).toEqual({ value: { texts: expected }, next: 4 });
    expect(rowsLayout.decode(bytes, place)).toEqual({ value: { rows: expected }, next: 4 });
  });

  test('that claims 2^31 - 1 elements and holds two is truncated', () => {
    const bytes = jute((w) =>
      w
        .i32(2 ** 31 - 1)
        .ustring('a')
        .ustring('b'),
    );
    expect(caught(() => cursorOf(bytes).vector((c) => c.ustring(), 4))).toBeInstanceOf(TruncatedError);
    expect(caught(() => textsLayout.decode(bytes, place))).toBeInstanceOf(TruncatedError);
    expect(caught(() => rowsLayout.decode(bytes, place))).toBeInstanceOf(TruncatedError);
  });
});

describe('a record inside a buffer', () => {
  const bytes = jute((w) => w.buffer(jute((inner) => inner.i32(1).i32(2))).i32(3));

  test('ends where the buffer does, and reading goes on behind it', () => {
    const cursor = cursorOf(bytes);
    const inner = cursor.within((c) => ({ left: c.left, first: c.i32() }));
    expect(inner).toEqual({ left: 8, first: 1 });
    expect(cursor.i32()).toBe(3);
  });

  test('that is too short does not read on into what follows', () => {
    const cursor = cursorOf(bytes);
    const error = caught(() => cursor.within((c) => [c.i64(), c.i32()]));
    expect(error).toBeInstanceOf(TruncatedError);
    expect(error).toMatchObject({ offset: 1012 });
    expect(cursor.i32()).toBe(3);
  });

  test('reads as empty where the buffer is null', () => {
    const cursor = cursorOf(jute((w) => w.buffer(null).i32(3)));
    expect(cursor.within((c) => c.left)).toBe(0);
    expect(cursor.i32()).toBe(3);
  });
});

test('a jute boolean is true for any byte but 0', () => {
  const cursor = cursorOf(Buffer.from([0, 1, 2, 255]));
  expect([cursor.bool(), cursor.bool(), cursor.bool(), cursor.bool()]).toEqual([false, true, true, true]);
});

test('longs keep all 64 bits', () => {
  const values = [0n, -1n, 0x100001eb3f30000n, -(2n ** 63n), 2n ** 63n - 1n];
  const bytes = jute((w) => {
    for (const value of values) w.i64(value);
  });
  const cursor = cursorOf(bytes);
  expect(values.map(() => cursor.i64())).toEqual(values);
});

test('a layout reads a record from the middle of a buffer and says where it ends', () => {
  const bytes = jute((w) => w.i64(0n).ustring('abc').i64(0n));
  expect(textLayout.decode(bytes, place, 8)).toEqual({ value: { text: 'abc' }, next: 15 });
  expect(caught(() => textLayout.decode(bytes, place, 8, 14))).toBeInstanceOf(TruncatedError);
});
