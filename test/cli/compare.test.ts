// compare: a healthy ensemble, and faults that are planted into copies of it. Where records stand is by the second reader.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../fuzz/random.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { resealedLog, resealedSnapshot, spliced } from '../support/reseal.js';
import { readLogAgain, readSnapshotAgain, type SecondZnode } from '../support/second-reader.js';
import { buildSnapshot } from '../support/snapshot-spec.js';
import { zoolog } from './run-cli.js';

interface Row {
  readonly kind: string;
  readonly zxid: string | null;
  readonly toZxid: string | null;
  readonly count: number;
  readonly path: string | null;
  readonly session: string | null;
  readonly groups: readonly (readonly string[])[];
  readonly lacking: readonly string[];
  readonly fields: readonly string[];
  readonly txns: readonly string[];
}

interface Told {
  readonly at: string;
  readonly equal: number;
  readonly different: number;
  readonly members: readonly {
    readonly server: string;
    readonly newest: string;
    readonly exactness: string;
  }[];
  readonly rows: readonly Row[];
}

const temp = useTempDir();
let copies = 0;

async function compare(...args: string[]): Promise<{ code: number; told: Told }> {
  const { code, stdout } = await zoolog(['compare', ...args, '--format', 'json']);
  return { code, told: JSON.parse(stdout) as Told };
}

/** A copy of the three servers, with a fault planted. */
function planted(plant: (server: (name: string) => string) => void): string {
  const folder = join(temp.path, `copy-${++copies}`);
  for (const name of ['zk1', 'zk2', 'zk3']) {
    cpSync(join(FIXTURES, 'ensemble-3.8.6', name), join(folder, name), { recursive: true });
  }
  plant((name) => join(folder, name, 'version-2'));
  return folder;
}

const different = ({ rows }: Told) => rows.filter(({ kind }) => kind !== 'synced');
const ZK = ['zk1', 'zk2', 'zk3'].map((name) => join(FIXTURES, 'ensemble-3.8.6', name));

