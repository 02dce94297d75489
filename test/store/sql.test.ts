import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { openSql } from '../../src/store/sql.js';
import { useTempDir } from '../support/fixtures.js';
import { create, creates, logBytes } from '../support/log-spec.js';
import { caught } from '../support/read-all.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { build, writeFiles } from './indexes.js';

const temp = useTempDir();
const znodes = [...NEW_TREE, { path: Buffer.from([0x2f, 0xff]) }, { path: '/é' }, { path: '/é/b' }];
const folder = writeFiles(join(temp.path, 'version-2'), { 'snapshot.1': snapshotBytes({ znodes }) });
const { file } = build(join(temp.path, 'case.db'), [folder]);
const session = openSql(file);
afterAll(() => session.close());
const all = (sql: string) => [...session.query(sql).rows];
const one = (sql: string) => all(`SELECT ${sql}`)[0]![0];

test('gives columns and rows, integers with all their bits', () => {
  const { columns, rows } = session.query(
    "SELECT 9223372036854775807 AS big, 1.5 AS real, NULL, x'00ff' AS bytes, 1 AS big",
  );
  expect(columns).toEqual(['big', 'real', 'NULL', 'bytes', 'big']);
  expect([...rows]).toEqual([[2n ** 63n - 1n, 1.5, null, Buffer.from([0, 255]), 1n]]);
});

test('takes comments, lower case and a last semicolon', () => {
  expect(all('-- a note\n/* and\nanother */ select 1;')).toEqual([[1n]]);
  expect(all('VALUES (1), (2)')).toEqual([[1n], [2n]]);
  expect(all('WITH t(x) AS (SELECT 3) SELECT x FROM t')).toEqual([[3n]]);
});

test('reads rows as they are asked for, and can be asked again meanwhile', () => {
  const rows = session.query('SELECT id FROM path ORDER BY id').rows[Symbol.iterator]();
  expect(rows.next().value).toEqual([1n]);
  expect(one('count(*) FROM znode')).toBe(7n);
  expect(rows.next().value).toEqual([2n]);
  rows.return?.();
});

describe('the functions', () => {
  test('hex_id shows 64 bits unsigned', () => {
    expect(one('hex_id(255)')).toBe('0xff');
    expect(one('hex_id(-1)')).toBe('0xffffffffffffffff');
    expect(one('hex_id(NULL)')).toBe(null);
  });

  test('iso shows a time, or the number where that is none', () => {
    expect(one('iso(0)')).toBe('1970-01-01T00:00:00.000Z');
    expect(one('iso(9223372036854775807)')).toBe('9223372036854775807');
  });

  test('path_of and id_of are each other’s inverse', () => {
    const paths = all('SELECT path_of(id) FROM path ORDER BY id').map(([path]) => path);
    expect(paths).toEqual([
      '/',
      '/zookeeper',
      '/zookeeper/config',
      '/zookeeper/quota',
      '/\\xff',
      '/é',
      '/é/b',
    ]);
    expect(all('SELECT id_of(path_of(id)) = id FROM path').flat()).toEqual(paths.map(() => 1n));
    expect(one("id_of('/none')")).toBe(null);
    expect(one('path_of(99)')).toBe(null);
  });

  test('say what they want', () => {
    expect((caught(() => one("hex_id('x')")) as Error).message).toContain('hex_id() wants an integer');
  });
});

const other = join(temp.path, 'other.db');
test.each([
  ['nothing', ''],
  ['only a comment', '-- SELECT'],
  ['two statements', 'SELECT 1; SELECT 2'],
  ['INSERT', "INSERT INTO meta VALUES ('a', 'b')"],
  ['INSERT behind WITH', "WITH t(x) AS (SELECT 'a') INSERT INTO meta SELECT x, x FROM t RETURNING key"],
  ['DELETE', 'DELETE FROM znode'],
  ['CREATE TEMP TABLE', 'CREATE TEMP TABLE t (x)'],
  ['ATTACH', `ATTACH '${other}' AS other`],
  ['VACUUM INTO', `VACUUM INTO '${other}'`],
  ['a PRAGMA that writes', 'PRAGMA user_version = 7'],
  ['a PRAGMA behind a comment', '/* SELECT */ PRAGMA journal_mode = wal'],
  ['a transaction', 'BEGIN'],
  ['writefile', `SELECT writefile('${other}', 'x')`],
  ['readfile', "SELECT readfile('/etc/passwd')"],
  ['load_extension', "SELECT load_extension('x')"],
  ['fts3_tokenizer', "SELECT fts3_tokenizer('simple', x'00')"],
  ['a parameter', 'SELECT ?'],
])('%s is refused, and changes nothing', (_, sql) => {
  const before = readFileSync(file);
  const error = caught(() => all(sql));
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).message).not.toBe('');
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(() => readFileSync(other)).toThrow();
});

test('an error has the words of SQLite and the place', () => {
  const message = (sql: string) => (caught(() => all(sql)) as UsageError).message;
  expect(message('SELECT 1 FORM path')).toBe('near "path": syntax error (character 15)');
  expect(message('SELECT nonsense FROM path')).toBe('no such column: nonsense (character 8)');
  expect(message('SELECT abs(-9223372036854775808)')).toBe('integer overflow');
});

test('zxids of the views compare as numbers, and are there in hex too', () => {
  const txns = (value: string) => creates(20).map((txn) => ({ ...txn, ...create(`/${txn.zxid}`, value) }));
  const folders = ['a', 'b'].map((value) =>
    writeFiles(join(temp.path, `views-${value}`, 'version-2'), {
      'snapshot.14': snapshotBytes({ znodes: NEW_TREE }),
      'log.1': logBytes({ txns: txns(value) }),
    }),
  );
  const { file } = build(join(temp.path, 'views.db'), folders);
  const session = openSql(file);
  const ask = (sql: string) => [...session.query(sql).rows];
  for (const view of ['history', 'copies', 'forks']) {
    const sql = `SELECT DISTINCT zxid_hex FROM ${view} WHERE zxid BETWEEN 9 AND 0x11 ORDER BY zxid DESC`;
    const expected = [0x11, 0x10, 0xf, 0xe, 0xd, 0xc, 0xb, 0xa, 9].map((zxid) => [`0x${zxid.toString(16)}`]);
    expect([view, ask(sql)]).toEqual([view, expected]);
  }
  expect(ask('SELECT DISTINCT snapshot_zxid, snapshot_zxid_hex FROM tree')).toEqual([[20n, '0x14']]);
  for (const name of ['czxid', 'mzxid', 'pzxid']) {
    const sql = `SELECT count(*) FROM tree WHERE typeof(${name}) = 'integer' AND ${name}_hex = hex_id(${name})`;
    expect(ask(sql)).toEqual(ask('SELECT count(*) FROM tree'));
  }
  session.close();
});
