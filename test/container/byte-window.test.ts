import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWindow, MAX_RECORD_BYTES } from '../../src/container/byte-window.js';
import { openPlain } from '../../src/container/open-plain.js';
import type { PlainStream } from '../../src/container/plain-stream.js';
import { FormatError, TruncatedError } from '../../src/errors.js';
import { useTempDir } from '../support/fixtures.js';
import { plainAdler32 } from '../support/jute-writer.js';
import { caught } from '../support/read-all.js';

const MB = 1024 * 1024;
const dir = useTempDir();

/** A stream of given bytes that hands out at most `step` at a time; it tells its size only where `isRaw`. */
function streamOf(
  bytes: Buffer,
  { step = Number.MAX_SAFE_INTEGER, isRaw = false } = {},
): PlainStream & { reads: number } {
  let at = 0;
  return {
    file: 'snapshot.1',
    codec: isRaw ? 'raw' : 'gzip',
    fileSize: bytes.length,
    plainSize: isRaw ? bytes.length : null,
    reads: 0,
    get fileBytesRead() {
      return at;
    },
    read(target) {
      this.reads++;
      const count = Math.min(step, target.length, bytes.length - at);
      bytes.copy(target, 0, at, at + count);
      at += count;
      return count;
    },
    hasChanged: () => false,
    close() {},
  };
}

describe('a window on a stream', () => {
  test('holds each record whole wherever the chunks of the stream end, and sums every byte once', () => {
    const lengths = fc.array(fc.nat(5000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 4000 }), fc.boolean(), (records, step, isRaw) => {
        const bytes = randomBytes(records.reduce((sum, length) => sum + length, 0));
        const window = new ByteWindow(streamOf(bytes, { step, isRaw }));
        let offset = 0;
        for (const length of records) {
          expect(window.offset).toBe(offset);
          expect(window.need(length)).toBe(true);
          const { buffer, position } = window;
          expect(buffer.subarray(position, position + length)).toEqual(
            bytes.subarray(offset, offset + length),
          );
          window.position += length;
          offset += length;
          if (length % 3 === 0) expect(window.checksum()).toBe(plainAdler32(bytes.subarray(0, offset)));
        }
        expect(window.checksum()).toBe(plainAdler32(bytes));
        expect(window.atEnd()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('grows for a record that is larger than its chunk, and keeps offset and sum', () => {
    const bytes = randomBytes(5 * MB);
    const window = new ByteWindow(streamOf(bytes));
    window.need(1000);
    window.position += 1000;
    expect(window.need(4 * MB)).toBe(true);
    expect(window.offset).toBe(1000);
    expect(window.buffer.subarray(window.position, window.position + 4 * MB)).toEqual(
      bytes.subarray(1000, 1000 + 4 * MB),
    );
    expect(window.view.getInt32(window.position)).toBe(bytes.readInt32BE(1000));
    expect(window.skip(10 * MB)).toBe(5 * MB - 1000);
    expect(window.checksum()).toBe(plainAdler32(bytes));
  });

  test('skips what need not be held in the memory of one chunk, and sums it', () => {
    const bytes = randomBytes(8 * MB);
    const window = new ByteWindow(streamOf(bytes));
    expect(window.skip(7 * MB)).toBe(7 * MB);
    expect([window.offset, window.buffer.length]).toEqual([7 * MB, MB]);
    expect(window.checksum()).toBe(plainAdler32(bytes.subarray(0, 7 * MB)));
    expect(window.skip(2 * MB)).toBe(MB);
    expect(window.atEnd()).toBe(true);
  });

  test('loads what there is and says how much that is', () => {
    const window = new ByteWindow(streamOf(Buffer.from('abcdef'), { step: 2 }));
    expect(window.load(3)).toBeGreaterThanOrEqual(3);
    expect(window.load(100)).toBe(6);
    window.position += 4;
    expect(window.load(100)).toBe(2);
    expect(window.need(3)).toBe(false);
    expect(window.need(2)).toBe(true);
  });
});

describe('a length that a hostile file claims', () => {
  test('costs neither memory nor reading where the file is shorter than that', () => {
    const stream = streamOf(Buffer.alloc(100), { isRaw: true });
    const window = new ByteWindow(stream);
    expect(window.need(2 ** 31 - 1)).toBe(false);
    expect(stream.reads).toBe(0);
    expect(window.buffer.length).toBeLessThan(MB);
    const error = caught(() => window.require(2 ** 31 - 1, 'znode 0'));
    expect(error).toBeInstanceOf(TruncatedError);
    expect(error).toMatchObject({ code: 'truncated', offset: 0, found: '100 before the end of the file' });
    expect(window.buffer.length).toBeLessThan(MB);
  });

  test('above the largest record is refused in a compressed stream, whose size nobody knows', () => {
    const window = new ByteWindow(streamOf(Buffer.alloc(100)));
    window.need(10);
    window.position += 10;
    const error = caught(() => window.need(MAX_RECORD_BYTES + 1));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({
      code: 'record-too-large',
      offset: 10,
      found: String(MAX_RECORD_BYTES + 1),
    });
    expect(window.buffer.length).toBe(MB);
  });

  test('that a raw file can meet costs just that', () => {
    const bytes = randomBytes(5 * MB);
    const window = new ByteWindow(streamOf(bytes, { isRaw: true }));
    expect(window.need(4 * MB + 1)).toBe(true);
    expect(window.buffer.length).toBe(5 * MB);
    expect(window.buffer.subarray(0, 4 * MB + 1)).toEqual(bytes.subarray(0, 4 * MB + 1));
  });

  test('below that costs no more than twice what really arrives', () => {
    const window = new ByteWindow(streamOf(Buffer.alloc(3 * MB)));
    expect(window.need(MAX_RECORD_BYTES)).toBe(false);
    expect(window.buffer.length).toBeLessThanOrEqual(2 * 3 * MB);
    expect(window.load(1)).toBe(3 * MB);
  });
});

test('damaged compression does not cost the bytes before it', () => {
  const stream = streamOf(Buffer.from('abcdef'), { step: 4 });
  const read = stream.read.bind(stream);
  const damage = new FormatError({
    code: 'compressed-damaged',
    file: 'f',
    offset: 4,
    expected: 'e',
    found: 'f',
  });
  stream.read = (target) => {
    if (stream.reads === 1) throw damage;
    return read(target);
  };
  const window = new ByteWindow(stream);
  expect(window.load(6)).toBe(4);
  expect(window.need(4)).toBe(true);
  expect(caught(() => window.need(5))).toBe(damage);
  window.position += 4;
  expect(caught(() => window.atEnd())).toBe(damage);
});

test('a window of a real file reads to its end', () => {
  const bytes = randomBytes(3 * MB + 17);
  bytes[0] = 1;
  const stream = openPlain(dir.write('random', bytes));
  const window = new ByteWindow(stream);
  expect(window.skip(Number.MAX_SAFE_INTEGER)).toBe(bytes.length);
  expect(window.checksum()).toBe(plainAdler32(bytes));
  stream.close();
});
