import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { TABLES } from '../../src/store/schema.js';
import { columnsOf, schemaDoc } from '../../src/store/schema-doc.js';
import { openSql } from '../../src/store/sql.js';
import { SQL_EXAMPLES } from '../../src/store/sql-examples.js';
import { FIXTURES, PROJECT, useTempDir } from '../support/fixtures.js';
import { create, logBytes } from '../support/log-spec.js';
import { readWholeLog, readWholeSnapshot } from '../support/read-all.js';
import { build, writeFiles } from './indexes.js';

const temp = useTempDir();
const folder = join(FIXTURES, 'standalone-3.9.5', 'version-2');
const { file } = build(join(temp.path, 'real.db'), [folder]);

test('docs/index-schema.md is what the schema says (npm run docs writes it)', () => {
  const page = join(PROJECT, 'docs', 'index-schema.md');
  expect(existsSync(page) && readFileSync(page, 'utf8')).toBe(schemaDoc());
});

test('every column of every table is explained', () => {
  const database = new Database(file, { readonly: true });
  for (const table of TABLES) {
    const columns = database.pragma(`table_xinfo(${table.name})`) as { name: string; type: string }[];
    expect(columnsOf(table).map(({ name, type }) => ({ name, type }))).toEqual(
      columns.map(({ name, type }) => ({ name, type })),
    );
    for (const { comment } of columnsOf(table)) expect(comment.length).toBeGreaterThan(3);
    expect(schemaDoc()).toContain(`### ${table.name}\n`);
  }
  database.close();
});

/** Rows of the example whose question has this word, as records. */
function answer(index: string, word: string, change = (sql: string) => sql): Record<string, unknown>[] {
  const sql = SQL_EXAMPLES.find(({ question }) => question.includes(word))!.sql;
  const session = openSql(index);
  try {
    const { columns, rows } = session.query(change(sql));
    return [...rows].map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  } finally {
    session.close();
  }
}

describe('the examples', () => {
  const znodes = readWholeSnapshot(join(folder, 'snapshot.' + newestOf(folder))).znodes;
  const records = logsOf(folder).flatMap((log) => readWholeLog(log).records);

  test('tell who deleted a path', () => {
    const deletes = records.filter(({ txn }) => txn.op.op === 'delete');
    const { txn, zxid } = deletes[0]!;
    const path = txn.op.op === 'delete' ? txn.op.path! : '';
    const rows = answer(file, 'deleted', (sql) => sql.replace('/services/payments/leader', path));
    const expected = deletes.filter((one) => one.txn.op.op === 'delete' && one.txn.op.path === path);
    expect(rows.filter(({ implied }) => implied === 0n).map((row) => row.zxid_hex)).toEqual(
      expected.map((one) => `0x${one.zxid.toString(16)}`),
    );
    expect(rows[0]).toMatchObject({
      zxid_hex: `0x${zxid.toString(16)}`,
      time: new Date(Number(txn.header.time)).toISOString(),
      session: `0x${txn.header.clientId.toString(16)}`,
    });
  });

  test('tell the biggest subtrees', () => {
    const sums = new Map<string, { znodes: bigint; bytes: bigint }>();
    for (const { path, data } of znodes) {
      if (path === '') continue;
      const top = `/${path.split('/')[1]}`;
      const { znodes: count, bytes } = sums.get(top) ?? { znodes: 0n, bytes: 0n };
      sums.set(top, { znodes: count + 1n, bytes: bytes + BigInt(data?.length ?? 0) });
    }
    const rows = answer(file, 'subtrees');
    expect(rows.length).toBe(Math.min(10, sums.size));
    for (const { path, ...rest } of rows) expect(rest, String(path)).toEqual(sums.get(path as string));
    const largest = [...sums.values()].map(({ bytes }) => bytes).sort((a, b) => (a < b ? 1 : -1));
    expect(rows.map(({ bytes }) => bytes)).toEqual(largest.slice(0, 10));
  });

  test('tell which sessions wrote most', () => {
    const counts = new Map<string, number>();
    for (const { txn } of records) {
      const parts = txn.op.op === 'multi' ? (txn.op.failed ? [] : txn.op.ops) : [txn.op];
      const writes = parts.filter((op) => 'path' in op && op.path !== null).length;
      const session = `0x${txn.header.clientId.toString(16)}`;
      if (writes > 0) counts.set(session, (counts.get(session) ?? 0) + writes);
    }
    const rows = answer(file, 'sessions');
    expect(new Map(rows.map(({ session, ops }) => [session, Number(ops)]))).toEqual(counts);
  });

  test('tell who owns ephemerals', () => {
    const owners = new Map<string, number>();
    for (const { stat } of znodes) {
      const { ephemeralOwner: owner } = stat;
      if (owner <= 0n) continue;
      owners.set(`0x${owner.toString(16)}`, (owners.get(`0x${owner.toString(16)}`) ?? 0) + 1);
    }
    expect(owners.size).toBeGreaterThan(0);
    const rows = answer(file, 'ephemeral');
    expect(new Map(rows.map((row) => [row.ephemeral_owner, Number(row.znodes)]))).toEqual(owners);
  });

  test('tell forks, and who holds which', () => {
    const same = { zxid: 1n, ...create('/a', 'x') };
    const folders = ['one', 'one', 'other'].map((value, i) =>
      writeFiles(join(temp.path, `fork-${i}`, 'version-2'), {
        'log.1': logBytes({ txns: [same, { zxid: 2n, ...create('/b', value) }] }),
      }),
    );
    const { file: forked } = build(join(temp.path, 'forked.db'), folders);
    expect(answer(forked, 'different').map(({ zxid_hex, servers }) => [zxid_hex, servers])).toEqual([
      ['0x2', 's0,s1'],
      ['0x2', 's2'],
    ]);
  });
});

function logsOf(place: string): string[] {
  return names(place, 'log').map((name) => join(place, name));
}

function newestOf(place: string): string {
  return names(place, 'snapshot').at(-1)!.slice('snapshot.'.length);
}

function names(place: string, kind: string): string[] {
  const facts = JSON.parse(readFileSync(join(place, '..', 'fixture.json'), 'utf8'));
  return facts.servers[0][`${kind}s`];
}
