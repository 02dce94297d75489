// An index that SQLite takes for whole and whose rows contradict each other: a bit changed on disk, or somebody wrote to it.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { IndexError } from '../../src/errors.js';
import { openedIndexes } from '../../src/store/database.js';
import { zoolog } from '../cli/run-cli.js';
import { useTempDir } from '../support/fixtures.js';
import { buildLog, create } from '../support/log-spec.js';
import { caught } from '../support/read-all.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { build, withIndex, writeFiles } from './indexes.js';

const temp = useTempDir();
// A process of the command line opens those of one command.
beforeEach(() => openedIndexes.clear());
const folder = writeFiles(join(temp.path, 'version-2'), {
  'snapshot.1': snapshotBytes({
    znodes: [{ path: '' }, { path: '/a' }, { path: '/a/b' }, { path: '/c' }, { path: '/c' }],
  }),
  'log.2': buildLog({ txns: [{ zxid: 2n, ...create('/a/b/d') }] }).bytes,
});

/** An index on which `sql` was run. */
function changed(name: string, sql: string): string {
  const { file } = build(join(temp.path, name), [folder], { snapshots: 'all' });
  const database = new Database(file);
  database.exec(sql);
  database.close();
  return file;
}

/** Changes the text of the schema, which SQLite then believes. */
function writeSchema(file: string, from: string, to: string): void {
  const database = new Database(file);
  database.unsafeMode(true);
  database.pragma('writable_schema = on');
  database.prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?)').run(from, to);
  database.close();
}

const inFileOrder = (file: string) =>
  withIndex(file, (reader) => [
    ...reader.tree(reader.snapshots()[0]!).inFileOrder({ data: false, numChildren: false }),
  ]);

const txns = (file: string) =>
  withIndex(file, (reader) => [...reader.txns({ clusterId: 1, serverId: null }, {})]);

describe('an index whose rows contradict each other', () => {
  const cases: [string, string][] = [
    ['a path whose parent is gone', "DELETE FROM path WHERE name = 'a'"],
    [
      'paths in a circle',
      "UPDATE path SET parent_id = (SELECT id FROM path WHERE name = 'd') WHERE name = 'a'",
    ],
    ['a path that is its own parent', "UPDATE path SET parent_id = id WHERE name = 'a'"],
  ];
  test.each(cases)('is refused in one line: %s', (name, sql) => {
    const file = changed(`${name}.db`, sql);
    for (const read of [inFileOrder, txns]) {
      const error = caught(() => read(file)) as IndexError;
      expect(error).toBeInstanceOf(IndexError);
      expect([error.file, error.reason]).toEqual([
        file,
        expect.stringMatching(/^is damaged: path \d+ (is missing|has parent \d+, which cannot)/),
      ]);
      expect(error.hint).toMatch(/zoolog index/);
    }
  });

  test('shows a problem whose code it does not know', () => {
    const file = changed('code.db', "UPDATE problem SET code = 'of-tomorrow'");
    const problems = withIndex(file, (reader) => reader.problems());
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['of-tomorrow', 'warning']]);
  });

  test('is called damaged, not a bug of ours, where a value cannot be in a column', async () => {
    const { file } = build(join(temp.path, 'value.db'), [folder], { snapshots: 'all' });
    const strict = 'ephemeral_owner INTEGER NOT NULL';
    const lax = 'ephemeral_owner INTEGER /*S*/ ';
    writeSchema(file, strict, lax);
    const database = new Database(file);
    database.exec('UPDATE znode SET ephemeral_owner = NULL');
    database.close();
    writeSchema(file, lax, strict);
    const { code, stderr } = await zoolog(['export', file, '-q', '--order', 'file']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^zoolog: .*value.db: is damaged: NULL value in znode.*zoolog index\n$/),
    ]);
  });

  test('is not written on where a column has another name', async () => {
    const file = changed('again.db', 'ALTER TABLE log RENAME COLUMN last_offset TO lbst_offset');
    const { code, stderr } = await zoolog(['index', '-o', file, `c=s0:${folder}`, '-q']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/again.db: is not a whole index: table log is not as zoolog makes it; copy/),
    ]);
  });

  test('is refused with code 3 where a column has another name', async () => {
    const sql = 'ALTER TABLE znode RENAME COLUMN data TO dbta';
    const { code, stderr } = await zoolog(['ls', changed('column.db', sql), '-q']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/column.db: is not a whole index: table znode is not .*zoolog index\n$/),
    ]);
  });
});
