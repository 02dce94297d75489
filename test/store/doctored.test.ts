// Indexes that somebody or something altered: one line, exit code 3, and an end.
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { IndexError } from '../../src/errors.js';
import { damageOf } from '../../src/store/find-damage.js';
import { IndexReader } from '../../src/store/index-reader.js';
import { INDEXES, OWNER_INDEX, PATH_INDEX, TABLES, TXN_INDEX } from '../../src/store/schema.js';
import { zoolog } from '../cli/run-cli.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { caught } from '../support/read-all.js';
import { build } from './indexes.js';

const temp = useTempDir();
const folder = join(FIXTURES, 'standalone-3.9.5', 'version-2');
const { file: good } = build(join(temp.path, 'good.db'), [folder], { snapshots: 'all' });

let count = 0;
const copied = () => {
  const file = join(temp.path, `copy-${count++}.db`);
  copyFileSync(good, file);
  return file;
};

/** A copy of the index on which these statements were run. */
function doctored(...sql: string[]): string {
  const file = copied();
  const database = new Database(file);
  for (const statement of sql) database.exec(statement);
  database.close();
  return file;
}

const commands = (file: string): string[][] => [
  ['ls', file, '-R'],
  ['get', file, '/large', '--format', 'json'],
  ['stat', file, '/a'],
  ['find', file, '--kind', 'ephemeral'],
  ['du', file],
  ['log', file],
  ['log', file, '--subtree', '/load'],
  ['sessions', file],
  ['export', file, '--format', 'json'],
  ['export', file, '--what', 'txns', '--format', 'ndjson'],
  ['inspect', file],
  ['sql', file, 'SELECT count(path), max(data) FROM tree'],
  ['history', file, '/a', '--subtree'],
  ['ls', `${file}@0x50`, '-R'],
  ['index', '-o', file, `c=s0:${folder}`],
];

/** Runs every command; each ends in good order, and none calls it a bug. Returns the exit codes by command. */
async function runAll(file: string): Promise<Record<string, Set<number>>> {
  const codes: Record<string, Set<number>> = {};
  for (const args of commands(file)) {
    const { code, stderr } = await zoolog(args);
    expect([0, 1, 3], `${args.join(' ')}: ${stderr}`).toContain(code);
    expect(stderr).not.toContain('bug in zoolog');
    expect(stderr).not.toMatch(/^\s+at /m);
    codes[args[0]!] ??= new Set();
    codes[args[0]!]!.add(code);
  }
  return codes;
}

const idOf = (path: string) => `(SELECT id FROM path WHERE name = '${path}' AND parent_id = 1)`;

describe('a path', () => {
  const cases: [string, string[], RegExp][] = [
    ['that is its own parent', [`UPDATE path SET parent_id = id WHERE id = ${idOf('a')}`], /has parent/],
    [
      'of two that are each the parent of the other',
      [
        `CREATE TABLE two AS SELECT ${idOf('a')} AS a, ${idOf('sequence')} AS b`,
        'UPDATE path SET parent_id = (SELECT b FROM two) WHERE id = (SELECT a FROM two)',
        'UPDATE path SET parent_id = (SELECT a FROM two) WHERE id = (SELECT b FROM two)',
      ],
      /has parent/,
    ],
    [
      'whose parent is not there',
      [`UPDATE path SET parent_id = id - 1e6 WHERE id = ${idOf('a')}`],
      /has parent/,
    ],
    ['that is not there', [`DELETE FROM path WHERE id = ${idOf('a')}`], /is missing/],
    ['with a slash in its name', [`UPDATE path SET name = 'a/b' WHERE id = ${idOf('a')}`], /slash/],
    [
      'with a number for a name',
      [`UPDATE path SET name = 7 WHERE id = ${idOf('a')}`],
      /neither text nor bytes/,
    ],
  ];

  test.each(cases)('%s ends every walk, with one line', async (_, sql, reason) => {
    const file = doctored(...sql);
    const { code, stderr } = await zoolog(['log', file]);
    expect(code).toBe(3);
    expect(stderr).toContain('make it again with: zoolog index');
    expect(stderr.split('\n').filter((line) => reason.test(line)).length).toBe(1);
    await runAll(file);
  });

  test('that is its own ancestor ends ls -R, du and sessions too', async () => {
    const below = doctored(`UPDATE path SET parent_id = id WHERE id IN (SELECT path_id FROM znode)`);
    for (const args of [
      ['ls', below, '/a', '-R'],
      ['sessions', below],
      ['du', below],
    ]) {
      const { code } = await zoolog(args);
      expect([1, 3]).toContain(code);
    }
  });
});

