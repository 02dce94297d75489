// The same history from files and from an index of them with all their snapshots.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const folder = useTempDir();

const DIRS = [
  'standalone-3.4.14',
  'standalone-3.9.5',
  'load-3.5.10',
  'load-3.9.5',
  'unlogged-3.5.10',
  'ensemble-3.8.6/zk2',
] as const;

describe.each(DIRS)('%s', (name) => {
  const dir = join('fixtures', name);
  const index = join(folder.path, `${name.replace('/', '-')}.db`);
  beforeAll(() => {
    const servers = [{ name: 's', dir: openDataDir(dir) }];
    buildIndex(index, [{ name: 'c', servers }], { snapshots: 'all' });
  });

  const stdout = async (verb: string, source: string, ...args: readonly string[]) => {
    const ran = await zoolog([verb, source, ...args, '--format', 'ndjson']);
    expect(ran.code).toBe(0);
    // Only an index of several servers can know of it.
    return ran.stdout.replaceAll(/"commit":"\w+",/g, '');
  };

  test.each([
    ['history', '/', '--subtree'],
    ['history', '/', '--subtree', '--reverse', '--from', '0x100'],
    ['history', '/'],
    ['history', '/ephemeral', '--subtree', '--data', 'hex'],
    ['blame', '/', '--recursive'],
    ['blame', '/'],
    ['blame', '/', '--children'],
  ])('%s %s %s', async (verb, ...args) => {
    if (args[0] === '/ephemeral' && !name.startsWith('standalone')) return;
    const fromFiles = await stdout(verb, dir, ...args);
    if (args[1] === '--subtree' && args.length === 2) expect(fromFiles).not.toBe('');
    expect(await stdout(verb, index, ...args)).toBe(fromFiles);
  });

  test('single znodes', async () => {
    const rows = (await stdout('history', dir, '/', '--subtree'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const paths = [...new Set(rows.map(({ path }) => path as string))];
    for (const path of paths.filter((_, i) => i % Math.ceil(paths.length / 15) === 0)) {
      expect(await stdout('history', index, path)).toBe(await stdout('history', dir, path));
      expect((await zoolog(['blame', index, path])).code).toBe((await zoolog(['blame', dir, path])).code);
    }
  });
});

test('snapshots that are not loaded cannot tell, and that is said', async () => {
  const index = join(folder.path, 'newest.db');
  const dir = openDataDir('fixtures/load-3.9.5');
  buildIndex(index, [{ name: 'c', servers: [{ name: 's', dir }] }]);
  const { stderr } = await zoolog(['history', index, '/load']);
  expect(stderr).toContain(
    `of ${dir.snapshots.length - 1} snapshots only the headers are in the index, so they cannot tell`,
  );
});
