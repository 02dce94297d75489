// export --format zkcli: the script is there though znodes are left out, and each of them is named.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

const LOAD = 'fixtures/load-3.9.5';
const temp = useTempDir();

test('with --output the file is what stdout would be, and every znode that is left out is named', async () => {
  const { stdout } = await zoolog(['export', LOAD, '/load', '--format', 'zkcli']);
  const file = join(temp.path, 'load.zkcli');
  const { code, stderr } = await zoolog(['export', LOAD, '/load', '--format', 'zkcli', '-o', file]);
  expect(code).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe(stdout);
  const found = await zoolog([
    'find',
    LOAD,
    '--path',
    '/load/**',
    '--kind',
    'ephemeral',
    '--format',
    'ndjson',
  ]);
  const ephemerals = rowsOf(found.stdout).map(({ path }) => path);
  expect(ephemerals.length).toBeGreaterThan(40);
  for (const path of ephemerals) expect(stderr).toContain(`left out: ${path}: it is an ephemeral`);
  expect(stderr).toContain(`the script makes all but the ${ephemerals.length} left out`);
});

test('where there is no such znode there is no file, which is said', async () => {
  const file = join(temp.path, 'none.zkcli');
  const { code, stderr } = await zoolog(['export', LOAD, '/none', '--format', 'zkcli', '-o', file]);
  expect([code, existsSync(file)]).toEqual([1, false]);
  expect(stderr).toContain(`${file} is not made`);
});
