// Every log that a server wrote, read by zoolog and by a second reader.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Op } from '../../src/records/op.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { describeShared, fixtures, realFiles, sharedFiles, sharedFixture } from '../support/fixtures.js';
import { caught, readWholeLog } from '../support/read-all.js';
import { readLogAgain } from '../support/second-reader.js';

// Damaged on purpose, and the format before 3.0: tests of their own below.
const BAD = /invalidsnap\/version-2\/log\.42$|apache-zookeeper\/upgrade\//;
const files = realFiles('log').filter(({ name }) => !BAD.test(name));

const byNumber = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

test('there are logs of servers to read', () => {
  expect(files.length).toBeGreaterThan(50);
});

test.each(files)('$name is read record by record as by a second reader', ({ name, file }) => {
  const again = readLogAgain(file);
  const { reader, records, problems } = readWholeLog(file);
  // A killed server leaves a torn record, which is a note; everything else would be damage.
  expect(problems.filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(reader.isSound).toBe(true);
  const flat = records.map(({ offset, length, checksum, txn, entry }) => {
    const { clientId, cxid, zxid, time, type } = txn.header;
    const rest = entry.subarray(32).toString('hex');
    return { offset, length, checksum: BigInt(checksum), clientId, cxid, zxid, time, type, rest };
  });
  expect(flat).toEqual(again.records.map((record) => ({ ...record, rest: record.rest.toString('hex') })));
  expect(reader.recordCount).toBe(again.records.length);
  expect(reader.tail).toMatchObject({ offset: again.end, bytes: again.plain.length - again.end });
  const isPadding = again.plain.subarray(again.end).every((byte) => byte === 0);
  expect(reader.tail!.kind).toBe(!isPadding ? 'torn' : again.end < again.plain.length ? 'padded' : 'clean');
  // FORMAT.md 1.1: a log is named by its first record. (invalidsnap/log.1 is renamed test data.)
  if (again.records.length > 0 && !name.includes('apache-zookeeper')) {
    expect(reader.firstZxid).toBe(BigInt(`0x${/log\.([0-9a-f]+)$/.exec(name)![1]}`));
  }
  expect(reader.lastZxid).toBe(again.records.at(-1)?.zxid ?? null);
});

test.each(files)('$name holds no txn that cannot be read', ({ name, file }) => {
  const { records } = readWholeLog(file);
  const odd = records.filter(({ txn }) => {
    const ops = txn.op.op === 'multi' ? txn.op.ops : [txn.op];
    // FORMAT.md 5.3: from 3.6 on every txn but an error has a digest, where digest.enabled was left on.
    const wantsDigest = /^(?!digest-off|no-trailer).*-3\.[6-9]\./.test(name) && txn.op.op !== 'error';
    const hasDigest = txn.digest !== null;
    return ops.some(({ op }) => op === 'unknown') || txn.trailingBytes !== 0 || (wantsDigest && !hasDigest);
  });
  expect(odd).toEqual([]);
});

describe.each(fixtures())('$name', ({ dir, servers }) => {
  test('holds the txns that its fixture.json counts', () => {
    for (const { logDir, logs, records, opTypes, lastLoggedZxid } of servers) {
      const counts: Record<string, number> = {};
      const count = (name: string) => {
        counts[name] = (counts[name] ?? 0) + 1;
      };
      const read = logs.map((log) => readWholeLog(join(dir, logDir, log)));
      for (const { txn } of read.flatMap((log) => log.records)) {
        count(txn.op.op);
        if (txn.op.op === 'multi') for (const part of txn.op.ops) count(`multi: ${part.op}`);
      }
      expect(counts).toEqual(opTypes);
      expect(read.reduce((sum, log) => sum + log.records.length, 0)).toBe(records);
      const zxids = read.flatMap((log) => log.zxids).sort(byNumber);
      expect(zxids.at(-1) ?? 0n).toBe(BigInt(lastLoggedZxid));
    }
  });

  test('has contiguous zxids within each epoch, but where a leader sent a snapshot instead', () => {
    for (const { logDir, logs, snapshots } of servers) {
      const zxids = logs.flatMap((log) => readWholeLog(join(dir, logDir, log)).zxids).sort(byNumber);
      const gaps = zxids.filter((zxid, i) => {
        const before = zxids[i - 1];
        return before !== undefined && before >> 32n === zxid >> 32n && before + 1n !== zxid;
      });
      const unexplained = gaps.filter((zxid) => {
        return !snapshots.some((name) => name.split('.')[1] === (zxid - 1n).toString(16));
      });
      expect(unexplained).toEqual([]);
    }
  });
});

describeShared('logs of the Apache test data', () => {
  const invalidsnap = (name: string) => sharedFixture(`apache-zookeeper/invalidsnap/version-2/${name}`);

  test.each(['log.1', 'log.274', 'log.63b'])('%s of 2009 holds creates without parentCVersion', (name) => {
    const { reader, records } = readWholeLog(invalidsnap(name));
    const creates = records
      .map(({ txn }) => txn.op)
      .filter((op): op is Op & { op: 'create' } => op.op === 'create');
    expect(creates.length).toBeGreaterThan(0);
    expect(creates.every(({ parentCVersion }) => parentCVersion === -1)).toBe(true);
    expect(records.every(({ txn }) => txn.digest === null)).toBe(true);
    expect(reader.isSound).toBe(true);
  });

  test('log.42 has a first record with zxid 0x8800000001 and a second whose checksum is wrong', () => {
    const { reader, zxids, problems, codes } = readWholeLog(invalidsnap('log.42'));
    expect(zxids[0]).toBe(0x8800000001n);
    expect(codes).toContain('log-checksum');
    const first = readLogAgain(invalidsnap('log.42')).records;
    expect(first.length).toBe(1);
    expect(problems[0]).toMatchObject({ code: 'log-checksum', offset: 16 + first[0]!.length });
    expect(reader.isSound).toBe(false);
  });

  test.each(['log.100000001', 'log.100001bf0'])('upgrade/%s is of the format before 3.0', (name) => {
    const file = sharedFixture(`apache-zookeeper/upgrade/${name}`);
    expect(caught(() => openTxnLog(file))).toMatchObject({ code: 'file-foreign', offset: 0 });
  });

  test('buffersize ends in preallocated zeros', () => {
    const logs = sharedFiles('log').filter(({ name }) => name.includes('buffersize'));
    expect(logs.length).toBe(3);
    for (const { file } of logs) expect(readWholeLog(file).reader.tail!.kind).toBe('padded');
  });
});
