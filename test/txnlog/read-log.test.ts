import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/errors.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import { useTempDir } from '../support/fixtures.js';
import { plainAdler32 } from '../support/jute-writer.js';
import {
  buildLog,
  create,
  creates,
  error,
  type LogSpec,
  logBytes,
  recordBytes,
} from '../support/log-spec.js';
import { caught, type ReadLog, readWholeLog } from '../support/read-all.js';

const dir = useTempDir();
const read = (spec: LogSpec) => readWholeLog(dir.write('log.1', logBytes(spec)));
const readBytes = (bytes: Buffer) => readWholeLog(dir.write('log.1', bytes));
const FIVE: LogSpec = { txns: creates(5) };
const five = buildLog(FIVE);
const [first, , third, , last] = five.records as [
  (typeof five.records)[0],
  never,
  (typeof five.records)[0],
  never,
  (typeof five.records)[0],
];

function at({ reader, problems }: ReadLog) {
  return { ...reader.tail!, problems: problems.map(({ code, offset }) => `${code} at ${offset}`) };
}

describe('the end of a log', () => {
  test('is clean where the last byte is that of a record', () => {
    const log = read(FIVE);
    expect(at(log)).toEqual({ kind: 'clean', offset: five.end, bytes: 0, problems: [] });
    expect([log.reader.isSound, log.reader.recordCount, log.reader.firstZxid, log.reader.lastZxid]).toEqual([
      true,
      5,
      1n,
      5n,
    ]);
  });

  test.each([1, 7, 11, 12, 13, 4096, 200_000, 3_000_000])('is padded where %i zeros follow', (padding) => {
    const log = read({ ...FIVE, padding });
    expect(at(log)).toEqual({ kind: 'padded', offset: five.end, bytes: padding, problems: [] });
    expect([log.zxids.length, log.reader.isSound]).toEqual([5, true]);
  });

  test.each([0, 12, 100_000])('is reached at once in a log of a header and %i zeros', (padding) => {
    const log = read({ padding });
    const kind = padding === 0 ? 'clean' : 'padded';
    expect(at(log)).toEqual({ kind, offset: 16, bytes: padding, problems: [] });
    expect([log.reader.firstZxid, log.reader.lastZxid, log.reader.isSound]).toEqual([null, null, true]);
  });

  test('is torn wherever the file ends within the last record', () => {
    for (let length = last.offset + 1; length < five.end; length++) {
      const log = readBytes(cut(five.bytes, length));
      expect(log.zxids).toEqual([1n, 2n, 3n, 4n]);
      const bytes = length - last.offset;
      // The upper half of a checksum is zero: so few bytes cannot be told from padding.
      if (bytes <= 4) expect(at(log)).toEqual({ kind: 'padded', offset: last.offset, bytes, problems: [] });
      else expect(at(log)).toMatchObject({ kind: 'torn', offset: last.offset, bytes });
      if (bytes > 4) expect(log.codes).toEqual(['log-torn']);
      expect(log.reader.isSound).toBe(true);
    }
  });

  test('is torn wherever the last record gives way to preallocated zeros', () => {
    const padded = buildLog({ ...FIVE, padding: 4096 });
    for (let from = last.offset; from < five.end; from++) {
      const log = readBytes(fill(padded.bytes, from, five.end));
      expect(log.zxids).toEqual([1n, 2n, 3n, 4n]);
      const isTorn = from - last.offset > 4;
      expect(at(log)).toMatchObject({
        kind: isTorn ? 'torn' : 'padded',
        offset: last.offset,
        bytes: padded.bytes.length - last.offset,
      });
      expect(log.codes).toEqual(isTorn ? ['log-torn'] : []);
      expect(log.reader.isSound).toBe(true);
    }
  });

  test('is padded with a warning where other bytes follow the zeros', () => {
    const log = read({ ...FIVE, padding: 500, tail: Buffer.from('rest of another file') });
    expect(at(log)).toEqual({
      kind: 'padded',
      offset: five.end,
      bytes: 520,
      problems: [`log-after-padding at ${five.end + 500}`],
    });
  });

  test.each([
    ['-1, on which servers fail with a null pointer', -1],
    ['-2', -2],
    ['5, less than a header', 5],
    ['2^31 - 1, on which servers stop', 2 ** 31 - 1],
  ])('is corrupt where the length of the last record is %s', (_, length) => {
    const log = readBytes(putI32(five.bytes, last.offset + 8, length));
    expect(at(log)).toEqual({
      kind: 'corrupt',
      offset: last.offset,
      bytes: last.length,
      problems: [`log-length at ${last.offset + 8}`],
    });
    expect([log.zxids.length, log.reader.isSound]).toEqual([4, false]);
  });
});

