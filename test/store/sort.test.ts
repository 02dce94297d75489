import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { type SortRow, sortRecords } from '../../src/store/sort.js';
import { useTempDir } from '../support/fixtures.js';

const temp = useTempDir();

function row(key: string, record: string): SortRow {
  return { key: Buffer.from(key, 'latin1'), record: Buffer.from(record, 'latin1') };
}

function sorted(rows: Iterable<SortRow>): string[] {
  return Array.from(sortRecords(rows), (record) => record.toString('latin1'));
}

describe('sortRecords', () => {
  it('orders by the bytes of the key, the shorter of two first', () => {
    const rows = ['b', 'a\xff', '', 'a', 'a\0', '\x80'].map((key) => row(key, `<${key}>`));
    expect(sorted(rows)).toEqual(['<>', '<a>', '<a\0>', '<a\xff>', '<b>', '<\x80>']);
  });

  it('gives nothing for nothing', () => {
    expect(sorted([])).toEqual([]);
  });

  it('copies keys and records, so that their buffers can be used again', () => {
    const [key, record] = [Buffer.alloc(1), Buffer.alloc(1)];
    const rows = function* () {
      for (const byte of [3, 1, 2]) {
        key[0] = record[0] = byte;
        yield { key, record };
      }
    };
    expect(Array.from(sortRecords(rows()), (bytes) => bytes[0])).toEqual([1, 2, 3]);
  });

  it('orders any keys as memcmp does', () => {
    // Few bytes, so that keys share beginnings, and are equal.
    const key = fc
      .array(fc.constantFrom(0, 1, 0x61, 0xff), { maxLength: 6 })
      .map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const expected = [...keys].sort(Buffer.compare).map((bytes) => bytes.toString('hex'));
        const rows = keys.map((bytes) => ({ key: bytes, record: bytes }));
        expect(Array.from(sortRecords(rows), (bytes) => bytes.toString('hex'))).toEqual(expected);
        const small = Array.from(sortRecords(rows, 16), (bytes) => bytes.toString('hex'));
        expect(small).toEqual(expected);
      }),
    );
  });

  it('sorts records larger than its memory, among small ones', () => {
    const sizes = [3, 200_000, 0, 70_000, 1, 20_000];
    const rows = sizes.map((size) => ({
      key: Buffer.from([size & 0xff]),
      record: Buffer.alloc(size, size & 0xff),
    }));
    const expected = [...rows]
      .sort((a, b) => Buffer.compare(a.key, b.key))
      .map(({ record }) => record.length);
    expect(Array.from(sortRecords(rows, 1000), ({ length }) => length)).toEqual(expected);
  });

  it('sorts keys that are beginnings of each other', () => {
    const keys = Array.from({ length: 3000 }, (_, i) => 'a'.repeat((i * 7) % 3000));
    const lengths = Array.from(sortRecords(keys.map((key) => row(key, key))), ({ length }) => length);
    expect(lengths).toEqual(Array.from(keys, (_, i) => i));
  });

  it('leaves no file behind', () => {
    process.env.TMPDIR = temp.path;
    for (const _ of sortRecords([row('b', 'b'), row('a', 'a')], 1)) {
      expect(readdirSync(temp.path)).toEqual([]);
      break;
    }
    process.env.TMPDIR = join(temp.path, 'nothing');
    expect(() => sorted([row('b', 'b')])).not.toThrow();
    expect(() => [...sortRecords([row('b', 'b'), row('a', 'a')], 1)]).toThrow(InputError);
    delete process.env.TMPDIR;
  });

  it('sorts more than its memory holds', () => {
    const count = 200_000;
    const rows = function* () {
      const record = Buffer.alloc(400);
      for (let i = 0; i < count; i++) {
        // 7919 is prime to the count, so every number comes once, out of order.
        record.writeUInt32BE((i * 7919) % count);
        yield { key: record.subarray(0, 4), record };
      }
    };
    let next = 0;
    for (const record of sortRecords(rows())) {
      if (record.readUInt32BE() !== next || record.length !== 400) expect(record.readUInt32BE()).toBe(next);
      next++;
    }
    expect(next).toBe(count);
  });

  it('passes on what reading the rows throws', () => {
    const rows = function* () {
      yield row('a', 'a');
      throw new RangeError('the file is gone');
    };
    expect(() => sorted(rows())).toThrow(new RangeError('the file is gone'));
  });

  it('can be left early', () => {
    for (const record of sortRecords([row('b', 'b'), row('a', 'a')])) {
      expect(record.toString()).toBe('a');
      break;
    }
  });
});
