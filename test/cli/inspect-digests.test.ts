// inspect --digests: every recorded digest, compared.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { plainAdler32 } from '../support/jute-writer.js';
import { serversOf, txnsOf } from '../tree/servers.js';
import { rowsOf, zoolog } from './run-cli.js';

const digests = async (...sources: string[]) => {
  const ran = await zoolog(['inspect', '--digests', '--format', 'ndjson', ...sources]);
  return { ...ran, rows: rowsOf(ran.stdout) };
};

describe('inspect --digests', () => {
  const temp = useTempDir();

  /** load-3.9.5 with one bit of the data of a setData turned, and its checksum made to fit. */
  function altered() {
    const dir = join(temp.path, 'altered');
    cpSync(join(FIXTURES, 'load-3.9.5'), dir, { recursive: true });
    const file = join(dir, 'version-2', 'log.75d');
    const bytes = readFileSync(file);
    for (const { txn, evidence } of txnsOf([file])) {
      const { op, header } = txn;
      if (op.op !== 'setData' || !op.data?.length || header.zxid < 0x780n) continue;
      const start = evidence.offset + 12;
      const record = bytes.subarray(start, evidence.offset + evidence.length - 1);
      record[record.indexOf(op.data)]! ^= 1;
      bytes.writeBigInt64BE(BigInt(plainAdler32(record)), evidence.offset);
      writeFileSync(file, bytes);
      return { dir, file, zxid: header.zxid, offset: evidence.offset, digest: txn.digest!.treeDigest };
    }
    throw new Error('no setData');
  }

  it('finds every digest of a sound server reproduced', async () => {
    const { code, rows, stderr } = await digests('fixtures/load-3.9.5');
    const withDigest = [...serversOf('load-3.9.5')[0]!.txns()].filter(
      ({ txn }) => txn.digest !== null,
    ).length;
    expect([code, stderr]).toEqual([0, '']);
    expect(rows).toMatchObject([
      {
        base: 'snapshot.0',
        zxid: '0xd84',
        compared: withDigest,
        matched: withDigest,
        differed: 0,
        causes: [],
      },
    ]);
  });

  it('begins anew behind a hole in the logs', async () => {
    const { code, rows } = await digests('fixtures/ensemble-3.8.6');
    expect(code).toBe(0);
    const ofZk2 = rows.filter(({ server }) => server === 'fixtures/ensemble-3.8.6#/zk2');
    expect(ofZk2.map(({ base }) => base)).toEqual(['snapshot.0', 'snapshot.100000483']);
    expect(rows.every(({ compared, matched }) => compared === matched)).toBe(true);
  });

  it('says what it cannot compare', async () => {
    const { code, rows } = await digests('fixtures/load-3.4.14', 'fixtures/digest-off-3.9.5');
    expect(code).toBe(0);
    for (const row of rows) {
      expect(row.compared).toBe(0);
      expect(row.withoutDigest).toBeGreaterThan(100);
    }
  });

  it('finds one txn that was altered and sealed again', async () => {
    const { dir, file, zxid, offset, digest } = altered();
    const { code, rows, stderr } = await digests(dir);
    expect(code).toBe(1);
    const at = `0x${zxid.toString(16)}`;
    expect(rows).toMatchObject([
      {
        firstDifference: at,
        op: 'setData',
        file,
        offset,
        expected: `0x${BigInt.asUintN(64, digest).toString(16)}`,
      },
    ]);
    expect(rows[0]!.lastMatched).toBe(`0x${(zxid - 1n).toString(16)}`);
    expect(rows[0]!.found).not.toBe(rows[0]!.expected);
    expect((rows[0]!.causes as string[]).join()).toContain('not what the leader wrote');
    expect(stderr).toContain(`the digest of ${at} (setData) in ${file} byte ${offset} differs`);
    const { stdout } = await zoolog(['inspect', dir, '--digests', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({
      sources: [dir],
      complete: true,
      rows: [{ firstDifference: at }],
    });
  });

  it('is for directories', async () => {
    const { code, stderr } = await digests('fixtures/load-3.9.5/version-2/log.1');
    expect([code, stderr]).toEqual([2, expect.stringContaining('name directories only')]);
  });
});