describe('the header of a log', () => {
  test.each(Array.from({ length: 16 }, (_, i) => i))('cut to %i bytes is refused', (length) => {
    const file = dir.write('cut', cut(five.bytes, length));
    expect(caught(() => openTxnLog(file))).toMatchObject({
      code: length === 0 ? 'file-empty' : 'log-header-cut',
      offset: 0,
    });
  });

  test('of a snapshot is refused as foreign', () => {
    const file = dir.write('snap', logBytes({ header: { magic: 0x5a4b534e } }));
    expect(caught(() => openTxnLog(file))).toMatchObject({
      code: 'file-foreign',
      offset: 0,
      found: '5a4b534e',
    });
  });

  test('with another version is reported and read on', () => {
    const log = read({ ...FIVE, header: { version: 1, dbid: 7n } });
    expect(log.problems).toMatchObject([{ code: 'file-format-version', offset: 4 }]);
    expect([log.zxids.length, log.reader.header.dbid]).toEqual([5, 7n]);
  });
});

describe('damage in the middle of a log', () => {
  const others = [1n, 2n, 4n, 5n];

  test('to any byte of an entry or its checksum leaves out that txn and keeps the others', () => {
    for (let byte = third.offset; byte < third.offset + third.length - 1; byte++) {
      const inLength = byte >= third.offset + 8 && byte < third.offset + 12;
      if (inLength) continue;
      const log = readBytes(flip(five.bytes, byte));
      expect(log.zxids).toEqual(others);
      expect(at(log)).toMatchObject({ kind: 'clean', problems: [`log-checksum at ${third.offset}`] });
      expect([log.reader.skipped, log.reader.isSound]).toEqual([1, false]);
    }
  });

  test('to the end mark, where servers take the log for ended, costs that txn alone', () => {
    const mark = third.offset + third.length - 1;
    const log = readBytes(flip(five.bytes, mark));
    expect(log.zxids).toEqual(others);
    expect(at(log).problems).toEqual([`log-end-mark at ${mark}`, `log-gap-skipped at ${third.offset}`]);
    expect(log.reader.isSound).toBe(false);
  });

  test.each([0, -1, -2, -(2 ** 31), 1, 31, 32, 60, 94, 200, 100_000, 150_000_000, 2 ** 31 - 1])(
    'to a length, now %i, costs that txn alone, raw or gzip, padded or not',
    (length) => {
      for (const spec of [FIVE, { ...FIVE, padding: 5000 }]) {
        const bytes = putI32(logBytes(spec), third.offset + 8, length);
        for (const file of [bytes, gzipSync(bytes)]) {
          const log = readBytes(file);
          expect(log.zxids).toEqual(others);
          expect(log.codes.filter((code) => code !== 'log-gap-skipped').length).toBe(1);
          expect(log.problems.every(({ offset }) => offset >= third.offset)).toBe(true);
          expect(log.problems.find(({ code }) => code === 'log-gap-skipped')).toMatchObject({
            offset: third.offset,
            found: `the next one at byte ${third.offset + third.length}`,
          });
          expect(log.reader.isSound).toBe(false);
        }
      }
    },
  );

  test('that took a stretch of the file away costs the txns in it', () => {
    // From the middle of the second record to the middle of the fourth.
    const [, second, , fourth] = five.records;
    const bytes = Buffer.concat([
      cut(five.bytes, second!.offset + 40),
      five.bytes.subarray(fourth!.offset + 20),
    ]);
    const log = readBytes(bytes);
    expect(log.zxids).toEqual([1n, 5n]);
    expect(log.codes).toContain('log-gap-skipped');
  });

  test('that put foreign bytes between two records costs no txn', () => {
    const junk = Buffer.alloc(5000, 'junk');
    const bytes = Buffer.concat([cut(five.bytes, third.offset), junk, five.bytes.subarray(third.offset)]);
    const log = readBytes(bytes);
    expect(log.zxids).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(log.records[2]!.offset).toBe(third.offset + 5000);
  });

  test('with lengths by chance in it, far above the largest record, does not end the search', () => {
    // 44 bytes each that look like a record of 1 GiB: zeros, a length, and op code 1 where a header has it.
    const lure = Buffer.alloc(44);
    lure.writeInt32BE(2 ** 30, 8);
    lure.writeInt32BE(1, 40);
    const junk = Buffer.concat([
      Buffer.from([9]),
      ...Array.from({ length: 20 }, () => lure),
      Buffer.from([9]),
    ]);
    const damaged = putI32(five.bytes, first.offset + 8, -1);
    const bytes = Buffer.concat([cut(damaged, third.offset), junk, five.bytes.subarray(third.offset)]);
    expect(readBytes(bytes).zxids).toEqual([2n, 3n, 4n, 5n]);
  });

  test('in several places costs the txns there', () => {
    const bytes = flip(putI32(five.bytes, first.offset + 8, 77), last.offset + 30);
    const log = readBytes(bytes);
    expect(log.zxids).toEqual([2n, 3n, 4n]);
    expect(log.reader.skipped).toBe(2);
  });

  test('to a checksum above 32 bits is seen although its lower half is right', () => {
    const log = readBytes(flip(five.bytes, third.offset + 3, 1));
    expect(log.zxids).toEqual(others);
    expect(log.problems[0]).toMatchObject({ found: expect.stringMatching(/^0x1[0-9a-f]{8}$/) });
  });
});

