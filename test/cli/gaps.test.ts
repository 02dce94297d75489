// A negative answer over a hole in the logs is no answer: every command that reads a history says so.
import { cpSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const SERVER = join(PROJECT, 'fixtures/standalone-3.9.5');
const folder = useTempDir();
const copy = (name: string) => {
  const path = join(folder.path, name);
  cpSync(SERVER, path, { recursive: true });
  return path;
};

describe('a directory without one of its logs', () => {
  // MADE by a server: log.d2 holds 0xd2 to 0x135, log.136 follows.
  let path = '';
  const index = () => join(folder.path, 'case.db');
  beforeAll(async () => {
    path = copy('without');
    rmSync(join(path, 'version-2/log.d2'));
    await zoolog(['index', '-o', index(), path]);
  });

  test.each([
    ['inspect', () => ['inspect', path]],
    ['log', () => ['log', path]],
    ['log as ndjson', () => ['log', path, '--format', 'ndjson']],
    ['log of one path', () => ['log', path, '--path', '/sequence/n-0000000003']],
    ['log of an index', () => ['log', index()]],
    ['inspect of an index', () => ['inspect', index()]],
  ])('%s says which zxids are missing, and where', async (_, args) => {
    const { stderr } = await zoolog(args());
    expect(stderr).toMatch(
      /log\.136: byte 16 .*expected zxid 0xd2, found 0x136: 100 txns missing \[log-gap\]/,
    );
  });

  test('inspect lists it among the problems in json', async () => {
    const { stdout } = await zoolog(['inspect', path, '--format', 'json']);
    const { problems } = JSON.parse(stdout) as { problems: { code: string; severity: string }[] };
    expect(problems.map(({ code }) => code)).toContain('log-gap');
  });
});

test('a log that was cut, and is not the last, leaves a gap', async () => {
  const path = copy('cut');
  truncateSync(join(path, 'version-2/log.d2'), 5550);
  const { stderr } = await zoolog(['inspect', path]);
  expect(stderr).toContain('[log-gap]');
});

test('a whole directory has no gap', async () => {
  const { stderr } = await zoolog(['inspect', SERVER]);
  expect(stderr).toBe('');
});

test('inspect finds a log, and a snapshot, under the name of another zxid', async () => {
  const path = copy('renamed');
  renameSync(join(path, 'version-2/log.d2'), join(path, 'version-2/log.d0'));
  renameSync(join(path, 'version-2/snapshot.1c4'), join(path, 'version-2/snapshot.fff'));
  const { stderr } = await zoolog(['inspect', path]);
  expect(stderr).toMatch(/log\.d0: .*expected zxid 0xd0, as the name says, found 0xd2 \[log-first-zxid\]/);
  expect(stderr).toMatch(
    /snapshot\.fff: .*expected zxid 0xfff, as the name says, found 0x1c4 \[snapshot-name-zxid\]/,
  );
});

test('a check outside of a multi is named as what stops a server', async () => {
  const { stderr } = await zoolog(['inspect', join(PROJECT, 'fixtures/poison-3.7.2')]);
  expect(stderr).toContain('[txn-poison]');
});
