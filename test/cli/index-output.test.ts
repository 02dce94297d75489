import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const folder = useTempDir();

test('an index is not made inside a directory that is read', async () => {
  const server = join(folder.path, 'zk1');
  cpSync(join(PROJECT, 'fixtures/empty-3.9.5'), server, { recursive: true });
  const files = readdirSync(join(server, 'version-2'));
  const { code, stderr } = await zoolog(['index', '-o', join(server, 'version-2/case.db'), server]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('never written to') });
  expect(readdirSync(join(server, 'version-2'))).toEqual(files);
});