describe('a log cut at any byte', () => {
  const padded: LogSpec = { txns: creates(4), padding: 20 };
  const { plain, records } = buildLog(padded);

  test('gives every record before the cut', () => {
    for (let length = 16; length <= plain.length; length++) {
      const log = readBytes(cut(plain, length));
      const whole = records.filter((record) => record.offset + record.length <= length);
      expect(log.zxids).toEqual(whole.map(({ zxid }) => zxid));
      expect(log.reader.isSound).toBe(true);
      expect(log.reader.tail!.offset + log.reader.tail!.bytes).toBe(length);
      for (const { offset } of log.problems) expect(offset).toBeLessThanOrEqual(length);
    }
  });

  test('and compressed with gzip gives every record that could be inflated, and says that it is cut', () => {
    const bytes = gzipSync(plain);
    let most = 0;
    for (let length = 2; length < bytes.length; length++) {
      const file = dir.write('log.1.gz', cut(bytes, length));
      let log: ReadLog;
      try {
        log = readWholeLog(file);
      } catch (refused) {
        expect(refused).toBeInstanceOf(FormatError);
        expect((refused as FormatError).code).toMatch(/^(compressed-cut|log-header-cut|file-empty)$/);
        continue;
      }
      expect(log.codes).toEqual(['compressed-cut']);
      expect(log.reader.tail!.kind).toBe('corrupt');
      expect(log.reader.isSound).toBe(false);
      expect(log.zxids).toEqual([1n, 2n, 3n, 4n].slice(0, log.zxids.length));
      expect(log.zxids.length).toBeGreaterThanOrEqual(most);
      most = log.zxids.length;
    }
    expect(most).toBe(4);
  });

  test('of a flipped byte, compressed, never gives a wrong record', () => {
    const bytes = gzipSync(plain);
    const sound = new Set(readBytes(bytes).records.map(({ entry }) => entry.toString('hex')));
    for (let byte = 2; byte < bytes.length; byte++) {
      let log: ReadLog;
      try {
        log = readBytes(flip(bytes, byte));
      } catch (refused) {
        expect(refused).toBeInstanceOf(FormatError);
        continue;
      }
      for (const { entry } of log.records) expect(sound.has(entry.toString('hex'))).toBe(true);
      if (log.zxids.length < 4) expect(log.reader.isSound).toBe(false);
    }
  });
});

describe('zxids', () => {
  const txn = (zxid: bigint) => ({ zxid, ...error(-101) });

  test('that fall or stay are reported, and the records are given as servers apply them', () => {
    const spec = { txns: [5n, 6n, 6n, 3n, 7n].map(txn) };
    const { records } = buildLog(spec);
    const log = read(spec);
    expect(log.zxids).toEqual([5n, 6n, 6n, 3n, 7n]);
    expect(log.problems.map(({ code, offset, found }) => [code, offset, found])).toEqual([
      ['log-zxid-order', records[2]!.offset, '0x6'],
      ['log-zxid-order', records[3]!.offset, '0x3'],
    ]);
    expect([log.reader.firstZxid, log.reader.lastZxid, log.reader.isSound]).toEqual([5n, 7n, true]);
  });

  test('that jump inside an epoch leave a gap, into a new epoch none', () => {
    const { problems } = read({ txns: [1n, 9n, 0x100000001n].map(txn) });
    expect(problems).toMatchObject([{ code: 'log-gap', expected: 'zxid 0x2', found: '0x9: 7 txns missing' }]);
  });
});

