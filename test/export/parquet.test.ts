// Parquet read back by DuckDB: against the index's SQL, the client of the server, and the log that was built.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { zoolog } from '../cli/run-cli.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { buildLog, create } from '../support/log-spec.js';

const temp = useTempDir();

async function duck(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRows() as unknown[][];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const dataset = (folder: string) => `read_parquet('${folder}/**/*.parquet', hive_partitioning = true)`;

const DOC = readFileSync(new URL('../../docs/parquet.md', import.meta.url), 'utf8');
const QUERIES = [...DOC.matchAll(/```sql\n([^`]+)```/g)].map(([, sql]) => sql!);

describe('export --format parquet', () => {
  it('has the znodes that a client of the server read', async () => {
    const folder = join(temp.path, 'tree');
    const source = join(FIXTURES, 'standalone-3.9.5');
    const { code, stdout, stderr } = await zoolog([
      'export',
      source,
      '--format',
      'parquet',
      '-o',
      folder,
      '--cluster',
      'a/b',
    ]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain(`${folder}: 245 znodes, 1 file`);
    const lines = readFileSync(join(source, 'client.ndjson'), 'utf8').trim().split('\n');
    interface Read {
      readonly path: string;
      readonly dataBase64: string | null;
      readonly czxid: string;
      readonly mzxid: string;
      readonly mtime: number;
      readonly version: number;
      readonly dataLength: number;
      readonly numChildren: number;
      readonly cversion: number;
    }
    const read = lines.map((line) => JSON.parse(line) as Read);
    const rows = await duck(
      `SELECT path, data IS NULL, to_base64(data), czxid, mzxid, mtime, version, data_length, num_children,
         2 * cversion - num_children, cluster, zxid FROM ${dataset(folder)}`,
    );
    const byPath = new Map(rows.map((row) => [row[0], row]));
    expect(rows).toHaveLength(read.length);
    for (const one of read) {
      expect(byPath.get(one.path)).toEqual([
        ...[one.path, one.dataBase64 === null, one.dataBase64],
        ...[BigInt(one.czxid), BigInt(one.mzxid), BigInt(one.mtime)],
        ...[one.version, one.dataLength, one.numChildren, one.cversion],
        ...['a/b', BigInt(0x1c4)],
      ]);
    }
  });

  it('has the ops that the index has, by SQL', async () => {
    const [folder, file] = [join(temp.path, 'txns'), join(temp.path, 'case.db')];
    const dir = openDataDir(join(FIXTURES, 'load-3.9.5'));
    buildIndex(file, [{ name: 'prod', servers: [{ name: 'zk1', dir }] }]);
    await zoolog(['export', `${file}#prod`, '--what', 'txns', '--format', 'parquet', '-o', folder]);
    expect(readdirSync(join(folder, 'txns'))).toEqual(['cluster=prod']);
    const sum = (column: string) => `CAST(sum(${column}) AS BIGINT)`;
    const ours = await duck(
      `SELECT type, count(*), min(zxid), max(zxid), ${['version', 'data_length', 'error', 'multi'].map(sum)}
       FROM ${dataset(folder)} GROUP BY type ORDER BY type`,
    );
    const { stdout } = await zoolog([
      'sql',
      file,
      `SELECT o.type, count(*) AS n, min(t.zxid) AS a, max(t.zxid) AS b, sum(o.version) AS v, sum(o.data_length) AS d,
         sum(o.error) AS e, sum(iif(t.type = 'multi', o.n, NULL)) AS m
       FROM op o JOIN txn t ON t.id = o.txn_id GROUP BY o.type ORDER BY o.type`,
      ...['--format', 'json'],
    ]);
    const theirs = (JSON.parse(stdout) as { rows: Record<string, string | number | null>[] }).rows;
    expect(
      ours.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value))),
    ).toEqual(theirs.map((row) => Object.values(row)));
    expect(ours).toHaveLength(8);
  });

  it('has a folder a day, whatever the clock did, and keeps null from empty', async () => {
    const days = 20;
    const day = 86_400_000n;
    const txns = Array.from({ length: 3 * days }, (_, i) => ({
      zxid: BigInt(i + 1),
      time: BigInt(i % days) * day + 1n,
      ...create(`/n${i}`, i % 2 === 0 ? null : ''),
    }));
    const log = join(temp.path, 'log.1');
    writeFileSync(
      log,
      buildLog({ txns: [...txns, { zxid: 99n, time: 2n ** 62n, ...create('/late', 'x') }] }).bytes,
    );
    const folder = join(temp.path, 'days');
    expect((await zoolog(['export', log, '--what', 'txns', '--format', 'parquet', '-o', folder])).code).toBe(
      0,
    );
    const names = readdirSync(join(folder, 'txns/cluster=log.1')).sort();
    expect(names[0]).toBe('day=1970-01-01');
    expect(names.at(-1)).toBe('day=__HIVE_DEFAULT_PARTITION__');
    expect(names).toHaveLength(days + 1);
    // More days than files are open at a time, three times over.
    expect(readdirSync(join(folder, 'txns/cluster=log.1/day=1970-01-01'))).toHaveLength(3);
    const rows = await duck(
      `SELECT count(*), count(DISTINCT zxid), count(data), sum(CAST(octet_length(data) = 0 AS INT)) FROM ${dataset(folder)}`,
    );
    expect(rows[0]!.map(Number)).toEqual([61, 61, 31, 30]);
  });

  it('appears whole or not at all', async () => {
    const folder = join(temp.path, 'none');
    const cut = join(temp.path, 'cut');
    mkdirSync(cut);
    const whole = readFileSync(join(FIXTURES, 'standalone-3.9.5/version-2/snapshot.1c4'));
    writeFileSync(join(cut, 'snapshot.1c4'), whole.subarray(0, 5000));
    const run = async (...args: string[]) => await zoolog(['export', ...args, '--format', 'parquet']);
    const { code, stderr } = await run(join(cut, 'snapshot.1c4'), '-o', folder);
    expect(code).toBe(3);
    expect(stderr).toContain(`${folder} is not made`);
    expect(existsSync(folder)).toBe(false);
    expect((await run('fixtures/empty-3.9.5')).code).toBe(2);
    expect((await run('fixtures/empty-3.9.5', '-o', folder)).code).toBe(0);
    expect((await run('fixtures/empty-3.9.5', '-o', folder)).stderr).toContain('exists');
    expect((await run('fixtures/empty-3.9.5', '-o', folder, '--force')).code).toBe(0);
    expect(readdirSync(temp.path).filter((name) => name.startsWith('none.old-'))).toHaveLength(1);
  });

  it('answers the queries of docs/parquet.md', async () => {
    const lake = join(temp.path, 'lake');
    const case1 = ['export', join(FIXTURES, 'load-3.9.5'), '--format', 'parquet', '--cluster', 'prod'];
    expect((await zoolog([...case1, '-o', join(lake)])).code).toBe(0);
    expect((await zoolog([...case1, '--what', 'txns', '-o', join(temp.path, 'lake-txns')])).code).toBe(0);
    expect(QUERIES.length).toBeGreaterThan(3);
    for (const query of QUERIES) {
      const sql = query
        .replaceAll("'lake/txns", `'${temp.path}/lake-txns/txns`)
        .replaceAll("'lake/", `'${lake}/`);
      expect((await duck(sql)).length, query).toBeGreaterThan(0);
    }
  });
});
