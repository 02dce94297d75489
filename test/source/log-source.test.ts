import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTxns } from '../../src/source/open.js';
import type { TxnRange, TxnSource } from '../../src/source/sources.js';
import { useTempDir } from '../support/fixtures.js';
import { create, creates, type LogSpec, logBytes, type TxnSpec } from '../support/log-spec.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { type Heard, heard } from './heard.js';

const temp = useTempDir();
let folders = 0;

function open(logs: Readonly<Record<string, LogSpec | Buffer>>): [TxnSource, Heard, string] {
  const folder = `server${++folders}/version-2`;
  mkdirSync(join(temp.path, folder), { recursive: true });
  for (const [name, log] of Object.entries(logs)) {
    temp.write(join(folder, name), Buffer.isBuffer(log) ? log : logBytes(log));
  }
  const options = heard();
  return [openTxns(join(temp.path, folder), options), options, join(temp.path, folder)];
}

function zxids(source: TxnSource, range?: TxnRange): number[] {
  return Array.from(source.txns(range), ({ txn }) => Number(txn.header.zxid));
}

const txn = (zxid: number, path = `/n${zxid}`): TxnSpec => ({
  zxid: BigInt(zxid),
  time: BigInt(1000 * zxid),
  ...create(path),
});
const txns = (...numbers: number[]): LogSpec => ({ txns: numbers.map((zxid) => txn(zxid)) });

