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

describe('a leader that died with txns that only it had', () => {
  const index = join(folder.path, 'dead.db');
  const E = 'fixtures/ensemble-3.8.6';
  beforeAll(() => {
    const servers = ['zk1', 'zk2', 'dead-leader'].map((name) => ({ name, dir: openDataDir(join(E, name)) }));
    buildIndex(index, [{ name: 'prod', servers }], { snapshots: 'all' });
  });

  // MADE.md: dead-leader's last record is 0x100000525, those of the others were 0x10000051a and 0x100000521; its log
  // holds a setACL of this znode at 0x100000524, and the epoch after it another one with the same version.
  const rows = async (...args: readonly string[]) => {
    const { stdout, stderr } = await zoolog(['history', index, ...args, '--format', 'ndjson']);
    expect(stderr).not.toContain('history-disagrees');
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  test('a history leaves them out', async () => {
    const found = await rows('/load/data/117');
    const changes = found
      .filter(({ type }) => type === 'setACL')
      .map(({ zxid, version, commit }) => [zxid, version, commit]);
    expect(changes.slice(-2)).toEqual([
      ['0x10000036f', 1, 'committed'],
      ['0x20000008e', 2, 'committed'],
    ]);
  });

  test('--all-copies shows them, and goes on without them', async () => {
    const found = await rows('/', '--subtree', '--all-copies');
    const lost = found.filter(({ commit }) => commit === 'single-copy').map(({ zxid }) => zxid);
    expect(lost).toEqual(['0x100000522', '0x100000523', '0x100000524']);
    const { stdout } = await zoolog(['blame', index, '/load/data/117', '--all-copies', '--format', 'ndjson']);
    expect(stdout).toContain('"what":"acl","zxid":"0x20000008e"');
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
