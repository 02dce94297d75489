// Paths that occur nowhere: an empty answer says so, in every format and of every SOURCE.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { zoolog } from './run-cli.js';

const F = 'fixtures/standalone-3.8.6';
const dir = useTempDir();
const db = join(dir.path, 'case.db');
const overlapping = join(dir.path, 'zk', 'version-2');
beforeAll(async () => {
  expect((await zoolog(['index', '-o', db, F, '-q'])).code).toBe(0);
  mkdirSync(overlapping, { recursive: true });
  for (const name of ['log.1', 'log.2']) copyFileSync(`${F}/version-2/log.1`, join(overlapping, name));
});

describe('log', () => {
  it.each(['table', 'json', 'ndjson', 'csv'])('says that no txn has the path (%s)', async (format) => {
    for (const source of [F, `${F}/version-2/log.1`, overlapping, db]) {
      const ask = async (...args: string[]) => {
        const { code, stderr } = await zoolog(['log', source, '--format', format, ...args]);
        expect(code).toBe(0);
        return stderr.replaceAll(/zoolog: (warning|.* hole).*\n/g, '');
      };
      const name = source === db ? `${db}#standalone-3.8.6` : source;
      expect(await ask('--subtree', '/nope')).toBe(
        `zoolog: no txn in ${name} has a path at or below /nope\n`,
      );
      expect(await ask('--path', '/nope')).toBe(`zoolog: no txn in ${name} has the path /nope\n`);
      expect(await ask('--path', '/no/**')).toBe(`zoolog: no txn in ${name} has the path /no/**\n`);
      expect(await ask('--path', '/plain', '--subtree', '/nope')).toContain('/nope\n');
      // What occurs is not called absent, whatever else keeps it out.
      expect(await ask('--subtree', '/plain', '--from', '0xffff')).toBe('');
      expect(await ask('--path', '/plain', '--op', 'setACL')).toBe('');
      expect(await ask('--subtree', '/', '--session', '0x7')).toBe('');
    }
  });
});

describe('find', () => {
  it('says that there is no such znode to look below', async () => {
    for (const source of [F, `${F}/version-2/snapshot.1c4`, db]) {
      for (const format of ['table', 'json', 'ndjson']) {
        const { code, stdout, stderr } = await zoolog(['find', source, '/nope', '--format', format, '-q']);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toContain('zoolog: there is no znode /nope in ');
      }
    }
    expect((await zoolog(['find', F, '/plain', '--kind', 'ttl'])).code).toBe(0);
  });
});
