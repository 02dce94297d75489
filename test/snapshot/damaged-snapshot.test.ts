// One small snapshot, damaged at every byte.
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/errors.js';
import { CODECS } from '../support/codecs.js';
import { cut, flip } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { type ReadSnapshot, readWholeSnapshot } from '../support/read-all.js';
import { buildSnapshot, type SnapshotSpec } from '../support/snapshot-spec.js';

const dir = useTempDir();
const SMALL: SnapshotSpec = {
  sessions: [{ id: 0x100001eb3f30000n, timeout: 30000 }],
  znodes: [{ path: '' }, { path: '/a', data: 'x', acl: 1n }, { path: '/a/b', data: null }],
  trailer: 'both',
  digest: { zxid: 9n, version: 2, digest: -3n },
  lastProcessedZxid: 9n,
};

/** What reading says; the error where the constructor already refuses. Anything but a FormatError fails the test. */
function read(bytes: Buffer): ReadSnapshot | FormatError {
  const file = dir.write('snapshot.1', bytes);
  try {
    return readWholeSnapshot(file);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  }
}

describe.each(CODECS)('a %s snapshot', (codec) => {
  const { bytes, plain, marks } = buildSnapshot({ ...SMALL, codec });

  test('cut at any byte is known not to be sound, by one problem with a place in the file', () => {
    const sound: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      const result = read(cut(bytes, length));
      if (result instanceof FormatError) {
        expect(result.offset).toBeLessThanOrEqual(plain.length);
        continue;
      }
      const { reader, problems } = result;
      if (reader.isSound) {
        sound.push(length);
        expect(problems).toEqual([]);
        continue;
      }
      expect({ length, codes: result.codes }).toEqual({ length, codes: [result.codes[0]] });
      expect(problems[0]!.offset).toBeGreaterThanOrEqual(16);
      expect(problems[0]!.offset).toBeLessThanOrEqual(plain.length);
    }
    // Where a block ends nothing is missing: these are the files of 3.5 and of 3.6.
    const seal = 13;
    expect(sound).toEqual(codec === 'raw' ? [marks.seals[0]! + seal, marks.seals[1]! + seal] : []);
  });

  test.each([0xff, 0x01, 0x80])('with any byte changed by %i is known not to be sound', (mask) => {
    const unnoticed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const result = read(flip(bytes, at, mask));
      if (result instanceof FormatError) continue;
      const { reader, problems } = result;
      if (!reader.isSound) expect(problems.length).toBeGreaterThan(0);
      // A copy from another distance can be the same bytes: then nothing is damaged.
      else if (codec === 'gzip' && at > 9) expect(gunzipSync(flip(bytes, at, mask))).toEqual(plain);
      else unnoticed.push(at);
      // A changed byte of a compressed file can make it inflate to more.
      const last = codec === 'raw' ? plain.length : reader.offset + 1024 * 1024;
      for (const { offset } of problems) expect(offset).toBeLessThanOrEqual(last);
    }
    // gzip: flags of bit 0 (text), mtime, extra flags and system say nothing of the content (RFC 1952).
    const gzip = mask === 0x01 ? [3, 4, 5, 6, 7, 8, 9] : [4, 5, 6, 7, 8, 9];
    // snappy-java: any version above 0, any lowest compatible version. Bits that make a version negative are seen.
    const snappy = mask === 0x01 ? [8, 9, 10, 12, 13, 14, 15] : [9, 10, 11, 12, 13, 14, 15];
    // raw: none. Seals cover all before them, the last mark is compared.
    expect(unnoticed).toEqual({ raw: [], gzip, snappy }[codec]);
  });
});

test('a wrong first seal is damage to the tree, a wrong later one damage to its block', () => {
  const { bytes, marks } = buildSnapshot(SMALL);
  const codes = marks.seals.map((seal) => {
    const result = read(flip(bytes, seal + 7));
    return result instanceof FormatError ? [] : result.codes;
  });
  // A seal covers the seals before it as well: those behind a wrong one say nothing, and are not reported.
  expect(codes).toEqual([
    ['snapshot-checksum'],
    ['snapshot-trailer-checksum'],
    ['snapshot-trailer-checksum'],
  ]);
});

test('a checksum with more than 32 bits is wrong', () => {
  const { bytes, marks } = buildSnapshot({ znodes: SMALL.znodes! });
  const result = read(flip(bytes, marks.seals[0]!));
  expect(result).toMatchObject({ codes: ['snapshot-checksum'] });
});

test('the last mark, which servers look for before they read a file, is compared', () => {
  const { bytes } = buildSnapshot({ znodes: SMALL.znodes! });
  const result = read(flip(bytes, bytes.length - 1));
  expect(result).toMatchObject({
    problems: [{ code: 'snapshot-checksum', offset: bytes.length - 5, found: '00000001d0' }],
  });
});