describe('an index without', () => {
  const indexes = [PATH_INDEX, TXN_INDEX, OWNER_INDEX, ...INDEXES].map(
    (ddl) => /EXISTS (\w+)/.exec(ddl)![1]!,
  );
  const missing: [string, string, RegExp][] = [
    ...TABLES.map(({ name }): [string, string, RegExp] => {
      return [`table ${name}`, `DROP TABLE ${name}`, new RegExp(`table ${name} is missing`)];
    }),
    [
      'a column',
      'DROP VIEW tree; DROP VIEW history; ALTER TABLE znode DROP COLUMN aversion',
      /znode is not as/,
    ],
    [
      'a table but with a view of its name',
      'DROP TABLE session; CREATE VIEW session AS SELECT 1',
      /session is missing/,
    ],
    ...indexes.map((name): [string, string, RegExp] => [
      `index ${name}`,
      `DROP INDEX ${name}`,
      /index \w+ is missing/,
    ]),
  ];

  test.each(missing)('%s is refused when it is opened', async (_, sql, reason) => {
    const file = doctored('PRAGMA foreign_keys = off', sql);
    const bytes = readFileSync(file);
    for (const open of [() => new IndexReader(file), () => build(file, [folder])]) {
      const error = caught(open) as IndexError;
      expect(error).toBeInstanceOf(IndexError);
      expect(error.reason).toMatch(reason);
      expect(error.message).not.toContain('\n');
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect((await zoolog(['sql', file, 'SELECT 1'])).code).toBe(3);
  });

  test('nothing, but with more tables, indexes and views, is an index', () => {
    const file = doctored(
      'CREATE TABLE notes (text)',
      'CREATE INDEX mine ON txn (time)',
      'CREATE VIEW own AS SELECT * FROM tree',
    );
    new IndexReader(file).close();
  });
});

describe('a check of a whole index', () => {
  test('finds nothing wrong with sound ones, also where files are gone', () => {
    const names = ['ensemble-3.8.6/zk1', 'ensemble-3.8.6/zk2', 'load-3.9.5', 'standalone-3.4.14'];
    const folders = names.map((name) => join(FIXTURES, name));
    const { file } = build(join(temp.path, 'many.db'), folders, { snapshots: 'all' });
    expect(damageOf(file)).toBeNull();
    build(file, folders.slice(1));
    expect(damageOf(file)).toBeNull();
  });

  test.each([
    ['a row that refers to nothing', 'UPDATE snapshot SET server_id = 77', /refers to none of server/],
    ['a path without a place', 'UPDATE path SET parent_id = 1000000 WHERE id = 3', /path 3/],
  ])('finds %s', (_, sql, reason) => {
    expect(damageOf(doctored('PRAGMA foreign_keys = off', sql))?.reason).toMatch(reason);
  });

  test('is made where a command fails over rows that cannot be', async () => {
    const file = doctored(
      'PRAGMA foreign_keys = off',
      'UPDATE snapshot SET server_id = 77',
      'UPDATE file SET server_id = 77',
    );
    const { code, stderr } = await zoolog(['ls', file]);
    expect(stderr).toMatch(/is damaged: a row of \w+ refers to none of server; make it again/);
    expect(code).toBe(3);
  });
});

const PAGE = 8192;
const pages = readFileSync(good).length / PAGE;

test('an index cut at a page, whose header says that it is whole, is damaged in every command', async () => {
  const saidDamaged = new Set<number>();
  for (let at = 1; at < pages; at += Math.ceil(pages / 7)) {
    const file = copied();
    truncateSync(file, at * PAGE);
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(at, 28);
    writeFileSync(file, bytes);
    const codes = await runAll(file);
    for (const code of codes.log!) saidDamaged.add(code);
  }
  expect([...saidDamaged]).toContain(3);
});

test('an index with any byte altered is read or refused in every command, and comes to an end', async () => {
  const bytes = readFileSync(good);
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const seen = new Set<number>();
  for (let round = 0; round < 25; round++) {
    const file = copied();
    const altered = Buffer.from(bytes);
    // More than one, or most would fall on data.
    for (let i = 0; i < 12; i++) altered[100 + random(bytes.length - 100)] = random(256);
    writeFileSync(file, altered);
    for (const codes of Object.values(await runAll(file))) for (const code of codes) seen.add(code);
  }
  expect([...seen]).toContain(3);
});