describe('reading on from a position', () => {
  const position = { offset: third.offset + third.length, zxid: 3n };

  test('gives the records behind it with their own offsets', () => {
    const file = dir.write('log.1', logBytes({ ...FIVE, padding: 300 }));
    const log = readWholeLog(file, position);
    expect(log.zxids).toEqual([4n, 5n]);
    expect(log.records.map(({ offset }) => offset)).toEqual(
      five.records.slice(3).map(({ offset }) => offset),
    );
    expect(log.records.map(({ txn }) => txn.op)).toMatchObject([{ path: '/n3' }, { path: '/n4' }]);
    expect(log.reader.tail).toEqual({ kind: 'padded', offset: five.end, bytes: 300 });
    expect(log.problems).toEqual([]);
    expect([log.reader.firstZxid, log.reader.lastZxid]).toEqual([4n, 5n]);
  });

  test('at the end gives none, and keeps the last zxid', () => {
    const file = dir.write('log.1', five.bytes);
    const log = readWholeLog(file, { offset: five.end, zxid: 5n });
    expect([log.zxids, log.reader.lastZxid, log.reader.tail!.kind]).toEqual([[], 5n, 'clean']);
  });

  test('far behind the first chunk of the file is the same', () => {
    const txns = [1n, 2n, 3n, 4n].map((zxid) => ({
      zxid,
      ...create(`/n${zxid}`, Buffer.alloc(700_000, 'x')),
    }));
    const { bytes, records } = buildLog({ txns });
    const [, , , fourth] = records;
    const log = readWholeLog(dir.write('log.1', bytes), { offset: fourth!.offset, zxid: 3n });
    expect(log.records.map(({ offset, zxid }) => ({ offset, zxid }))).toEqual([
      { offset: fourth!.offset, zxid: 4n },
    ]);
    expect(readBytes(bytes).zxids).toEqual([1n, 2n, 3n, 4n]);
  });

  test('sees that zxids fall behind the position', () => {
    const file = dir.write('log.1', five.bytes);
    expect(readWholeLog(file, { offset: third.offset, zxid: 3n }).codes).toEqual(['log-zxid-order']);
  });
});

describe('hostile bytes', () => {
  const MB = 1024 * 1024;

  /**
   * 12 bytes over and over: zeros, op code 1, and a length of 4 MiB that leads to a byte 0x42. Each of them looks like
   * the beginning of a record.
   */
  function lures(length: number): Buffer {
    const unit = Buffer.from('000000000000000100420009', 'hex');
    return Buffer.alloc(length, unit);
  }

  test('that look like a record everywhere are given up in seconds', () => {
    const bytes = Buffer.concat([cut(putI32(five.bytes, last.offset + 8, -1), five.end), lures(40 * MB)]);
    const begun = performance.now();
    const log = readBytes(bytes);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(log.zxids).toEqual([1n, 2n, 3n, 4n]);
    expect(log.reader.tail!.kind).toBe('corrupt');
  });

  test('with sound records strewn among them cost no more, for the whole file has one budget', () => {
    const sound = recordBytes({ zxid: 9n, ...error(-1) });
    const piece = Buffer.concat([lures(1200), sound]);
    const bytes = Buffer.concat([cut(five.bytes, five.end), lures(12), Buffer.alloc(20 * MB, piece)]);
    const begun = performance.now();
    readBytes(bytes);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('after a checksum that is right by chance are an op that cannot be read, not an error', () => {
    const entry = Buffer.alloc(32, 0xff);
    const record = Buffer.alloc(12 + 32 + 1);
    record.writeBigInt64BE(BigInt(plainAdler32(entry)), 0);
    record.writeInt32BE(32, 8);
    entry.copy(record, 12);
    record[44] = 0x42;
    const log = readBytes(Buffer.concat([cut(five.bytes, 16), record]));
    expect(log.records[0]!.txn.op).toMatchObject({ op: 'unknown', code: -1 });
  });
});

test('a record larger than a chunk is read whole', () => {
  const data = Buffer.alloc(5_000_000, 'x');
  const log = read({ txns: [...creates(1), { zxid: 2n, ...create('/big', data) }, ...creates(1, 3n)] });
  expect(log.zxids).toEqual([1n, 2n, 3n]);
  expect(log.records[1]!.txn.op).toMatchObject({ path: '/big', data });
});