describe('compare', () => {
  it('finds a healthy ensemble the same, one of which was sent a snapshot', async () => {
    const { code, told } = await compare(...ZK);
    expect([code, told.different, different(told)]).toEqual([0, 0, []]);
    const client = readFileSync(join(FIXTURES, 'ensemble-3.8.6/client.ndjson'), 'utf8').trim().split('\n');
    expect(told.equal).toBe(client.length);
    expect(told.at).toBe('0x2000001ac');
    expect(told.members.map(({ server, exactness }) => [server, exactness])).toEqual([
      ['zk1', 'exact'],
      ['zk2', 'exact'],
      ['zk3', 'exact'],
    ]);
    // MADE.md: zk2 was down meanwhile. Its logs end and begin again there.
    const [before, behind] = ['log.10000015c', 'log.100000484'].map(
      (name) => readLogAgain(join(ZK[1]!, 'version-2', name)).records,
    );
    expect(told.rows).toMatchObject([
      {
        kind: 'synced',
        zxid: `0x${(before!.at(-1)!.zxid + 1n).toString(16)}`,
        toZxid: `0x${(behind![0]!.zxid - 1n).toString(16)}`,
        lacking: ['zk2'],
      },
    ]);
  });

  it('says the same of an index, and of the folder with a dead leader in it', async () => {
    const file = join(temp.path, 'case.db');
    await zoolog(['index', '-o', file, `prod=${ZK.join(',')}`, '--snapshots', 'all']);
    const { code, told } = await compare(`${file}#prod`);
    expect([code, different(told), told.at]).toEqual([0, [], '0x2000001ac']);
    const read = (dir: string, name: string) => readFileSync(join(dir, 'version-2', name), 'utf8').trim();
    expect(told.members).toMatchObject(
      ZK.map((dir) => ({
        myid: readFileSync(join(dir, 'myid'), 'utf8').trim(),
        currentEpoch: Number(read(dir, 'currentEpoch')),
        acceptedEpoch: Number(read(dir, 'acceptedEpoch')),
      })),
    );
    const folder = await compare(join(FIXTURES, 'ensemble-3.8.6'));
    expect(folder.code).toBe(1);
    // What the dead leader proposed last, and nobody else logged: 0x100000522 to 0x100000525 (MADE.md).
    expect(different(folder.told).filter(({ kind }) => kind === 'lacks')).toMatchObject([
      { zxid: '0x100000522', toZxid: '0x100000525', count: 4, lacking: ['zk1', 'zk2', 'zk3'] },
    ]);
    expect(folder.told.rows.find(({ path }) => path === '/load/sequence/s-0000000032')).toMatchObject({
      kind: 'znode',
      groups: [['zk1', 'zk2', 'zk3'], ['dead-leader']],
    });
  });

  it('names a znode that one server has otherwise', async () => {
    const folder = planted((server) => {
      const file = join(server('zk2'), 'snapshot.200000188');
      const change = (tree: Buffer) => {
        const at = tree.indexOf('/plain') + '/plain'.length + 4;
        tree[at] = tree[at]! ^ 1;
        return tree;
      };
      writeFileSync(file, resealedSnapshot(file, change));
    });
    const { code, told } = await compare(folder);
    expect([code, told.different]).toEqual([1, 1]);
    expect(different(told)).toMatchObject([
      { kind: 'znode', path: '/plain', groups: [['zk1', 'zk3'], ['zk2']], lacking: [], fields: ['data'] },
    ]);
  });

  it('names the first txn that a server has otherwise, and all that show it', async () => {
    const zxid = 0x20000018bn;
    const folder = planted((server) => {
      const file = join(server('zk3'), logWith(server('zk3'), zxid));
      const bytes = resealedLog(file, (entries, records) =>
        entries.map((entry, i) => {
          const { zxid: own, time } = records[i]!;
          // Another clock, from there on.
          if (own >= zxid) entry.writeBigInt64BE(time + 1n, 20);
          return entry;
        }),
      );
      writeFileSync(file, bytes);
    });
    const { code, told } = await compare(folder);
    const last = 0x2000001acn;
    expect(code).toBe(1);
    const forks = told.rows.filter(({ kind }) => kind === 'fork');
    expect(forks).toMatchObject([
      {
        zxid: '0x20000018b',
        toZxid: '0x2000001ac',
        count: Number(last - zxid) + 1,
        groups: [['zk1', 'zk2'], ['zk3']],
      },
    ]);
    expect(forks[0]!.txns).toHaveLength(2);
    expect(forks[0]!.txns[1]).toContain('zk3');
  });

  it('names the txns of a log that is missing', async () => {
    let gone: bigint[] = [];
    const folder = planted((server) => {
      const file = join(server('zk1'), 'log.1000003ea');
      gone = readLogAgain(file).records.map(({ zxid }) => zxid);
      rmSync(file);
    });
    const { code, told } = await compare(folder);
    expect(code).toBe(1);
    expect(different(told)).toMatchObject([
      {
        kind: 'lacks',
        zxid: `0x${gone[0]!.toString(16)}`,
        toZxid: `0x${gone.at(-1)!.toString(16)}`,
        count: gone.length,
        lacking: ['zk1'],
      },
    ]);
  });

  it('names an ephemeral that one server kept, and a session that it lacks', async () => {
    const tree = ['', '/zookeeper', '/zookeeper/quota'].map((path) => ({ path }));
    const files = ['a', 'b', 'c'].map((name) => {
      const znodes = name === 'b' ? [...tree, { path: '/left', stat: { ephemeralOwner: 0x77n } }] : tree;
      const sessions = name === 'c' ? [] : [{ id: 0x10n, timeout: 1000 }];
      mkdirSync(join(temp.path, name));
      const file = join(temp.path, name, 'snapshot.5');
      writeFileSync(file, buildSnapshot({ znodes, sessions }).bytes);
      return file;
    });
    const { code, told } = await compare(...files);
    expect(code).toBe(1);
    expect(different(told)).toMatchObject([
      { kind: 'session', session: '0x10', lacking: ['c/snapshot.5'] },
      { kind: 'znode', path: '/left', session: '0x77', lacking: ['a/snapshot.5', 'c/snapshot.5'] },
      { kind: 'owner', path: '/left', session: '0x77', lacking: ['b/snapshot.5'] },
    ]);
  });

  it('says where logs do not meet, or one server is named twice', async () => {
    const other = join(FIXTURES, 'load-3.9.5');
    const strangers = await zoolog(['compare', ZK[0]!, other]);
    expect(strangers.stdout).toContain('logs: no zxid is in two of them');
    const doubt = ': no txn of theirs is in the logs of another';
    expect(strangers.stderr).toContain(`these servers may be of different ensembles${doubt}`);
    // Their zxids are the same, and not one txn.
    const clash = await zoolog(['compare', join(FIXTURES, 'load-3.8.6'), other]);
    expect(clash.stderr).toContain(`these servers may be of different ensembles${doubt}`);
    const one = await zoolog(['compare', ...ZK.slice(0, 2), other]);
    expect(one.stderr).toContain(`load-3.9.5 may be of another ensemble${doubt}`);
    expect((await zoolog(['compare', ...ZK.slice(0, 2)])).stderr).not.toContain(doubt);
    const { code, stdout, stderr } = await zoolog(['compare', other, other]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('logs: the same where they meet')]);
    expect(stderr).toContain('named more than once');
    const snapshot = join(other, 'version-2', 'snapshot.0');
    expect((await zoolog(['compare', snapshot, snapshot])).stdout).toContain('logs: none here');
  });

  it('takes one tree alone for nothing compared, and says what to do for the others', async () => {
    // MADE.md: zk2 was down then, and came back with a snapshot.
    const two = [ZK[0]!, ZK[1]!, '--at', '0x100000400'];
    const { code, stdout, stderr } = await zoolog(['compare', ...two]);
    expect([code, stdout]).toEqual([
      3,
      expect.stringContaining(
        'trees at 0x100000400: only that of zk1, so nothing was compared; logs: the same where they meet',
      ),
    ]);
    expect(stderr).toMatch(/zk2: no tree to compare: .+; the nearest: .*0x/);
    const { told } = await compare(...two);
    expect(told).toMatchObject({ equal: null, different: null });
    expect(told.members).toMatchObject([
      {},
      { server: 'zk2', exactness: null, znodes: null, sessions: null },
    ]);
    const three = await zoolog(['compare', ...two, ZK[2]!]);
    expect(three.stdout).toMatch(/ 0 different, on 2 of 3 servers;/);
    const none = await zoolog(['compare', ...ZK, '--at', '0x900000000']);
    expect(none.stdout).toContain('trees at 0x900000000: none, so nothing was compared');
  });

  it('refuses one server alone, and says when a tree cannot be had', async () => {
    expect((await zoolog(['compare', ZK[0]!])).code).toBe(2);
    expect((await zoolog(['compare', join(ZK[0]!, 'version-2/log.100000001'), ZK[1]!])).code).toBe(2);
    const moment = await zoolog(['compare', `${ZK[0]!}@0x100000400`, ZK[1]!]);
    expect([moment.code, moment.stderr]).toEqual([2, expect.stringContaining('--at ZXID')]);
    expect(moment.stderr).not.toContain('--since');
    expect((await zoolog(['doctor', `${ZK[0]!}@0x100000400`])).stderr).not.toContain('--since');
    const { code, stderr } = await zoolog(['compare', ...ZK, '--at', '0x900000000']);
    expect(code).toBe(3);
    expect(stderr).toContain('no tree to compare');
  });
});