describe('the logs of a directory', () => {
  it('are one history by zxid, whatever order their names have as text', () => {
    const [source, said] = open({ 'log.10': txns(16, 17), 'log.f': txns(15), 'log.d': txns(13, 14) });
    expect(zxids(source)).toEqual([13, 14, 15, 16, 17]);
    expect(source.isComplete).toBe(true);
    expect([...said.notes, ...said.problems]).toEqual([]);
  });

  it('tell of txns that none of them holds, but not of an epoch that began anew', () => {
    const [source, said, folder] = open({
      'log.1': txns(1, 2),
      'log.9': txns(9),
      'log.100000001': txns(0x100000001),
    });
    expect(zxids(source)).toEqual([1, 2, 9, 0x100000001]);
    expect(said.problems).toMatchObject([
      {
        code: 'log-gap',
        file: join(folder, 'log.9'),
        offset: 16,
        expected: 'zxid 0x3',
        found: '0x9: 6 txns missing',
      },
    ]);
  });

  it('may overlap: equal txns come once', () => {
    const [source, said] = open({
      'log.1': txns(1, 2, 3, 4),
      'log.3': txns(3, 4, 5),
      'log.4': txns(4, 5, 6),
    });
    expect(zxids(source)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(said.notes).toEqual([]);
  });

  it('may hold different txns with one zxid: both come, and a note says where they are', () => {
    const other = { txns: [txn(2, '/other'), txn(3)] };
    const [source, said] = open({ 'log.1': txns(1, 2, 3), 'log.2': other });
    expect(zxids(source)).toEqual([1, 2, 2, 3]);
    expect(said.notes).toHaveLength(1);
    expect(said.notes[0]).toMatch(/0x2 .*log\.1 byte \d+ .*log\.2 byte 16/);
  });

  it('say how many zxids stand for different txns', () => {
    const other = { txns: [txn(2, '/x'), txn(3, '/y')] };
    const [source, said] = open({ 'log.1': txns(1, 2, 3), 'log.2': other });
    expect(zxids(source)).toEqual([1, 2, 2, 3, 3]);
    expect(said.notes[1]).toContain('2 zxids');
  });

  it('are merged by what is in them where a name lies', () => {
    const [source] = open({ 'log.1': txns(5, 6), 'log.9': txns(1, 2) });
    expect(zxids(source)).toEqual([1, 2, 5, 6]);
  });

  it('have evidence: file, offset and length of each txn', () => {
    const [source, , folder] = open({ 'log.1': txns(1), 'log.2': txns(2) });
    const evidence = Array.from(source.txns(), ({ evidence }) => evidence);
    expect(evidence.map(({ file }) => file)).toEqual([join(folder, 'log.1'), join(folder, 'log.2')]);
    expect(evidence[1]).toMatchObject({ offset: 16 });
    expect(evidence[1]!.length).toBeGreaterThan(45);
  });
});

describe('a range of txns', () => {
  const [source] = open({ 'log.1': txns(1, 2, 3), 'log.4': txns(4, 5), 'log.6': txns(6) });

  it.each([
    [{ fromZxid: 2n }, [2, 3, 4, 5, 6]],
    [{ toZxid: 4n }, [1, 2, 3, 4]],
    [{ fromZxid: 3n, toZxid: 4n }, [3, 4]],
    [{ since: 2000n }, [2, 3, 4, 5, 6]],
    [{ until: 2000n }, [1]],
    [{ fromZxid: 3n, until: 5000n }, [3, 4]],
    [{ toZxid: 0n }, []],
  ] as const)('%o', (range, expected) => {
    expect(zxids(source, range)).toEqual(expected);
  });

  it('leaves logs unread that begin after it', () => {
    const [damaged, said] = open({
      'log.1': txns(1),
      'log.5': { txns: creates(2, 5n), tail: Buffer.alloc(20, 7) },
    });
    expect(zxids(damaged, { toZxid: 4n })).toEqual([1]);
    expect(said.problems).toEqual([]);
    zxids(damaged);
    expect(said.problems).not.toEqual([]);
  });
});

describe('a damaged history', () => {
  it('has the txns before and behind a bad checksum', () => {
    const [source, said] = open({ 'log.1': { txns: [txn(1), { ...txn(2), checksum: 1n }, txn(3)] } });
    expect(zxids(source)).toEqual([1, 3]);
    expect(said.codes()).toEqual(['log-checksum']);
    expect(source.isComplete).toBe(false);
  });

  it('has what other logs hold where one cannot be read', () => {
    const [source, said] = open({
      'log.1': txns(1),
      'log.2': Buffer.alloc(0),
      'log.3': Buffer.from('not a log at all'),
      'log.4': logBytes().subarray(0, 9),
      'log.5': snapshotBytes(),
      'log.6': txns(6),
    });
    expect(zxids(source)).toEqual([1, 6]);
    expect(said.codes().sort()).toEqual([
      'file-empty',
      'file-foreign',
      'file-swapped',
      'log-gap',
      'log-header-cut',
    ]);
    expect(source.isComplete).toBe(false);
  });

  it('is complete with a torn or padded end, which are reported as notes', () => {
    const torn = logBytes(txns(1, 2));
    const [source, said] = open({
      'log.1': torn.subarray(0, torn.length - 5),
      'log.3': { ...txns(3), padding: 4096 },
    });
    expect(zxids(source)).toEqual([1, 3]);
    // The torn txn is in no other log.
    expect(said.problems).toMatchObject([{ code: 'log-torn', severity: 'note' }, { code: 'log-gap' }]);
    expect(source.isComplete).toBe(true);
  });

  it('has the rest where a file vanished after the directory was listed', () => {
    const [source, said, folder] = open({ 'log.1': txns(1), 'log.2': txns(2), 'log.3': txns(3) });
    rmSync(join(folder, 'log.2'));
    expect(zxids(source)).toEqual([1, 3]);
    expect(said.problems).toMatchObject([
      { code: 'file-unreadable', file: join(folder, 'log.2') },
      { code: 'log-gap' },
    ]);
    expect(source.isComplete).toBe(false);
  });

  it('can be read again', () => {
    const [source, said] = open({ 'log.1': { txns: [txn(1), { ...txn(2), checksum: 1n }] } });
    expect([zxids(source), zxids(source)]).toEqual([[1], [1]]);
    expect(said.codes()).toEqual(['log-checksum']);
  });
});

describe('one log file', () => {
  it('is a history by itself, compressed or not', () => {
    for (const codec of ['raw', 'gzip', 'snappy'] as const) {
      const file = temp.write(`some-${codec}`, logBytes({ ...txns(7, 8), codec }));
      expect(zxids(openTxns(file, heard()))).toEqual([7, 8]);
    }
  });
});
