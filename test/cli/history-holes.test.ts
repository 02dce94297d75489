// What `history` says where logs are missing, held against the logs that are not: those of real servers, of which some
// are taken away.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useTempDir } from '../support/fixtures.js';
import { plainAdler32 } from '../support/jute-writer.js';
import { readLogAgain, readSnapshotAgain } from '../support/second-reader.js';
import { rowsOf, zoolog } from './run-cli.js';

type Row = Record<string, unknown> & { path: string; type: string; zxid: string | null };

const folder = useTempDir();

/** The changes that logs hold, op by op, by path. */
async function changesIn(dir: string): Promise<Map<string, Row[]>> {
  const { stdout } = await zoolog(['log', dir, '--format', 'ndjson']);
  const changes = new Map<string, Row[]>();
  for (const row of rowsOf(stdout) as Row[]) {
    if (row.path === undefined || row.applied === false || row.type === 'check') continue;
    changes.set(row.path, [...(changes.get(row.path) ?? []), row]);
  }
  return changes;
}

async function historyOf(dir: string, path = '/'): Promise<Row[]> {
  const args = path === '/' ? ['--subtree'] : [];
  const { stdout, stderr } = await zoolog(['history', dir, path, ...args, '--format', 'ndjson']);
  expect(stderr).not.toContain('history-disagrees');
  return rowsOf(stdout) as Row[];
}

function at(zxid: unknown): bigint {
  return BigInt(zxid as string);
}

/** A family of types: what a snapshot tells of a create does not say which kind of create it was. */
function familyOf(type: string): string {
  return type.startsWith('create') ? 'create' : type.startsWith('delete') ? 'delete' : type;
}

/** Every event that no log here told must be one that the whole logs hold. */
function expectTrue(found: readonly Row[], truth: ReadonlyMap<string, readonly Row[]>): number {
  let concluded = 0;
  for (const row of found) {
    if (row.type === 'hole' || row.type === 'children' || row.zxid === '0x0') continue;
    const family = familyOf(row.type);
    const real = (truth.get(row.path) ?? []).filter(({ type }) => familyOf(type) === family);
    if (row.zxid !== null) {
      const same = real.find(({ zxid }) => zxid === row.zxid);
      expect([row.path, row.type, row.zxid, same?.time]).toEqual([row.path, row.type, row.zxid, row.time]);
      if (row.from === 'snapshot') concluded++;
      if (row.data !== undefined)
        expect([row.path, row.zxid, row.data]).toEqual([row.path, row.zxid, same!.data]);
      continue;
    }
    concluded++;
    const within = real.filter(({ zxid }) => {
      return at(zxid) > at(row.after) && (row.upTo === null || at(zxid) <= at(row.upTo));
    });
    const count = (row.count as number | undefined) ?? 1;
    // Of deletes and creates only the last can be seen.
    const isExact = family === 'setData' || family === 'setACL';
    expect([row.path, row.type, within.length >= count]).toEqual([row.path, row.type, true]);
    if (isExact) {
      const last = within
        .filter(({ version }) => (version as number) <= (row.version as number))
        .slice(-count);
      expect([row.path, last.length, last.at(-1)!.version]).toEqual([row.path, count, row.version]);
    }
  }
  return concluded;
}

