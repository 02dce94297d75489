import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ops } from '../../src/analysis/log-query.js';
import { pathPatterns } from '../../src/analysis/path-patterns.js';
import { TopCounter, type TopKey, type TopOrder, type TopRow } from '../../src/analysis/top.js';
import { OP_CODES, type OpName } from '../../src/records/op-code.js';
import { openTree, openTxns } from '../../src/source/open.js';
import { type Fixture, fixtures, useTempDir } from '../support/fixtures.js';
import {
  buildLog,
  closeSession,
  create,
  createSession,
  del,
  error,
  multi,
  setData,
} from '../support/log-spec.js';
import { opsOf, type SecondOp } from '../support/second-ops.js';
import { readLogAgain } from '../support/second-reader.js';

const QUIET = { onNote: () => {}, onProblem: () => {} };

function count(source: string, keys: readonly TopKey[], logDir?: string): TopCounter {
  const counter = new TopCounter(keys);
  const txns = openTxns(source, { ...QUIET, logDir });
  for (const { logged, part } of ops(txns.txns(), null)) counter.add(logged, part);
  txns.close();
  return counter;
}

function rows(counter: TopCounter, key: TopKey, order: TopOrder = 'ops'): readonly TopRow[] {
  return counter.rows(new Map([[key, order]]), 0).get(key)!.rows;
}

type Second = SecondOp & { readonly session: bigint };

/** The ops of a fixture's logs as another reader finds them. */
function secondOps({ dir, servers }: Fixture): Second[] {
  const { logDir, logs } = servers[0]!;
  const records = logs.flatMap((name) => readLogAgain(join(dir, logDir, name)).records);
  return records.flatMap((record) => opsOf(record).map((op) => ({ ...op, session: record.clientId })));
}

/** Ops, failures and bytes by what `name` says of an op, as another reader finds them. */
function expected(second: readonly Second[], name: (op: Second) => unknown): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (const op of second) {
    const key = name(op);
    if (key === undefined) continue;
    const [all, failed, bytes] = sums.get(String(key)) ?? [0, 0, 0];
    const isFailed = !op.isApplied || op.type === -1;
    sums.set(String(key), [
      all! + 1,
      failed! + (isFailed ? 1 : 0),
      bytes! + (isFailed ? 0 : (op.bytes ?? 0)),
    ]);
  }
  return sums;
}

const NAMES = new Map(Object.entries(OP_CODES).map(([name, code]) => [code, name as OpName]));
const SIMPLE = fixtures().filter(({ name }) => /^(standalone|load)-/.test(name));