describe('random faults', () => {
  const records = ZK.map((dir) => {
    const folder = join(dir, 'version-2');
    const logs = readdirSync(folder).filter((name) => name.startsWith('log.'));
    return logs.flatMap((name) => readLogAgain(join(folder, name)).records);
  });
  // Behind the snapshot that zk2 was sent, where all three have logs.
  const zxids = records[0]!.map(({ zxid }) => zxid).filter((zxid) => zxid > 0x1_0000_0484n);
  zxids.sort((a, b) => (a < b ? -1 : 1));

  /** The log of a server with a zxid, and what becomes of its entries. */
  function changeLog(dir: string, zxid: bigint, edit: (entry: Buffer) => readonly Buffer[], name?: string) {
    const file = join(dir, logWith(dir, zxid));
    const bytes = resealedLog(file, (entries, known) =>
      entries.flatMap((entry, i) =>
        known[i]!.zxid === zxid ? edit(entry) : name === undefined ? [entry] : [],
      ),
    );
    writeFileSync(name === undefined ? file : join(dir, name), bytes);
  }

  const otherwise = (entry: Buffer) => {
    entry.writeBigInt64BE(entry.readBigInt64BE(20) + 1n, 20);
    return [entry];
  };

  /** Plants a fault into a server; returns what compare has to say of it. */
  const FAULTS: Readonly<Record<string, (dir: string, server: string, random: Random) => object>> = {
    'a txn is another': (dir, server, random) => {
      const zxid = random.pick(zxids.slice(1, -1));
      changeLog(dir, zxid, otherwise);
      return {
        kind: 'fork',
        zxid: hex(zxid),
        toZxid: hex(zxid),
        count: 1,
        groups: [others(server), [server]],
      };
    },
    'a txn is there twice': (dir, server, random) => {
      const zxid = random.pick(
        zxids.slice(1, -1).filter((one) => logWith(dir, one) !== `log.${hex(one).slice(2)}`),
      );
      changeLog(dir, zxid, otherwise, `log.${hex(zxid).slice(2)}`);
      const txns = [expect.not.stringContaining(' and '), expect.stringMatching(/\(.+\) and .+\(.+\)/)];
      return { kind: 'fork', zxid: hex(zxid), count: 1, groups: [others(server), [server]], txns };
    },
    'a txn is missing': (dir, server, random) => {
      const zxid = random.pick(zxids.slice(1, -1));
      changeLog(dir, zxid, () => []);
      return { kind: 'lacks', zxid: hex(zxid), toZxid: hex(zxid), count: 1, lacking: [server] };
    },
    'a znode is another': (dir, server, random) => {
      const { file, znode } = quietZnode(dir, random, ({ data }) => data !== null && data.length > 0);
      const [field, at] = random.pick([
        ['data', 4 + znode.path.length + 4],
        ['version', znode.length - 60 + 35],
        ['aversion', znode.length - 60 + 43],
        ['ctime', znode.length - 60 + 23],
        ['pzxid', znode.length - 1],
      ] as const);
      const flip = (tree: Buffer) => {
        tree[znode.offset + at] = tree[znode.offset + at]! ^ 1;
        return tree;
      };
      writeFileSync(file, resealedSnapshot(file, flip));
      return {
        kind: 'znode',
        path: text(znode),
        groups: [others(server), [server]],
        lacking: [],
        fields: [field],
      };
    },
    'a znode is missing': (dir, server, random) => {
      const { file, znode } = quietZnode(dir, random, () => true);
      const { offset, length } = znode;
      writeFileSync(
        file,
        resealedSnapshot(file, (tree) => spliced(tree, offset, length)),
      );
      return { kind: 'znode', path: text(znode), groups: [others(server), [server]], lacking: [server] };
    },
  };

  const text = ({ path }: SecondZnode) => Buffer.from(path, 'latin1').toString();
  const hex = (zxid: bigint) => `0x${zxid.toString(16)}`;
  const others = (server: string) => ['zk1', 'zk2', 'zk3'].filter((name) => name !== server);

  /** A leaf of the newest snapshot that no later txn touches: MADE.md, only /load was written to by then. */
  function quietZnode(dir: string, random: Random, fits: (znode: SecondZnode) => boolean) {
    const names = readdirSync(dir).filter((name) => name.startsWith('snapshot.'));
    names.sort((a, b) => Number(BigInt(`0x${a.slice(9)}`) - BigInt(`0x${b.slice(9)}`)));
    const file = join(dir, names.at(-1)!);
    const { znodes } = readSnapshotAgain(file);
    const isLeaf = ({ path }: SecondZnode) => !znodes.some((other) => other.path.startsWith(`${path}/`));
    const isQuiet = ({ path }: SecondZnode) => /^\/(acl|names|plain|deep|multi|sequence)/.test(path);
    return { file, znode: random.pick(znodes.filter((one) => isQuiet(one) && isLeaf(one) && fits(one))) };
  }

  const CASES = Object.keys(FAULTS).flatMap((fault) => [1, 2, 3].map((n) => [fault, n] as const));
  it.each(CASES)('%s, on server %i, is named', async (fault, n) => {
    const random = new Random(`${fault} ${n}`);
    const server = `zk${n}`;
    let expected: object = {};
    const folder = planted((dirOf) => {
      expected = FAULTS[fault]!(dirOf(server), server, random);
    });
    const { code, told } = await compare(folder);
    expect(code).toBe(1);
    const isOfLogs = ['fork', 'lacks'].includes((expected as Row).kind);
    // What a changed txn made of the tree is told, too.
    const found = different(told).filter(({ kind }) => ['fork', 'lacks'].includes(kind) === isOfLogs);
    expect(found).toMatchObject([expected]);
    if (!isOfLogs) expect(different(told)).toHaveLength(1);
  });
});

