// Periods in which conditions hold, against a plain tree that is asked after every txn.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { firstHeld, type HeldPeriod, heldPeriods } from '../../src/analysis/bisect.js';
import { parseCondition } from '../../src/analysis/condition.js';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { UsageError } from '../../src/errors.js';
import { rawText } from '../../src/jute/raw-text.js';
import { resolve } from '../../src/source/open.js';
import { openReplayRuns, type RunRange } from '../../src/source/replay-runs.js';
import { buildIndex } from '../../src/store/build-index.js';
import { useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { PlainTree } from '../tree/plain-tree.js';
import { serversOf, type TestServer } from '../tree/servers.js';

const QUIET = { onNote: () => {}, onProblem: () => {} };

interface Asked {
  readonly range?: RunRange;
  readonly every?: number;
  readonly onHole?: (before: bigint, behind: bigint) => void;
}

async function periods(source: string, where: string, asked: Asked = {}): Promise<HeldPeriod[]> {
  const runs = await openReplayRuns(resolve(source, QUIET), asked.range ?? {}, QUIET);
  const { every = 1, ...told } = asked;
  try {
    return [...heldPeriods(runs, parseCondition(where), { every, ...told })];
  } finally {
    runs.close();
  }
}

async function first(source: string, where: string, asked: Asked = {}): Promise<HeldPeriod | null> {
  const runs = await openReplayRuns(resolve(source, QUIET), asked.range ?? {}, QUIET);
  try {
    return firstHeld(runs, parseCondition(where), { every: asked.every ?? 1 });
  } finally {
    runs.close();
  }
}

const brief = ({ from, began, to, ended }: HeldPeriod) => [
  from,
  began?.zxid ?? null,
  to,
  ended?.zxid ?? null,
];

/** The periods of a predicate over a plain tree that begins with a server's first snapshot, as `brief` gives them. */
function plainPeriods(server: TestServer, from: bigint, holds: (tree: PlainTree) => boolean): unknown[] {
  const [base] = server.bases;
  const file = join(server.fixture.dir, server.fixture.servers[0]!.dir, base!.name);
  const tree = PlainTree.of(readSnapshotAgain(file), base!.zxid);
  const found: unknown[] = [];
  let open: [from: bigint, began: bigint | null] | null = null;
  let last = from;
  let isBegun = false;
  const look = (zxid: bigint, isTxn: boolean) => {
    if (holds(tree) === (open !== null)) return;
    if (open === null) open = [zxid, isTxn ? zxid : null];
    else {
      found.push([...open, last, zxid]);
      open = null;
    }
  };
  for (const { txn } of server.txns()) {
    const { zxid } = txn.header;
    if (zxid <= base!.zxid) continue;
    if (zxid > from && !isBegun) {
      look(from, false);
      isBegun = true;
    }
    tree.apply(txn);
    if (zxid <= from) continue;
    look(zxid, true);
    last = zxid;
  }
  if (open !== null) found.push([...(open as unknown[]), last, null]);
  return found;
}

/** Where the trees of a source begin. */
async function beginning(source: string): Promise<bigint> {
  const runs = await openReplayRuns(resolve(source, QUIET), {}, QUIET);
  const { from } = runs.runs[0]!;
  runs.close();
  return from;
}

/** Paths of a history that tell it well: some of each kind, all different. */
function somePaths(server: TestServer): string[] {
  const paths = new Set<string>();
  for (const { txn } of server.txns()) {
    const parts = txn.op.op === 'multi' ? txn.op.ops : [txn.op];
    for (const op of parts) if ('path' in op && op.path !== null) paths.add(op.path);
  }
  return [...paths].filter((_, i) => i % Math.ceil(paths.size / 7) === 0);
}

const numberOf = (tree: PlainTree, parent: string) =>
  [...tree.znodes.keys()].filter((path) => path !== '' && path.slice(0, path.lastIndexOf('/')) === parent)
    .length;

const SERVERS = serversOf('standalone-3.9', 'load-3.9', 'load-3.5', 'standalone-3.4', 'closesession-off');
const inTree = (path: string) => (path === '/' ? '' : path);
const shown = (path: string) => Buffer.from(path, 'latin1').toString('utf8');
const sqlText = (path: string) => `'${shown(path).replaceAll("'", "''")}'`;

describe.each(SERVERS.map((server) => [server.name, server] as const))('bisect on %s', (name, server) => {
  const source = join('fixtures', name);
  const paths = somePaths(server);

  test('finds when znodes were there, as a plain tree does', async () => {
    const from = await beginning(source);
    for (const path of paths) {
      const expected = plainPeriods(server, from, (tree) => tree.znodes.has(inTree(path)));
      expect((await periods(source, `exists "${shown(path)}"`)).map(brief)).toEqual(expected);
      const missing = plainPeriods(server, from, (tree) => !tree.znodes.has(inTree(path)));
      expect((await periods(source, `not exists '${shown(path)}'`)).map(brief)).toEqual(missing);
    }
  });

  test('finds when data, its length, versions, owners and ACLs were so', async () => {
    const from = await beginning(source);
    for (const path of paths.slice(0, 4)) {
      const of = (tree: PlainTree) => tree.znodes.get(inTree(path));
      const last = [...server.txns()]
        .map(({ txn }) => txn.op)
        .filter((op) => 'data' in op && op.path === path);
      const data = last.map((op) => ('data' in op ? op.data : null)).at(-1) ?? Buffer.from('x');
      const hex = data.toString('hex');
      for (const [where, holds] of [
        [
          `data "${shown(path)}" = hex:${hex}`,
          (tree: PlainTree) => of(tree)?.data === data.toString('latin1'),
        ],
        [
          `bytes "${shown(path)}" >= ${data.length}`,
          (tree: PlainTree) => of(tree) !== undefined && (of(tree)!.data?.length ?? 0) >= data.length,
        ],
        [`version "${shown(path)}" = 1`, (tree: PlainTree) => of(tree)?.version === 1],
        [
          `data "${shown(path)}" = null`,
          (tree: PlainTree) => of(tree) !== undefined && of(tree)!.data === null,
        ],
        [`not owner "${shown(path)}" = 0x0`, (tree: PlainTree) => of(tree)?.owner !== 0n],
        [
          `acl "${shown(path)}" has world:anyone:r`,
          (tree: PlainTree) =>
            /\[(1|3|5|7|9|1[13579]|2[13579]|31),"world","anyone"\]/.test(of(tree)?.acl ?? ''),
        ],
      ] as const) {
        expect([where, (await periods(source, where)).map(brief)]).toEqual([
          where,
          plainPeriods(server, from, holds),
        ]);
      }
    }
  });

  test('finds when a parent had so many children, in words and in SQL', async () => {
    const from = await beginning(source);
    const parents = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))))].slice(0, 2);
    for (const parent of parents) {
      const expected = plainPeriods(server, from, (tree) => numberOf(tree, parent) > 3);
      expect((await periods(source, `children "${shown(parent) || '/'}" > 3`)).map(brief)).toEqual(expected);
      const sql = `sql: SELECT count(*) > 3 FROM znode WHERE parent = ${parent === '' ? "'/'" : sqlText(parent)}`;
      expect((await periods(source, sql)).map(brief)).toEqual(expected);
    }
  });

  test('keeps the whole tree in SQL as a plain tree has it', async () => {
    const from = await beginning(source);
    // A sum over every field, whose value at the middle of the history is looked for.
    const znodesOf = (tree: PlainTree) =>
      [...tree.znodes].filter(([path]) => !path.startsWith('/zookeeper/'));
    const sum = (tree: PlainTree) =>
      znodesOf(tree).reduce(
        (all, [path, { version, cversion, aversion, mzxid, pzxid, czxid, mtime, data }]) =>
          all +
          BigInt(version + 3 * cversion + 5 * aversion + 7 * (data?.length ?? 0) + 11 * shown(path).length) +
          mzxid * 13n +
          pzxid * 17n +
          czxid * 19n +
          (mtime % 1000n) * 23n,
        0n,
      );
    const values: bigint[] = [];
    plainPeriods(server, from, (tree) => {
      values.push(sum(tree));
      return false;
    });
    const wanted = values[Math.floor(values.length / 2)]!;
    const expression =
      'sum(version + 3 * cversion + 5 * aversion + 7 * coalesce(data_length, 0) + 11 * length(replace(path, char(0), 1)) ' +
      "- CASE path WHEN '/' THEN 11 ELSE 0 END + mzxid * 13 + pzxid * 17 + czxid * 19 + (mtime % 1000) * 23)";
    const where = `sql: SELECT ${expression} = ${wanted} FROM znode WHERE path NOT GLOB '/zookeeper/*'`;
    expect((await periods(source, where)).map(brief)).toEqual(
      plainPeriods(server, from, (tree) => sum(tree) === wanted),
    );
  });
});

