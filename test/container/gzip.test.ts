import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openPlain } from '../../src/container/open-plain.js';
import { FormatError } from '../../src/errors.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { readPlain } from '../support/read-all.js';

const MB = 1024 * 1024;
const dir = useTempDir();
const read = (bytes: Uint8Array, chunk?: number) => readPlain(dir.write('file.gz', bytes), chunk);

/** Bytes that deflate cannot shrink much, the same in every run. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = state >> 16;
  }
  return bytes;
}

describe('a gzip file', () => {
  test.each([0, 1, 1000, 100_000, 3 * MB])('of %i plain bytes is read to its end', (length) => {
    const plain = noise(length);
    expect(read(gzipSync(plain))).toEqual({ plain, error: null });
  });

  test('is read alike in pieces of one byte', () => {
    const plain = noise(5000);
    expect(read(gzipSync(plain), 1)).toEqual({ plain, error: null });
  });

  test('of several members is their plain bytes one after the other', () => {
    const parts = [noise(100_000), Buffer.alloc(0), Buffer.from('x'), noise(70_000)];
    const bytes = Buffer.concat(parts.map((part) => gzipSync(part)));
    expect(read(bytes)).toEqual({ plain: Buffer.concat(parts), error: null });
  });

  test('followed by zeros, as tape blocks are, is sound', () => {
    const plain = noise(1000);
    expect(read(Buffer.concat([gzipSync(plain), Buffer.alloc(512)]))).toEqual({ plain, error: null });
  });

  test('followed by other bytes gives its plain bytes before that is reported', () => {
    const plain = noise(1000);
    const { plain: had, error } = read(Buffer.concat([gzipSync(plain), Buffer.from('garbage')]));
    expect(had).toEqual(plain);
    expect(error).toMatchObject({ code: 'compressed-damaged', offset: 1000, where: 'gzip' });
  });

  test('cut at any byte is cut, and gives what was before the cut', () => {
    const plain = Buffer.from('the quick brown fox jumps over the lazy dog, twice: the quick brown fox');
    const bytes = gzipSync(plain);
    for (let length = 2; length < bytes.length; length++) {
      const { plain: had, error } = read(cut(bytes, length));
      expect(error).toBeInstanceOf(FormatError);
      expect(error).toMatchObject({ code: 'compressed-cut', offset: had.length });
      expect(had).toEqual(plain.subarray(0, had.length));
    }
  });

  test('cut between its members reads as what is there', () => {
    const one = gzipSync(noise(50));
    expect(read(cut(Buffer.concat([one, one]), one.length))).toEqual({ plain: noise(50), error: null });
  });

  test('with any byte flipped is damaged, or plain bytes are not affected', () => {
    const plain = noise(300);
    const bytes = gzipSync(plain);
    const unnoticed: number[] = [];
    for (let at = 2; at < bytes.length; at++) {
      const { plain: had, error } = read(flip(bytes, at));
      if (error !== null) {
        expect(error).toMatchObject({ where: 'gzip', offset: had.length });
        continue;
      }
      expect(had).toEqual(plain);
      unnoticed.push(at);
    }
    // RFC 1952: mtime (4 to 7), extra flags (8) and operating system (9) say nothing about the content.
    expect(unnoticed).toEqual([4, 5, 6, 7, 8, 9]);
  });

  test('whose own checksum is wrong gives all its plain bytes, which a snapshot can check by itself', () => {
    const plain = noise(200_000);
    const bytes = gzipSync(plain);
    const { plain: had, error } = read(flip(bytes, bytes.length - 8));
    expect(had).toEqual(plain);
    expect(error).toMatchObject({ code: 'compressed-damaged', offset: 200_000 });
  });

  test('damaged in its middle gives the plain bytes before the damage', () => {
    const plain = noise(400_000);
    const members = [plain.subarray(0, 200_000), plain.subarray(200_000)].map((part) => gzipSync(part));
    // The magic of the second member.
    const bytes = flip(Buffer.concat(members), members[0]!.length + 1);
    const { plain: had, error } = read(bytes);
    expect(had).toEqual(plain.subarray(0, 200_000));
    expect(error).toMatchObject({ code: 'compressed-damaged', offset: 200_000 });
  });

  test('that inflates to a gigabyte of zeros is read in constant memory', () => {
    const file = dir.write('bomb.gz', zerosGzip(1024 * MB));
    const stream = openPlain(file);
    const target = Buffer.alloc(MB);
    let total = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for (let i = 0, got = stream.read(target); got > 0; i++, got = stream.read(target)) {
      total += got;
      if (i % 500 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    stream.close();
    expect(total).toBe(1024 * MB);
    expect(most).toBeLessThan(150 * MB);
  });
});

/** One gzip member of `length` zeros, made of equal deflate blocks. */
function zerosGzip(length: number): Buffer {
  const piece = Buffer.alloc(16 * MB);
  const block = deflateRawSync(piece, { finishFlush: constants.Z_FULL_FLUSH });
  const blocks = length / piece.length;
  let sum = 0;
  for (let i = 0; i < blocks; i++) sum = crc32(piece, sum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  const header = Buffer.from('1f8b08000000000000ff', 'hex');
  const last = Buffer.from([3, 0]);
  return Buffer.concat([header, ...Array.from({ length: blocks }, () => block), last, trailer]);
}
