// compare: an index and what it was made of are the same.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, fixtures, useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const temp = useTempDir();

const SERVERS = fixtures().flatMap(({ name, dir, servers }) =>
  servers
    .filter(({ records }) => records > 0)
    .map((server) => {
      const inside = servers.length === 1 ? '' : server.dir;
      return { name: join(name, inside), dir: join(dir, inside), records: server.records };
    }),
);

describe('an index and its directory', () => {
  it.each(SERVERS)('are the same: $name', async ({ name, dir, records }) => {
    const file = join(temp.path, `${name.replaceAll('/', '-')}.db`);
    await zoolog(['index', '-o', file, `a=${dir}`]);
    const { code, stdout } = await zoolog(['compare', file, dir, '--format', 'json']);
    const told = JSON.parse(stdout);
    expect([code, told.rows, told.different]).toEqual([0, [], 0]);
    expect(told.members.map(({ txns }: { txns: number }) => txns)).toEqual([records, records]);
  });
});

describe('an index without data', () => {
  it.each(['load-3.4.14', 'standalone-3.9.5'])('differs in nothing but is no proof: %s', async (name) => {
    const file = join(temp.path, `${name}-bare.db`);
    const dir = join(FIXTURES, name);
    await zoolog(['index', '-o', file, '--no-data', `a=${dir}`]);
    const { code, stdout, stderr } = await zoolog(['compare', file, dir, '--format', 'json']);
    expect([code, JSON.parse(stdout).rows]).toEqual([3, []]);
    expect(stderr).toContain('only lengths of data are equal');
  });
});