describe('bisect', () => {
  const LOAD = 'fixtures/load-3.9.5';
  const [load] = serversOf('load-3.9.5') as [TestServer];
  const folder = useTempDir();
  const CHILDREN = 'children /load/data > 249';
  const IN_SQL = "sql: SELECT count(*) > 249 FROM znode WHERE parent = '/load/data'";

  it('gives the txn, where it stands, what it did, and how sure the tree is', async () => {
    const [logged] = [...load.txns()].filter(
      ({ txn: { op } }) => op.op === 'create' && op.path === '/load/data/200',
    );
    const found = (await first(LOAD, 'exists /load/data/200'))!;
    const { header } = logged!.txn;
    expect(found).toMatchObject({
      from: header.zxid,
      began: {
        zxid: header.zxid,
        time: header.time,
        session: header.clientId,
        type: 'create',
        ops: [{ type: 'create', path: '/load/data/200' }],
        offset: logged!.evidence.offset,
        length: logged!.evidence.length,
      },
      label: { label: 'exact' },
      to: null,
    });
    expect(found.began!.file.endsWith(logged!.evidence.file.split('/').at(-1)!)).toBe(true);
    expect(await first(LOAD, 'exists /nowhere')).toBeNull();
  });

  it('begins and ends where the range does', async () => {
    const all = await periods(LOAD, CHILDREN);
    const [, second, third] = all as [HeldPeriod, HeldPeriod, HeldPeriod];
    const middle = second.from + 1n;
    const range = { from: { zxid: middle }, to: { zxid: third.from } };
    expect((await periods(LOAD, CHILDREN, { range })).map(brief)).toEqual([
      [middle, null, second.to, second.ended!.zxid],
      [third.from, third.from, third.from, null],
    ]);
    // Times: of the txns that ended the first of them and began the last.
    const times = { from: { time: second.ended!.time - 1n }, to: { time: third.began!.time } };
    const inTime = await periods(LOAD, CHILDREN, { range: times });
    expect(inTime.at(-1)!.began?.zxid ?? inTime.at(-1)!.from).toBeLessThanOrEqual(third.from);
    await expect(periods(LOAD, CHILDREN, { range: { from: { zxid: 1n << 40n } } })).rejects.toThrow(
      UsageError,
    );
    await expect(
      periods(LOAD, CHILDREN, { range: { from: { zxid: 9n }, to: { zxid: 8n } } }),
    ).rejects.toThrow(/before its beginning/);
  });

  it('finds by halves what changes once, and tells of nothing that is not so', async () => {
    const exact = await periods(LOAD, CHILDREN);
    // The cversion only grows.
    const once = "sql: SELECT cversion > 300 FROM znode WHERE path = '/load/data'";
    const every = await periods(LOAD, once, { every: 1 });
    expect(every).toHaveLength(1);
    for (const count of [2, 7, 64, 4096]) {
      const begins = (found: readonly HeldPeriod[]) => found.map(({ from }) => from);
      const ends = (found: readonly HeldPeriod[]) => found.flatMap(({ ended }) => ended?.zxid ?? []);
      const coarse = await periods(LOAD, IN_SQL, { every: count });
      // Every change that is told is one; some are passed over.
      for (const zxid of begins(coarse)) expect(begins(exact)).toContain(zxid);
      for (const zxid of ends(coarse)) expect(ends(exact)).toContain(zxid);
      expect(coarse.length).toBeLessThanOrEqual(exact.length);
      expect(coarse.every(({ label }) => label.label === 'exact')).toBe(true);
      const found = await periods(LOAD, once, { every: count });
      expect(found.map(brief)).toEqual(every.map(brief));
    }
  });

  it('says what it does not know of a hole in the logs', async () => {
    cpSync(join(LOAD, 'version-2'), join(folder.path, 'hole', 'version-2'), { recursive: true });
    const { logs, snapshots } = load.fixture.servers[0]!;
    const gone = logs[5]!;
    rmSync(join(folder.path, 'hole', 'version-2', gone));
    const zxidOf = (name: string) => BigInt(`0x${name.split('.')[1]}`);
    const [lost, behind] = [zxidOf(gone), zxidOf(logs[6]!)];
    const holes: [bigint, bigint][] = [];
    const told = (before: bigint, next: bigint) => void holes.push([before, next]);
    const source = join(folder.path, 'hole');
    const whole = await periods(LOAD, CHILDREN);
    const found = await periods(source, CHILDREN, { onHole: told });
    expect(holes).toHaveLength(1);
    const [before, next] = holes[0]!;
    // The oldest snapshot that the lost txns are in, or the first that is exact behind them.
    expect(before).toBe(lost - 1n);
    expect(next > lost && snapshots.some((name) => zxidOf(name) <= next)).toBe(true);
    expect(next <= behind || snapshots.some((name) => zxidOf(name) >= behind)).toBe(true);
    const isOutside = ({ from, ended }: HeldPeriod) =>
      (ended !== null && ended.zxid <= before) || from > next;
    expect(found.filter(isOutside).map(brief)).toEqual(whole.filter(isOutside).map(brief));
    for (const { from, began, notAt, ended, goneAt } of found) {
      if (began === null && from !== found[0]!.from) expect([from, notAt]).toEqual([next, before]);
      if (ended === null && goneAt !== null) expect(goneAt).toBe(next);
    }
  });

  it('begins with a new tree where a server of 3.4 has written no snapshot', async () => {
    const [old] = serversOf('standalone-3.4') as [TestServer];
    const source = join(folder.path, 'new');
    cpSync(join('fixtures', old.name, 'version-2'), join(source, 'version-2'), { recursive: true });
    for (const name of old.fixture.servers[0]!.snapshots) rmSync(join(source, 'version-2', name));
    const tree = PlainTree.empty();
    const counts: [zxid: bigint, children: number, znodes: number][] = [[0n, 1, 3]];
    for (const { txn } of old.txns()) {
      tree.apply(txn);
      counts.push([txn.header.zxid, numberOf(tree, ''), tree.znodes.size]);
    }
    for (const [where, at] of [
      ['children / > 1', 1],
      ["sql: SELECT count(*) > 1 FROM znode WHERE parent = '/'", 1],
      ['sql: SELECT count(*) > 100 FROM znode', 2],
    ] as const) {
      const expected = counts.find((one) => one[at]! > (at === 1 ? 1 : 100))![0];
      expect((await first(source, where))!.from).toBe(expected);
    }
    expect((await first(source, 'sql: SELECT count(*) = 3 FROM znode'))!.from).toBe(0n);
  });

  it('finds the same in an index of all snapshots', async () => {
    const index = join(folder.path, 'case.db');
    const dir = openDataDir(LOAD);
    buildIndex(index, [{ name: 'c', servers: [{ name: 's', dir }] }], { snapshots: 'all' });
    for (const where of [
      CHILDREN,
      IN_SQL,
      'data /load/data/110 ~ .',
      'acl /load/data/25 has world:anyone:cdrwa',
    ]) {
      const fromIndex = await periods(index, where);
      const fromFiles = await periods(LOAD, where);
      expect(fromIndex.map(brief)).toEqual(fromFiles.map(brief));
      expect(fromIndex.map(({ label }) => label.label)).toEqual(fromFiles.map(({ label }) => label.label));
    }
  });

  it.each([
    ['sql: SELECT', 'incomplete input'],
    ['sql: SELECT 1; SELECT 2', 'contains more than one statement'],
    ['sql: DELETE FROM znode', 'does not ask'],
    ['sql: SELECT 1, 2', 'gives 2 columns'],
    ["sql: SELECT 'yes'", 'gives text'],
    ['sql: SELECT count(*) FROM nodes', 'no such table'],
  ])('refuses %s', async (where, message) => {
    await expect(periods('fixtures/empty-3.9.5', where)).rejects.toThrow(message);
    await expect(periods('fixtures/empty-3.9.5', where)).rejects.toThrow(UsageError);
  });

  it('asks SQL of sessions and kinds too', async () => {
    const sessions = await periods('fixtures/standalone-3.9.5', 'sql: SELECT count(*) > 3 FROM session');
    // Open then: 0, 4, 5 and, from its createSession at 0x1c3 on, 6; 4 expires at 0x1c4.
    expect(sessions.map(brief)).toEqual([[0x1c3n, 0x1c3n, 0x1c3n, 0x1c4n]]);
    const ttl = await first(
      'fixtures/standalone-3.9.5',
      "sql: SELECT count(*) FROM znode WHERE kind = 'ttl'",
    );
    const inWords = await first('fixtures/standalone-3.9.5', 'exists /ttl/stays');
    expect(ttl!.from <= inWords!.from).toBe(true);
    expect(ttl!.began!.ops[0]!.type).toBe('createTTL');
  });
});

