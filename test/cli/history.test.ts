// `history` and `blame` over real servers' files, against what a client read from them and what is known of how they
// were made (MADE.md, make/Driver.java).
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { rowsOf, zoolog } from './run-cli.js';

type Row = Record<string, unknown>;

const folder = useTempDir();
const CONFIG = '/zookeeper/config';
/** Servers rewrite these without a txn: see fixtures/README.md. */
const isLocal = (path: string) => path === CONFIG || path.endsWith('/zookeeper_stats');

async function rows(...args: readonly string[]): Promise<Row[]> {
  const { code, stdout, stderr } = await zoolog([...args, '--format', 'ndjson']);
  expect(stderr).not.toContain('history-disagrees');
  expect(code).toBe(0);
  return rowsOf(stdout);
}

/** What ZooKeeper's own client read from the live server, by path. */
function clientRead(dir: string): Map<string, Row> {
  const lines = readFileSync(join(dir, 'client.ndjson'), 'utf8').trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.path, row]));
}

function dataOf({ data, dataEncoding }: Row): string | null {
  if (data === null || data === undefined) return null;
  return dataEncoding === 'base64' ? (data as string) : Buffer.from(data as string).toString('base64');
}

/** Fixtures that differ from others in nothing that matters here. */
const ALIKE = /^(digest-off|no-trailer|gz-3.6|snappy-3.9|(standalone|load|killed|reconfig)-3.[678])/;

/** The servers that a client's read is of. */
const servers = fixtures()
  .filter(({ name }) => !name.startsWith('poison') && !ALIKE.test(name))
  .flatMap(({ name, dir, servers: all }) =>
    all
      .filter((server) => server.dir !== 'dead-leader/version-2')
      .map((server) => ({
        name: `${name} ${server.dir}`,
        dir,
        args: [join(dir, server.dir), '--log-dir', join(dir, server.logDir)],
      })),
  );

describe.each(servers)('$name', ({ dir, args: [source, ...options] }) => {
  test('the last changes of every znode are those that the client saw', async () => {
    const last = new Map<string, { create: Row | null; data: Row | null; acl: Row | null }>();
    for (const row of await rows('history', source!, '/', '--subtree', ...options)) {
      const { path, type } = row as { path: string; type: string };
      if (type === 'hole') continue;
      const known = last.get(path) ?? { create: null, data: null, acl: null };
      if (type.startsWith('create')) last.set(path, { create: row, data: row, acl: row });
      else if (type.startsWith('delete')) last.delete(path);
      else if (type === 'setACL') last.set(path, { ...known, acl: row });
      else last.set(path, { ...known, data: row });
    }
    const client = clientRead(dir);
    // Nobody made these: they come with the tree.
    const given = [...client.values()].filter(({ czxid }) => czxid === '0x0').map(({ path }) => path);
    expect([...new Set([...last.keys(), ...given])].sort()).toEqual([...client.keys()].sort());
    for (const [path, { create, data, acl }] of last) {
      const seen = client.get(path)!;
      if (isLocal(path)) continue;
      expect([path, create?.zxid ?? '0x0', data?.zxid ?? '0x0']).toEqual([path, seen.czxid, seen.mzxid]);
      if (create !== null) expect(Date.parse(create.time as string)).toBe(seen.ctime);
      if (data !== null) {
        expect(Date.parse(data.time as string)).toBe(seen.mtime);
        expect([path, data.version, dataOf(data)]).toEqual([path, seen.version, seen.dataBase64]);
      }
      const aversion = acl === null || acl === create ? 0 : acl.version;
      expect([path, aversion]).toEqual([path, seen.aversion]);
      if (create?.kind === 'ephemeral') expect(create.session).toBe(seen.ephemeralOwner);
    }
  });

  test('blame says the same', async () => {
    const client = clientRead(dir);
    const table = await rows('blame', source!, '/', '--recursive', ...options);
    expect(table.map(({ path }) => path).sort()).toEqual([...client.keys()].sort());
    for (const { path, czxid, mzxid, version, kind, createdBy } of table) {
      const seen = client.get(path as string)!;
      if (isLocal(path as string)) continue;
      expect([path, czxid, mzxid, version]).toEqual([path, seen.czxid, seen.mzxid, seen.version]);
      if (kind === 'ephemeral') expect(createdBy).toBe(seen.ephemeralOwner);
    }
  });
});

const standalone = fixtures().filter(({ name }) => /^standalone-3.[4589]|^closesession-off/.test(name));