describe.each(['load-3.6.4', 'load-3.9.5', 'killed-3.8.6'])('%s', (name) => {
  const whole = join('fixtures', name);
  const logs = readdirSync(join(whole, 'version-2'))
    .filter((file) => file.startsWith('log.'))
    .sort((a, b) => Number.parseInt(a.slice(4), 16) - Number.parseInt(b.slice(4), 16));
  let truth: Map<string, Row[]>;
  beforeAll(async () => {
    truth = await changesIn(whole);
  });

  test('without any log the stats tell what is true', async () => {
    const dir = join(folder.path, `${name}-snapshots`);
    mkdirSync(join(dir, 'version-2'), { recursive: true });
    for (const file of readdirSync(join(whole, 'version-2'))) {
      if (file.startsWith('snapshot.')) cpSync(join(whole, 'version-2', file), join(dir, 'version-2', file));
    }
    const found = await historyOf(dir);
    expect(found[0]).toMatchObject({ type: 'hole', after: null, upTo: null });
    expect(expectTrue(found, truth)).toBeGreaterThan(500);
    expect(found.filter(({ type }) => type === 'delete').length).toBeGreaterThan(50);
  });

  // From the second log on: before the first nothing was.
  test.each(logs.slice(1, -1).filter((_, i) => i % 4 === 0))('without %s', async (missing) => {
    const dir = join(folder.path, `${name}-${missing}`);
    cpSync(whole, dir, { recursive: true });
    rmSync(join(dir, 'version-2', missing));
    const { records } = readLogAgain(join(whole, 'version-2', missing));
    const [first, last] = [records[0]!.zxid, records.at(-1)!.zxid];
    const hole = { type: 'hole', after: hex(first - 1n), upTo: hex(last), missing: records.length };

    const found = await historyOf(dir);
    expect(found.filter(({ type }) => type === 'hole')).toMatchObject([hole]);
    expect(expectTrue(found, truth)).toBeGreaterThan(0);

    // No history of a path is silent about it, and none says that nothing happened where something did.
    const isInHole = ({ zxid }: Row) => at(zxid) >= first && at(zxid) <= last;
    const paths = [...truth].filter(([, changes]) => changes.length > 2);
    const [some, others] = [true, false].map((wanted) => {
      return paths.filter(([, changes]) => changes.some(isInHole) === wanted).slice(0, 12);
    });
    expect(some!.length).toBeGreaterThan(5);
    let unchanged = 0;
    for (const [path, changes] of [...some!, ...others!]) {
      const own = await historyOf(dir, path);
      const [said, ...more] = own.filter(({ type }) => type === 'hole');
      expect(more).toEqual([]);
      expect(said).toMatchObject({ ...hole, path });
      if (said!.unchanged === true) {
        unchanged++;
        expect([path, changes.filter(isInHole)]).toEqual([path, []]);
      }
      expectTrue(own, truth);
    }
    // Only a snapshot from behind the hole can show it.
    const newest = readdirSync(join(whole, 'version-2')).filter(
      (file) => at(`0x${file.split('.')[1]}`) > last,
    );
    if (newest.some((file) => file.startsWith('snapshot.'))) expect(unchanged).toBeGreaterThan(0);
  });
});

test('a log by itself tells what it can, and that something was before', async () => {
  const file = 'fixtures/load-3.9.5/version-2/log.1';
  const later = readdirSync('fixtures/load-3.9.5/version-2').filter((name) => /^log\.[^1]/.test(name))[0]!;
  const log = join('fixtures/load-3.9.5/version-2', later);
  expect((await historyOf(file))[0]!.type).toBe('create');
  const changes = await changesIn(log);
  const [path] = [...changes].find(([, ops]) => ops[0]!.type === 'setData')!;
  const [hole, first] = await historyOf(log, path);
  expect(hole).toMatchObject({ type: 'hole', after: null, zxid: null });
  expect(first).toMatchObject({ type: 'setData', oldVersion: (first!.version as number) - 1 });
  expect(first).not.toHaveProperty('oldData');
});

