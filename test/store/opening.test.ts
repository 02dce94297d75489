// Opening what is not an index, or not a whole one.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { IndexError, UsageError } from '../../src/errors.js';
import { IndexReader } from '../../src/store/index-reader.js';
import { APPLICATION_ID, SCHEMA_VERSION, TABLES, VIEWS } from '../../src/store/schema.js';
import { useTempDir } from '../support/fixtures.js';
import { caught } from '../support/read-all.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { build, writeFiles } from './indexes.js';

const temp = useTempDir();
const folder = writeFiles(join(temp.path, 'version-2'), { 'snapshot.1': snapshotBytes() });
const { file } = build(join(temp.path, 'good.db'), [folder]);
const good = readFileSync(file);

/** A SQLite file on which `sql` was run. */
function sqlite(name: string, sql: string, bytes?: Buffer): string {
  const path = bytes === undefined ? join(temp.path, name) : temp.write(name, bytes);
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return path;
}

const bad: [string, string, RegExp][] = [
  ['a file that is not there', join(temp.path, 'none.db'), /no such index/],
  ['an empty file', temp.write('empty.db', ''), /no SQLite file/],
  [
    'a text',
    temp.write(
      'text.db',
      'SQLite, but not really, and long enough for a header of a hundred bytes'.repeat(4),
    ),
    /no SQLite file/,
  ],
  ['a snapshot', join(folder, 'snapshot.1'), /no SQLite file/],
  ['an index cut in the middle', temp.write('cut.db', good.subarray(0, good.length / 2)), /is cut/],
  ['an index cut in its header', temp.write('cut2.db', good.subarray(0, 50)), /is cut/],
  ['a database of others', sqlite('other.db', 'CREATE TABLE t (x)'), /not an index of zoolog/],
  [
    'an index of another schema',
    sqlite('newer.db', `PRAGMA user_version = ${SCHEMA_VERSION + 1}`, good),
    /schema version \d+/,
  ],
];
mkdirSync(join(temp.path, 'dir.db'));
bad.push(['a directory', join(temp.path, 'dir.db'), /is a directory/]);

test.each(bad)('%s is refused in one line', (_, path, reason) => {
  for (const open of [() => new IndexReader(path), () => build(path, [folder])]) {
    if (!path.endsWith('none.db')) {
      const error = caught(open) as IndexError;
      expect(error).toBeInstanceOf(IndexError);
      expect(error.file).toBe(path);
      expect(error.reason).toMatch(reason);
      if (!path.endsWith('dir.db')) expect(error.hint).toMatch(/zoolog index/);
      expect(error.message).not.toContain('\n');
    }
  }
  expect(caught(() => new IndexReader(path))).toBeInstanceOf(IndexError);
});

test('a folder that is not there is refused in one line', () => {
  const error = caught(() => build(join(temp.path, 'no', 'such', 'x.db'), [folder])) as IndexError;
  expect(error).toBeInstanceOf(IndexError);
  expect(error.message).not.toContain('\n');
});

test('data cannot be left out of an index that has some', () => {
  const error = caught(() => build(file, [folder], { withoutData: true }));
  expect(error).toBeInstanceOf(UsageError);
  expect(readFileSync(file).equals(good)).toBe(true);
});

test('an index is private, says what it is, and is never in WAL mode', () => {
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const database = new Database(file, { readonly: true });
  const pragma = (name: string) => database.pragma(name, { simple: true });
  expect(pragma('application_id')).toBe(APPLICATION_ID);
  expect(Buffer.from([0x7a, 0x6c, 0x6f, 0x67]).toString()).toBe('zlog');
  expect(pragma('application_id')).toBe(0x7a6c6f67);
  expect(pragma('user_version')).toBe(SCHEMA_VERSION);
  expect(pragma('journal_mode')).toBe('delete');
  expect(pragma('integrity_check')).toBe('ok');
  database.close();
});

test('every table has just the columns of its DDL, and each has a comment or says all by its name', () => {
  const database = new Database(file, { readonly: true });
  for (const { name, ddl } of TABLES) {
    const rows = database.pragma(`table_xinfo(${name})`) as { name: string }[];
    const columns = rows.map((column) => column.name);
    const lines = ddl
      .split('\n')
      .slice(1, -1)
      .filter((line) => !/^ {2}(PRIMARY KEY|UNIQUE)/.test(line));
    expect(
      lines.map((line) => line.trim().split(' ')[0]!.replaceAll('"', '')),
      name,
    ).toEqual(columns);
    const bare = lines.filter((line) => !line.includes('--')).map((line) => line.trim().split(' ')[0]);
    expect(bare, name).toEqual([]);
  }
  database.close();
});

test('every view can be read', () => {
  const database = new Database(file, { readonly: true });
  for (const { name } of VIEWS)
    expect(() => database.prepare(`SELECT * FROM ${name}`).all(), name).not.toThrow();
  expect(database.prepare('SELECT path, kind FROM tree ORDER BY path').all()).toEqual([
    { path: '/', kind: 'persistent' },
    { path: '/zookeeper', kind: 'persistent' },
    { path: '/zookeeper/config', kind: 'persistent' },
    { path: '/zookeeper/quota', kind: 'persistent' },
  ]);
  database.close();
});