describe.each(standalone)('$name: sessions and deletes of the server', ({ dir, release }) => {
  // What make/Driver.java prints: "expired session 0x…".
  const expired = /^- expired session (0x\w+)/m.exec(readFileSync(join(dir, 'MADE.md'), 'utf8'))![1];

  test('an ephemeral of a client that vanished goes with its session, which expired', async () => {
    const [create, deletion, ...more] = await rows('history', dir, '/ephemeral/expired');
    expect(more).toEqual([]);
    // The driver connects with a timeout of a second and creates nothing before it.
    expect(create).toMatchObject({ session: expired, kind: 'ephemeral', server: 1, version: 0 });
    expect(deletion).toMatchObject({
      type: 'delete',
      implied: true,
      session: expired,
      cxid: 0,
      oldData: 'x',
      cause: { kind: 'session', session: expired, end: 'expired', inferred: true, timeout: 1000 },
    });
    const { createdZxid, createdTime } = deletion!.cause as Record<string, string>;
    expect(BigInt(createdZxid!)).toBe(BigInt(create!.zxid as string) - 1n);
    const lived = Date.parse(deletion!.time as string) - Date.parse(createdTime!);
    expect(lived).toBeGreaterThanOrEqual(1000);
  });

  test('an ephemeral of a client that left goes with its session, which it closed', async () => {
    const [create, deletion, ...more] = await rows('history', dir, '/ephemeral/closed');
    expect(more).toEqual([]);
    expect(deletion).toMatchObject({
      implied: true,
      session: create!.session,
      cause: { kind: 'session', end: 'closed', timeout: 3_600_000 },
    });
    expect(deletion!.cxid).not.toBe(0);
  });

  test.skipIf(release.startsWith('3.4'))('a container goes when its last child has gone', async () => {
    const [, deletion, ...more] = await rows('history', dir, '/container-gone');
    expect(more).toEqual([]);
    const [, gone] = await rows('history', dir, '/container-gone/child');
    expect(deletion).toMatchObject({ type: 'deleteContainer', session: '0x0', kind: 'container' });
    expect(deletion!.cause).toEqual({
      kind: 'container',
      lastChild: '/container-gone/child',
      lastChildZxid: gone!.zxid,
      lastChildTime: gone!.time,
    });
  });

  test.skipIf(release.startsWith('3.4'))('a TTL znode goes when its ttl has passed', async () => {
    const [create, deletion, ...more] = await rows('history', dir, '/ttl/gone');
    expect(more).toEqual([]);
    // The driver gives it 200 ms.
    const due = new Date(Date.parse(create!.time as string) + 200).toISOString();
    expect(deletion!.cause).toEqual({ kind: 'ttl', mtime: create!.time, due, lastChild: null });
    expect(Date.parse(deletion!.time as string)).toBeGreaterThan(Date.parse(due));
  });

  test('a znode’s changes come with what was before, and with the rest of their multi', async () => {
    const found = await rows('history', dir, '/multi');
    // create, then Op.setData "1" and "2" as parts 5 and 6 of a multi of 9; the failed multis change nothing.
    expect(
      found.map(({ type, version, oldData, data, multi }) => [type, version, oldData, data, multi]),
    ).toEqual([
      ['create', 0, undefined, '0', undefined],
      ['setData', 1, '0', '1', 5],
      ['setData', 2, '1', '2', 6],
    ]);
    const [, first] = found;
    expect(first!.parts).toBe(9);
    const others = first!.others as Row[];
    expect(others.map(({ multi }) => multi)).toEqual([0, 1, 2, 3, 4, 6, 7, 8]);
    expect(others[0]).toEqual({ multi: 0, type: 'check', path: '/multi' });
  });

  test('an ACL change shows the old one and the new one', async () => {
    const changes = (await rows('history', dir, '/versions')).filter(({ type }) => type === 'setACL');
    // The driver sets READ|ADMIN and the open ACL by turns, five times, on a znode with the open one.
    const entry = (perms: string) => [{ scheme: 'world', id: 'anyone', perms }];
    const perms = ['cdrwa', 'ra', 'cdrwa', 'ra', 'cdrwa', 'ra'];
    expect(changes.map(({ oldAcl, acl, oldVersion, version }) => [oldAcl, acl, oldVersion, version])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [entry(perms[n - 1]!), entry(perms[n]!), n - 1, n]),
    );
  });
});

