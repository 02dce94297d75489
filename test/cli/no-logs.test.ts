// Where the logs of a server lie elsewhere, a tree or history without them says so.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

const dir = useTempDir();
const server = join(dir.path, 'zk1');
const data = join(server, 'data');
const log = join(server, 'log');
const db = join(dir.path, 'case.db');
beforeAll(async () => {
  for (const name of ['data', 'log']) {
    cpSync(`fixtures/datalogdir-3.7.2/${name}`, join(server, name), { recursive: true });
  }
  rmSync(join(data, 'version-2', 'snapshot.1c4'));
  expect((await zoolog(['index', '-o', db, data, '-q'])).code).toBe(0);
});

const NOTE = `zoolog: ${data}: no logs here, so it is not known what came after its snapshots; `;
/** What a tree says of itself: the newest snapshot that is here, and its block says where it ends. */
const asOf = (name: string) => `zoolog: ${name}: the tree at 0x1ba, exact\n`;
const ELSEWHERE = `${NOTE}if they lie elsewhere (dataLogDir), add --log-dir FOLDER\n`;

describe('a dataDir without logs', () => {
  it('says so in every command, in json with a null', async () => {
    for (const args of [
      ['ls'],
      ['du'],
      ['find'],
      ['export'],
      ['inspect'],
      ['log'],
      ['log', '--format', 'ndjson'],
    ]) {
      const { code, stderr } = await zoolog([args[0]!, data, ...args.slice(1)]);
      const isTree = ['ls', 'du', 'find', 'export'].includes(args[0]!);
      expect([args, code, stderr]).toEqual([args, 0, ELSEWHERE + (isTree ? asOf(data) : '')]);
    }
    const { stdout } = await zoolog(['ls', data, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ zxid: '0x1ba', laterTxns: null });
  });
  // The last txn of its logs is 0x1c4 (fixture.json).
  it('has what follows where --log-dir names its logs', async () => {
    const { stdout, stderr } = await zoolog(['ls', data, '--log-dir', log, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ zxid: '0x1c4', laterTxns: 0 });
    expect(stderr).toContain(`zoolog: ${data}: the tree at 0x1c4, exact\n`);
  });
  it('is the same in an index', async () => {
    const { stdout, stderr } = await zoolog(['ls', db, '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ laterTxns: null });
    expect(stderr).toBe(
      `zoolog: ${db}#zk1: no logs were indexed, so it is not known what came after its snapshots\n${asOf(`${db}#zk1`)}`,
    );
  });
});

describe('a zoo.cfg', () => {
  it('named as SOURCE says where snapshots and logs are', async () => {
    const cfg = join(server, 'there.cfg');
    writeFileSync(cfg, 'dataDir=data\ndataLogDir=log\n');
    const { stdout, stderr } = await zoolog(['log', cfg, '--format', 'ndjson', '--limit', '1']);
    expect([rowsOf(stdout).length, stderr]).toEqual([1, '']);
  });
  it('whose dataLogDir is not here is told, with what is read instead', async () => {
    const cfg = join(server, 'moved.cfg');
    writeFileSync(cfg, 'dataDir=data\ndataLogDir=/no/such/log\n');
    expect((await zoolog(['ls', cfg])).stderr).toBe(
      `${NOTE.replace(data, cfg)}its zoo.cfg has them in /no/such/log, add --log-dir FOLDER\n${asOf(cfg)}`,
    );
    writeFileSync(join(log, 'zoo.cfg'), 'dataDir=/x\ndataLogDir=/no/such/log\n');
    expect((await zoolog(['log', log, '--limit', '1'])).stderr).toBe(
      `zoolog: ${log}: its zoo.cfg has its logs in /no/such/log, and those beside its snapshots are read; add --log-dir FOLDER\n`,
    );
  });
});