test('a snapshot by itself tells what its stats say', async () => {
  const file = 'fixtures/standalone-3.9.5/version-2/snapshot.1c4';
  const { stdout } = await zoolog(['history', file, '/versions', '--format', 'ndjson']);
  const found = rowsOf(stdout) as Row[];
  const { znodes } = readSnapshotAgain(file);
  const { stat } = znodes.find(({ path }) => path === '/versions')!;
  const [czxid, mzxid, pzxid] = [0, 8, 52].map((offset) => hex(stat.readBigInt64BE(offset)));
  // The driver sets its data twelve times, and its ACL five times; two children are created below it.
  expect(found.map(({ type, zxid, count, version }) => [type, zxid, count, version])).toEqual([
    ['hole', null, undefined, undefined],
    ['create', czxid, undefined, 0],
    ['setData', null, 11, 11],
    ['setData', mzxid, undefined, 12],
    ['children', pzxid, undefined, undefined],
    ['setACL', null, 5, 5],
  ]);
  for (const row of found) expect(row.from ?? 'snapshot').toBe('snapshot');
});

describe('a snapshot that says other things than the logs', () => {
  const whole = 'fixtures/standalone-3.9.5';
  const name = 'version-2/snapshot.1c4';
  // Data of /plain, made by the driver; ephemerals of an open session.
  const alter = (dir: string, change: (bytes: Buffer) => Buffer) => {
    cpSync(whole, dir, { recursive: true });
    const bytes = change(readFileSync(join(dir, name)));
    // Three seals: behind the tree, the digest block of 20 bytes and the block of 8 (FORMAT.md 3.1).
    for (const back of [13 + 33 + 21, 13 + 21, 13]) {
      const seal = bytes.length - back;
      bytes.writeBigInt64BE(BigInt(plainAdler32(bytes.subarray(0, seal))), seal);
    }
    writeFileSync(join(dir, name), bytes);
  };
  const problems = async (dir: string, path: string) => {
    const { stdout } = await zoolog(['history', dir, path, '--format', 'json']);
    return (JSON.parse(stdout) as { problems: Row[] }).problems;
  };

  test('is reported where its data differs', async () => {
    const dir = join(folder.path, 'data');
    const record = readSnapshotAgain(join(whole, name)).znodes.find(({ path }) => path === '/plain')!;
    alter(dir, (bytes) => {
      bytes[bytes.indexOf('plain text', record.offset)] = 0x50;
      return bytes;
    });
    expect(await problems(dir, '/plain')).toMatchObject([
      {
        code: 'history-disagrees',
        severity: 'error',
        file: join(dir, name),
        offset: record.offset,
        where: 'znode /plain',
      },
    ]);
    expect(await problems(dir, '/empty')).toEqual([]);
  });

  test('is reported where a persistent znode is missing in it, and an ephemeral whose session it has', async () => {
    for (const path of ['/plain', '/ephemeral/open']) {
      const dir = join(folder.path, `without${path.replaceAll('/', '-')}`);
      const { offset, length } = readSnapshotAgain(join(whole, name)).znodes.find(
        (one) => one.path === path,
      )!;
      alter(dir, (bytes) => Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + length)]));
      expect(await problems(dir, path)).toMatchObject([
        { code: 'history-disagrees', file: join(dir, name), found: 'none', where: `znode ${path}` },
      ]);
    }
  });

  test('an ephemeral whose session it lacks too is an unlogged delete instead', async () => {
    const dir = join(folder.path, 'session');
    const { sessions, znodes } = readSnapshotAgain(join(whole, name));
    const { offset, length, stat } = znodes.find(({ path }) => path === '/ephemeral/open')!;
    const n = sessions.findIndex(({ id }) => id === stat.readBigInt64BE(44));
    alter(dir, (bytes) => {
      bytes.writeInt32BE(sessions.length - 1, 16);
      const session = 20 + 12 * n;
      return Buffer.concat([
        bytes.subarray(0, session),
        bytes.subarray(session + 12, offset),
        bytes.subarray(offset + length),
      ]);
    });
    expect(await problems(dir, '/ephemeral/open')).toEqual([]);
    const [create, deletion] = await historyOf(dir, '/ephemeral/open');
    expect(deletion).toMatchObject({ type: 'delete', unlogged: true, after: create!.zxid, upTo: '0x1c4' });
  });
});

function hex(zxid: bigint): string {
  return `0x${zxid.toString(16)}`;
}