describe.each(['unlogged-3.5.10', 'unlogged-3.9.5'])('%s', (name) => {
  const dir = join('fixtures', name);
  const made = readFileSync(join(dir, 'MADE.md'), 'utf8');
  const session = /Driver mortal: session (0x\w+)/.exec(made)![1];
  // The zxid at which the server was started without the session.
  const boot = /not later than (0x\w+)/.exec(made)![1];

  test('an ephemeral that died when its server started is unlogged, between two zxids', async () => {
    const [create, deletion, ...more] = await rows('history', dir, '/mortal');
    expect(more).toEqual([]);
    expect(create).toMatchObject({ type: 'create', from: 'log', session, data: 'dies unseen' });
    expect(deletion).toMatchObject({
      type: 'delete',
      zxid: null,
      time: null,
      unlogged: true,
      from: 'snapshot',
      after: create!.zxid,
      upTo: boot,
      oldData: 'dies unseen',
      cause: { kind: 'boot', session, inferred: true },
    });
    expect(clientRead(dir).has('/mortal')).toBe(false);
  });

  test('without snapshots a later create shows it', async () => {
    const logs = join(folder.path, name, 'version-2');
    mkdirSync(logs, { recursive: true });
    for (const file of readdirSync(join(dir, 'version-2'))) {
      if (file.startsWith('log.')) cpSync(join(dir, 'version-2', file), join(logs, file));
    }
    const [first, deletion, second, ...more] = await rows('history', logs, '/mortal-again');
    expect(more).toEqual([]);
    expect([first!.kind, second!.kind]).toEqual(['ephemeral', 'persistent']);
    const upTo = `0x${(BigInt(second!.zxid as string) - 1n).toString(16)}`;
    expect(deletion).toMatchObject({ unlogged: true, from: 'log', after: first!.zxid, upTo });
    expect(second!.zxid).toBe(clientRead(dir).get('/mortal-again')!.czxid);
  });
});

describe('a path that is not there', () => {
  const dir = 'fixtures/standalone-3.9.5';

  test('is one line and exit code 1', async () => {
    const { code, stdout, stderr } = await zoolog(['history', dir, '/nobody']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`zoolog: /nobody occurs in no txn and no snapshot of ${dir}\n`);
  });

  test('may have been there in a hole, and that is said', async () => {
    const holed = join(folder.path, 'holed');
    cpSync(dir, holed, { recursive: true });
    rmSync(join(holed, 'version-2/log.d2'));
    const { code, stderr } = await zoolog(['history', holed, '/nobody']);
    expect(code).toBe(1);
    expect(stderr).toContain('; it may have been there in a hole of the logs\n');
  });

  test('blame says when it was deleted', async () => {
    const { code, stderr } = await zoolog(['blame', dir, '/deleted']);
    expect(code).toBe(1);
    const [, deletion] = await rows('history', dir, '/deleted');
    expect(stderr).toContain(`it was deleted at ${deletion!.zxid}`);
  });
});

describe('ranges and order', () => {
  const dir = 'fixtures/load-3.9.5';
  const all = () => rows('history', dir, '/load/data', '--subtree');

  test('--from and --to keep what is within, with what was known before it', async () => {
    const found = await rows('history', dir, '/load/data', '--subtree', '--from', '0x500', '--to', '0x600');
    const expected = (await all()).filter(({ zxid }) => {
      const at = BigInt(zxid as string);
      return at >= 0x500n && at <= 0x600n;
    });
    expect(expected.length).toBeGreaterThan(50);
    expect(found).toEqual(expected);
    expect(found.some(({ oldData }) => oldData !== undefined)).toBe(true);
  });

  test('--since and --until are about the time of the txn', async () => {
    const every = await all();
    const [since, until] = [every[100]!.time as string, every[300]!.time as string];
    const found = await rows('history', dir, '/load/data', '--subtree', '--since', since, '--until', until);
    expect(found).toEqual(every.filter(({ time }) => (time as string) >= since && (time as string) < until));
  });

  test('--reverse turns it around', async () => {
    expect(await rows('history', dir, '/load/data', '--subtree', '--reverse')).toEqual(
      (await all()).reverse(),
    );
  });

  test('blame at a moment is that of the history up to it', async () => {
    const { stdout } = await zoolog(['blame', `${dir}@0x600`, '/load/data/1', '--format', 'json']);
    const { rows: blamed, zxid } = JSON.parse(stdout) as { rows: Row[]; zxid: string };
    expect(zxid).toBe('0x600');
    const before = (await rows('history', dir, '/load/data/1', '--to', '0x600')).filter(
      ({ type }) => type !== 'setACL',
    );
    expect(blamed.find(({ what }) => what === 'data')!.zxid).toBe(before.at(-1)!.zxid);
  });
});