/** The name of the log that holds a zxid. */
function logWith(dir: string, zxid: bigint): string {
  const logs = readdirSync(dir).filter((name) => name.startsWith('log.'));
  const firsts = logs.map((name) => ({ name, first: BigInt(`0x${name.slice(4)}`) }));
  firsts.sort((a, b) => (a.first < b.first ? 1 : -1));
  return firsts.find(({ first }) => first <= zxid)!.name;
}

it('compares and converts what has times that no date can hold', async () => {
  const folder = planted((server) => {
    const log = join(server('zk3'), logWith(server('zk3'), 0x20000018bn));
    const bytes = resealedLog(log, (entries) => {
      for (const entry of entries) entry.writeBigInt64BE(2n ** 62n, 20);
      return entries;
    });
    writeFileSync(log, bytes);
  });
  const { code, told } = await compare(folder);
  expect(code).toBe(1);
  expect(told.rows.find(({ kind }) => kind === 'fork')!.txns.join()).toContain(String(2n ** 62n));
  const late = join(temp.path, 'late.5');
  const znodes = [{ path: '' }, { path: '/zookeeper' }, { path: '/zookeeper/quota' }];
  const stat = { mtime: 2n ** 62n };
  writeFileSync(late, buildSnapshot({ znodes: [...znodes, { path: '/a', stat }] }).bytes);
  const args = ['convert', late, '-o', join(temp.path, 'out'), '--for', '3.9', '--zxid', '0x5', '--dry-run'];
  expect((await zoolog(args)).code).toBe(0);
});
