import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT, useTempDir } from '../support/fixtures.js';
import { creates, logBytes } from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
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

test('an index is not made where no file can be', async () => {
  const source = 'fixtures/empty-3.9.5';
  const taken = join(folder.path, 'a-folder');
  mkdirSync(taken);
  const file = folder.write('a-file', '');
  for (const [place, said] of [
    ['', 'name a file'],
    [`${join(folder.path, 'x')}/`, 'name a file'],
    [join(folder.path, 'absent', 'case.db'), 'make it first'],
    [join(file, 'case.db'), 'is no folder'],
    [taken, 'is a directory'],
    [join(folder.path, 'snapshot.5'), 'a server would take it'],
  ] as const) {
    const { code, stdout, stderr } = await zoolog(['index', '-o', place, source]);
    expect([place, code, stdout]).toEqual([place, 2, '']);
    expect(stderr).toMatch(/^zoolog: [^\n]*; [^\n]*\n$/);
    expect(stderr).toContain(said);
  }
});

test('snapshots that are not there are an error of usage, said once', async () => {
  const file = join(folder.path, 'choice.db');
  for (const [choice, said] of [
    ['0x99', 'zoolog: no server has a snapshot 0x99; empty-3.9.5/empty-3.9.5 has 0x0\n'],
    [',', 'zoolog: --snapshots: names none; type newest, all, or zxids with commas\n'],
  ] as const) {
    const { code, stdout, stderr } = await zoolog([
      'index',
      '-o',
      file,
      'fixtures/empty-3.9.5',
      '--snapshots',
      choice,
    ]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: said });
    expect(existsSync(file)).toBe(false);
  }
});

test('indexing again says what was new', async () => {
  const file = join(folder.path, 'again.db');
  const input = join(folder.path, 'in', 'version-2');
  mkdirSync(input, { recursive: true });
  const log = (txns: number) => writeFileSync(join(input, 'log.1'), logBytes({ txns: creates(txns) }));
  const run = async () => {
    const { code, stdout } = await zoolog(['index', '-o', file, input]);
    expect(code).toBe(0);
    return stdout.slice(file.length).replace(/ in \d+ s\n$/, '');
  };
  log(3);
  expect(await run()).toBe(': 1 cluster, 1 server, 0 znodes, 3 txns, 1 file read');
  expect(await run()).toBe(': 1 cluster, 1 server, 0 znodes, 3 txns (0 new); 1 file: 1 unchanged');
  log(5);
  writeFileSync(join(input, 'snapshot.2'), snapshotBytes({ znodes: NEW_TREE }));
  expect(await run()).toBe(': 1 cluster, 1 server, 4 znodes, 5 txns (2 new); 2 files: 1 grown, 1 new');
  rmSync(join(input, 'snapshot.2'));
  log(1);
  expect(await run()).toBe(': 1 cluster, 1 server, 4 znodes, 1 txn; 1 file: 1 read again, 1 gone');
});

test('an index with data cannot be made one without', async () => {
  const file = join(folder.path, 'data.db');
  const run = (...args: string[]) => zoolog(['index', '-o', file, 'fixtures/empty-3.9.5', ...args]);
  expect((await run()).code).toBe(0);
  expect(await run('--no-data')).toEqual({
    code: 2,
    stdout: '',
    stderr: `zoolog: ${file} has data in it; write an index without data to another file\n`,
  });
});