describe.each(SIMPLE.map((fixture) => [fixture.name, fixture] as const))('top of %s', (_, fixture) => {
  const source = join(fixture.dir, fixture.servers[0]!.dir);

  it('has the ops, failures and bytes of each type, session, path and error that another reader finds', () => {
    const second = secondOps(fixture);
    const keys = ['type', 'session', 'path', 'error', 'server'] as const;
    const all = count(source, keys).rows(new Map(keys.map((key) => [key, 'ops'])), 0);
    const found = (key: TopKey, name: (row: TopRow) => unknown) =>
      new Map(all.get(key)!.rows.map((row) => [String(name(row)), [row.ops, row.failed, row.bytes]]));
    const inUtf8 = (path?: string) => path && Buffer.from(path, 'latin1').toString('utf8');
    expect(found('type', (row) => row.type)).toEqual(expected(second, ({ type }) => NAMES.get(type)));
    expect(found('session', (row) => row.session)).toEqual(expected(second, ({ session }) => session));
    expect(found('error', (row) => row.error)).toEqual(expected(second, ({ code }) => code));
    expect(found('path', (row) => row.path)).toEqual(expected(second, ({ path }) => inUtf8(path)));
    // Ids of a standalone server have 1 in their top byte; what it deletes by itself has none.
    expect(found('server', (row) => row.server)).toEqual(
      expected(second, ({ session }) => (session === 0n ? 0 : 1)),
    );
  });

  // Before 3.6 logs do not tell what a closeSession deletes.
  const tells = !/3\.[45]\./.test(fixture.release);
  it.runIf(tells)('has a growth of each parent that comes to the children a client saw at the end', () => {
    const lines = readFileSync(join(fixture.dir, 'client.ndjson'), 'utf8').trim().split('\n');
    const children = new Map<string, number>();
    for (const line of lines) {
      const { path } = JSON.parse(line) as { path: string };
      const parent = path.slice(0, path.lastIndexOf('/')) || '/';
      if (path === '/' || path === '/zookeeper' || /^\/zookeeper\/(config|quota)$/.test(path)) continue;
      children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    const growth = rows(count(source, ['parent']), 'parent', 'growth')
      .filter((row) => row.growth !== 0)
      .map((row) => [row.path, row.growth] as const);
    expect(new Map(growth)).toEqual(children);
  });
});

describe('top', () => {
  const folder = useTempDir();
  const A = 0x100_0000_0000_0001n;
  const B = 0x200_0000_0000_0001n;
  const T = BigInt(Date.UTC(2026, 10, 21, 3, 17));
  const log = folder.write(
    'log.1',
    buildLog({
      txns: [
        { zxid: 1n, clientId: A, time: T, ...createSession(4000) },
        { zxid: 2n, clientId: A, time: T + 10n, ...create('/q', 'abc') },
        { zxid: 3n, clientId: A, time: T + 20n, ...create('/q/1', 'x', { ephemeral: true }) },
        { zxid: 4n, clientId: B, time: T + 20n, ...setData('/q', '12345') },
        { zxid: 5n, clientId: B, time: T + 30n, ...multi([setData('/q', 'never'), error(-103)]) },
        { zxid: 6n, clientId: B, time: T + 30n, ...error(-101) },
        { zxid: 7n, clientId: A, time: T + 40n, ...closeSession(['/q/1']) },
        { zxid: 8n, clientId: B, time: T + 2000n, ...closeSession() },
        { zxid: 9n, clientId: B, time: T + 2000n, ...setData('/', null) },
        { zxid: 10n, clientId: B, time: T + 2000n, ...del('/q') },
      ],
    }).bytes,
  );

  it('counts what is listed at a close as deletes of the session, and not what a failed multi would have done', () => {
    const found = rows(count(log, ['session']), 'session');
    const brief = found.map((row) => [row.session, row.ops, row.failed, row.growth, row.setData, row.bytes]);
    expect(brief).toEqual([
      // close · setData · two parts · error · close · setData · delete
      [B, 7, 3, -1, 2, 5],
      [A, 5, 0, 1, 0, 4],
    ]);
    const [first] = found;
    expect([first!.firstZxid, first!.lastZxid, first!.firstTime, first!.lastTime]).toEqual([
      4n,
      10n,
      T + 20n,
      T + 2000n,
    ]);
  });

  it('counts children under their parent, the root as a path of its own, and closes without a list', () => {
    const counter = count(log, ['parent', 'path']);
    const all = counter.rows(
      new Map([
        ['parent', 'growth'],
        ['path', 'ops'],
      ]),
      0,
    );
    expect(all.get('parent')!.rows.map((row) => [row.path, row.growth, row.ops])).toEqual([
      ['/', 0, 4],
      ['/q', 0, 2],
    ]);
    expect(all.get('path')!.rows.map((row) => [row.path, row.ops])).toEqual([
      ['/q', 4],
      ['/q/1', 2],
      ['/', 1],
    ]);
    expect(counter.totals).toMatchObject({
      txns: 10,
      sessionsCreated: 1,
      sessionsClosed: 2,
      unlistedCloses: 1,
    });
    expect(counter.timeLine(3)!.buckets.map(({ ops }) => ops)).toEqual([9, 0, 3]);
  });

  it('gives the first rows only, ties by name, and how many there are', () => {
    const { rows: first, count: all } = count(log, ['type'])
      .rows(new Map([['type', 'ops']]), 3)
      .get('type')!;
    expect(first.map(({ type }) => type)).toEqual(['setData', 'closeSession', 'create']);
    expect(all).toBe(6);
  });

  it.each(['standalone-3.9.5', 'load-3.9.5'])('makes the patterns of du of the same paths: %s', (name) => {
    const tree = openTree(join('fixtures', name), QUIET);
    const counter = new TopCounter(['pattern']);
    const header = { clientId: 0n, cxid: 0, zxid: 1n, time: 0n, type: 1 };
    const evidence = { file: '', offset: 0, length: 0 };
    for (const { path } of tree.znodes()) {
      const op = { op: 'create', path, data: null, acl: null, ephemeral: false, parentCVersion: 1 } as const;
      const logged = { txn: { header, op, digest: null, trailingBytes: 0 }, evidence };
      counter.add(logged, { op, multi: undefined, isApplied: true, isImplied: false });
    }
    const found = rows(counter, 'pattern').map(({ pattern, paths }) => [pattern, paths] as const);
    expect(new Map(found)).toEqual(
      new Map(pathPatterns(tree).map(({ pattern, znodes }) => [pattern, znodes])),
    );
  });
});
