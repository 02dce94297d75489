// export -o -: stdout, as with other tools.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { zoolog } from './run-cli.js';

test.each(['ndjson', 'zkcli'])('- is stdout, and no file: %s', async (format) => {
  const args = ['export', 'fixtures/empty-3.9.5', '--format', format];
  const ran = await zoolog([...args, '-o', '-']);
  expect(ran).toEqual(await zoolog(args));
  expect(existsSync('-')).toBe(false);
});

test('- is no folder', async () => {
  const { code, stderr } = await zoolog(['export', 'fixtures/empty-3.9.5', '--format', 'files', '-o', '-']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--format files makes a folder')]);
});
