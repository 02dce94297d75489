// One question, three kinds of SOURCE: a snapshot file (where no txn follows it), the directory it lies in, an index.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const TREE_COMMANDS: readonly (readonly string[])[] = [
  ['ls', '/', '--long', '--format', 'ndjson'],
  ['find', '--format', 'ndjson', '--evidence'],
  ['find', '--kind', 'ephemeral', '--format', 'csv'],
  ['du', '--format', 'ndjson'],
  ['du', '--by-pattern', '--format', 'ndjson'],
  ['stat', '/zookeeper'],
  ['export', '--format', 'ndjson', '--evidence'],
];

const TXN_COMMANDS: readonly (readonly string[])[] = [
  ['log', '--format', 'ndjson'],
  ['log', '--failed', '--format', 'csv'],
  ['log', '--op', 'create,multi,delete', '--format', 'ndjson', '--data', 'hex'],
  ['export', '--what', 'txns', '--format', 'ndjson'],
  ['top', '--limit', '0', '--format', 'ndjson'],
  ['top', '--histogram', '--format', 'csv'],
];

async function rows([verb, ...rest]: readonly string[], source: string): Promise<string> {
  // The znode comes behind the SOURCE, options wherever.
  const { code, stdout } = await zoolog([verb!, source, ...rest]);
  expect(code).toBe(0);
  return stdout;
}

let finals = 0;

for (const fixture of fixtures()) {
  const server = fixture.servers[0]!;
  // A killed server's newest snapshot can be a broken one, which a directory passes over and a file does not.
  if (server.broken.length > 0 || fixture.name.startsWith('poison')) continue;
  describe(fixture.name, () => {
    const path = join(fixture.dir, server.dir);
    const options = server.logDir === server.dir ? [] : ['--log-dir', join(fixture.dir, server.logDir)];
    const dir = openDataDir(path, options.length === 0 ? {} : { logDir: options[1] });
    const newest = dir.snapshots.at(-1)!;
    const isFinal = newest.zxid === BigInt(server.lastLoggedZxid);
    finals += isFinal ? 1 : 0;
    const folder = useTempDir();
    const index = (snapshots: 'newest' | 'all' = 'newest') => {
      const file = join(folder.path, `${snapshots}.db`);
      if (!existsSync(file)) buildIndex(file, [{ name: 'c', servers: [{ name: 's', dir }] }], { snapshots });
      return file;
    };

    test.each(TREE_COMMANDS)('%s %s gives the same from file, directory and index', async (...command) => {
      const fromDirectory = await rows([...command, ...options], path);
      expect(fromDirectory).not.toBe('');
      expect(await rows(command, index())).toBe(fromDirectory);
      if (isFinal) expect(await rows(command, newest.path)).toBe(fromDirectory);
    });

    test('the session table is the same from file and directory at its zxid', async () => {
      const command = ['sessions', '--format', 'ndjson', ...options] as const;
      const atZxid = await zoolog([command[0], `${path}@0x${newest.zxid.toString(16)}`, ...command.slice(1)]);
      // What ends later may be in a fuzzy snapshot only, and its tree can be had from a later zxid on.
      if (atZxid.code === 0 && !server.fuzzy.includes(newest.name)) {
        expect(await rows(['sessions', '--format', 'ndjson'], newest.path)).toBe(atZxid.stdout);
      }
    });

    test('the lives of sessions are the same from directory and index', async () => {
      const command = ['sessions', '--format', 'ndjson'];
      expect(await rows(command, index('all'))).toBe(await rows([...command, ...options], path));
    });

    test.each(TXN_COMMANDS)('%s %s gives the same from directory and index', async (...command) => {
      const fromIndex = await rows(command, index());
      // The one voter of an ensemble of one commits what it logs, and an index looks who votes.
      const isOwnQuorum = fixture.name.startsWith('reconfig');
      const plain = fromIndex.replaceAll(',"commit":"committed"', '').replaceAll(',committed,', ',,');
      expect(plain === fromIndex).toBe(!isOwnQuorum || command[0] === 'top');
      expect(plain).toBe(await rows([...command, ...options], path));
    });
  });
}

test('many fixtures have a newest snapshot that no txn follows', () => {
  expect(finals).toBeGreaterThan(fixtures().length / 4);
});