describe('parseCondition', () => {
  const stat = { version: 3, ephemeralOwner: 5n } as never;
  const znode = { data: Buffer.from('a = b'), dataLength: 5, acl: null, stat };
  const test = (text: string, children = 0) => {
    const condition = parseCondition(text);
    if (condition.kind !== 'znode') throw new Error('not on a znode');
    return [condition.path, condition.isNegated, condition.holds(znode, children)];
  };

  it.each([
    ['exists /a b/c', '/a b/c', false, true],
    ['NOT exists "/a"', '/a', true, true],
    ['exists /', '', false, true],
    ['data /a b = a = b', '/a b', false, true],
    ["data '/a = b' = a = b", '/a = b', false, true],
    ['data /a != a = b', '/a', false, false],
    ['data /a ~ ^a.*b$', '/a', false, true],
    ['data /a = hex:61203d2062', '/a', false, true],
    ['data /a = null', '/a', false, false],
    ['bytes /a>=5', '/a', false, true],
    ['version /a < 3', '/a', false, false],
    ['owner /a = 0x5', '/a', false, true],
    ['acl /a has world:anyone', '/a', false, false],
    ['exists /caf\xe9', '/caf\xe9', false, true],
  ])('understands %s', (text, path, isNegated, holds) => {
    expect(test(text)).toEqual([rawText(path), isNegated, holds]);
  });

  it('compares children with numbers', () => {
    expect(test('children /a > 2', 3)[2]).toBe(true);
    expect(test('children /a > 3', 3)[2]).toBe(false);
  });

  it.each([
    '',
    'exists',
    'exists a',
    'exists /a/',
    'exist /a',
    'data /a',
    'data /a ~ (',
    'data /a = hex:0',
    'children /a > x',
    'children /a',
    'owner /a = 5',
    'acl /a has anyone',
    'exists "/a" now',
  ])('refuses "%s"', (text) => {
    expect(() => parseCondition(text)).toThrow(UsageError);
  });
});
