// The three servers of a real ensemble, and what its dead leader left, as one cluster.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { readWholeLog } from '../support/read-all.js';

const root = join(FIXTURES, 'ensemble-3.8.6');
const dirs = { zk1: 'zk1', zk2: 'zk2', zk3: 'zk3', 'zk3-old': 'dead-leader' } as const;
type Server = keyof typeof dirs;

const temp = useTempDir();
const file = join(temp.path, 'ensemble.db');
const servers = Object.entries(dirs).map(([name, dir]) => ({ name, dir: openDataDir(join(root, dir)) }));
buildIndex(file, [{ name: 'c', servers }]);
const database = new Database(file, { readonly: true });
afterAll(() => database.close());

const rows = (sql: string, ...values: unknown[]) => database.prepare(sql).all(...values) as never[];
const column = (sql: string, ...values: unknown[]) =>
  database
    .prepare(sql)
    .pluck()
    .all(...values) as never[];

/** What a server's logs hold, read directly. */
const records = Object.fromEntries(
  servers.map(({ name, dir }) => [name, dir.logs.flatMap((log) => readWholeLog(log.path).records)]),
) as unknown as Record<Server, ReturnType<typeof readWholeLog>['records']>;
const zxids = (server: Server) => records[server].map(({ zxid }) => zxid);

const HOLDERS = `SELECT t.zxid, group_concat(s.name ORDER BY s.name) AS names FROM txn t
  JOIN record r ON r.txn_id = t.id JOIN log l ON l.id = r.log_id JOIN server s ON s.id = l.server_id GROUP BY t.id`;
const holders = new Map(
  (rows(HOLDERS) as { zxid: number; names: string }[]).map(({ zxid, names }) => [BigInt(zxid), names]),
);

describe('an ensemble and its dead leader', () => {
  test('each txn is there once', () => {
    const all = new Set(Object.values(records).flatMap((list) => list.map(({ zxid }) => zxid)));
    expect(column('SELECT count(*) FROM txn')).toEqual([all.size]);
    expect(column('SELECT count(DISTINCT zxid) FROM txn')).toEqual([all.size]);
  });

  test('each copy is evidence: as many records as there are in the logs', () => {
    const total = Object.values(records).reduce((sum, list) => sum + list.length, 0);
    expect(column('SELECT count(*) FROM record')).toEqual([total]);
  });

  test('a txn is held by just those servers in whose logs it stands', () => {
    for (const [zxid, names] of holders) {
      const expected = (Object.keys(dirs) as Server[]).filter((name) => zxids(name).includes(zxid));
      expect(names.split(','), `0x${zxid.toString(16)}`).toEqual(expected.sort());
    }
  });

  test("the dead leader's tail is known to it alone", () => {
    const alone = zxids('zk3-old').filter((zxid) => zxid > 0x100000521n);
    expect(alone).toEqual([0x100000522n, 0x100000523n, 0x100000524n, 0x100000525n]);
    for (const zxid of alone) expect(holders.get(zxid)).toBe('zk3-old');
  });

  test('three servers hold the txns of the second epoch', () => {
    expect(holders.get(0x2000001acn)).toBe('zk1,zk2,zk3');
  });

  test('there is no fork, although the leader logged a failed multi with other sub-types than its followers', () => {
    const parts = (server: Server) => {
      const op = records[server].find(({ zxid }) => zxid === 0x2000000e5n)!.txn.op;
      return op.op === 'multi' ? op.ops.map((part) => (part.op === 'error' ? part.err : part.op)) : [];
    };
    expect(parts('zk2')).not.toEqual(parts('zk1'));
    expect(rows('SELECT * FROM forks')).toEqual([]);
  });

  test('a session closed with a list of paths has its deletes implied, once', () => {
    const closed = records.zk1.filter(
      ({ txn }) => txn.op.op === 'closeSession' && txn.op.paths2Delete?.length,
    );
    expect(closed.length).toBeGreaterThan(0);
    for (const { zxid, txn } of closed) {
      const sql = `SELECT p.path FROM op o JOIN txn t ON t.id = o.txn_id JOIN paths p ON p.id = o.path_id
        WHERE t.zxid = ? AND o.implied = 1 AND o.type = 'delete' ORDER BY o.n`;
      expect(column(sql, zxid)).toEqual(txn.op.op === 'closeSession' && txn.op.paths2Delete);
    }
  });
});
