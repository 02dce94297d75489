// What the commands say of znodes against what ZooKeeper's own client read from the live server (client.ndjson).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

interface ClientZnode {
  readonly path: string;
  readonly dataBase64: string | null;
  readonly czxid: string;
  readonly mzxid: string;
  readonly pzxid: string;
  readonly ephemeralOwner: string;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly acl: readonly { readonly perms: number; readonly scheme: string; readonly id: string }[];
}

const final = fixtures().filter((fixture) => {
  return 'snapshotIsFinal' in fixture && fixture.snapshotIsFinal === true && fixture.servers.length === 1;
});

/** Servers rewrite its data without a txn, and where quotas are nested not as they do on loading (fixtures/README.md). */
const NESTED_QUOTA = '/zookeeper/quota/limited/zookeeper_stats';

function lettersOf(perms: number): string {
  return [4, 8, 1, 2, 16].map((bit, i) => ((perms & bit) === 0 ? '' : 'cdrwa'[i])).join('');
}

/** A row as the client would have seen it. */
function asClient(row: Record<string, unknown>): Record<string, unknown> {
  const kind = row.kind as string;
  const data = row.data as string | null;
  return {
    path: row.path,
    dataBase64: data === null ? null : Buffer.from(data, row.dataEncoding as 'utf8').toString('base64'),
    ...{ czxid: row.czxid, mzxid: row.mzxid, pzxid: row.pzxid },
    ephemeralOwner: kind === 'ephemeral' ? row.ephemeralOwner : '0x0',
    ctime: Date.parse(row.ctime as string),
    mtime: Date.parse(row.mtime as string),
    version: row.version,
    cversion: (2 * (row.cversion as number) - (row.numChildren as number)) | 0,
    aversion: row.aversion,
    dataLength: row.dataLength,
    numChildren: row.numChildren,
    acl: row.acl,
  };
}

describe('export of a tree', () => {
  it('has fixtures to compare with', () => expect(final.length).toBeGreaterThan(5));

  for (const { name, dir, servers } of final) {
    it(`equals what a client read: ${name}`, async () => {
      const client: ClientZnode[] = rowsOf(readFileSync(join(dir, 'client.ndjson'), 'utf8')) as never;
      const logDir =
        servers[0]!.logDir === servers[0]!.dir ? [] : ['--log-dir', join(dir, servers[0]!.logDir)];
      const { code, stdout } = await zoolog(['export', join(dir, servers[0]!.dir), ...logDir]);
      expect(code).toBe(0);
      const expected = client.map(({ acl, ...znode }) => ({
        ...znode,
        acl: acl.map(({ perms, scheme, id }) => ({ scheme, id, perms: lettersOf(perms) })),
      }));
      const rows = rowsOf(stdout).map(asClient);
      const byPath = (a: { path?: unknown }, b: { path?: unknown }) =>
        String(a.path) < String(b.path) ? -1 : 1;
      const settled = (all: readonly { readonly path?: unknown }[]) =>
        all.map((one) => (one.path === NESTED_QUOTA ? { ...one, dataBase64: '', dataLength: 0 } : one));
      expect(settled(rows).sort(byPath)).toEqual(settled(expected).sort(byPath));
    });
  }

  it('is in canonical order: parents first, siblings by bytes', async () => {
    const { stdout } = await zoolog(['export', 'fixtures/standalone-3.8.6', '--data', 'none']);
    const paths = rowsOf(stdout).map((row) => String(row.path));
    const keyed = paths.map((path) => Buffer.from(path === '/' ? '' : path.replaceAll('/', '\x00')));
    expect(keyed).toEqual([...keyed].sort(Buffer.compare));
    expect(paths.slice(0, 4)).toEqual(['/', '/A', '/a', '/a/b']);
  });

  it('has the same rows in the order of the file, and as csv and json', async () => {
    const lines = async (...args: string[]) => {
      return (await zoolog(['export', 'fixtures/standalone-3.8.6', ...args])).stdout;
    };
    const canonical = await lines();
    const byFile = await lines('--order', 'file');
    expect(byFile).not.toBe(canonical);
    expect(byFile.split('\n').sort()).toEqual(canonical.split('\n').sort());
    const json = JSON.parse(await lines('--format', 'json'));
    expect(json.rows).toEqual(rowsOf(canonical));
    expect(json).toMatchObject({ zxid: '0x1c4', laterTxns: 0, complete: true, problems: [] });
    const csv = await lines('--format', 'csv');
    expect(
      csv
        .split('\n')[0]!
        .split(',')
        .filter((key) => key !== 'pathBase64'),
    ).toEqual(Object.keys(json.rows[0]));
  });
});

describe('get and stat', () => {
  it('print what export has', async () => {
    for (const path of ['/binary', '/acl/several', '/ttl/stays', '/']) {
      const all = rowsOf((await zoolog(['export', 'fixtures/standalone-3.8.6', '--evidence'])).stdout);
      const row = all.find((one) => one.path === path)!;
      const got = JSON.parse(
        (await zoolog(['get', 'fixtures/standalone-3.8.6', path, '--format', 'json'])).stdout,
      );
      expect(got).toEqual(row);
      const stat = (await zoolog(['stat', 'fixtures/standalone-3.8.6', path, '--format', 'json'])).stdout;
      const { data, dataEncoding, file, offset, length, ...rest } = row;
      const clientCversion = 2 * (row.cversion as number) - (row.numChildren as number);
      expect(JSON.parse(stat)).toEqual({ ...rest, clientCversion });
    }
  });
});
