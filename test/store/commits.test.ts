// Which txns an index holds for committed: real servers with a dead leader, and small clusters made for the purpose.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import type { Problem } from '../../src/problems.js';
import { type BuildOptions, buildIndex } from '../../src/store/build-index.js';
import { openSql } from '../../src/store/sql.js';
import { flip } from '../support/damage.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { buildLog, create, logBytes, setData, type TxnSpec } from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { dump } from './dump.js';
import { type Files, withIndex, writeFiles } from './indexes.js';

const temp = useTempDir();
const ensemble = join(FIXTURES, 'ensemble-3.8.6');
const z = (epoch: number, counter: number) => (BigInt(epoch) << 32n) | BigInt(counter);
let made = 0;

interface Member {
  readonly name: string;
  readonly path: string;
}

function indexOf(
  members: readonly Member[],
  options: BuildOptions = {},
  file = join(temp.path, `${made++}.db`),
) {
  const problems: Problem[] = [];
  const servers = members.map(({ name, path }) => ({ name, dir: openDataDir(path) }));
  buildIndex(file, [{ name: 'c', servers }], { ...options, onProblem: (problem) => problems.push(problem) });
  return { file, problems };
}

function rows(file: string, sql: string): unknown[][] {
  const session = openSql(file);
  try {
    return [...session.query(sql).rows].map((row) => [...row]);
  } finally {
    session.close();
  }
}

/** Ranges of zxids of one state, in hex, as plain SQL over single txns has them. */
function statesOf(file: string): string[] {
  const ranges: { from: string; to: string; state: unknown }[] = [];
  for (const [zxid, state] of rows(
    file,
    'SELECT DISTINCT zxid_hex, commit_state FROM history ORDER BY zxid',
  ) as [string, string][]) {
    const last = ranges.at(-1);
    if (last?.state === state) last.to = zxid;
    else ranges.push({ from: zxid, to: zxid, state });
  }
  return ranges.map(({ from, to, state }) => `${from}-${to} ${state}`);
}

const agreementOf = (file: string) => withIndex(file, (reader) => reader.agreement(1));
const real = (...names: string[]): Member[] => names.map((name) => ({ name, path: join(ensemble, name) }));

describe('a real ensemble with a dead leader', () => {
  test('the tail of the dead leader is single copies, all else is committed', () => {
    const { file, problems } = indexOf(real('zk1', 'zk2', 'zk3', 'dead-leader'));
    expect(statesOf(file)).toEqual([
      '0x100000001-0x100000521 committed',
      '0x100000522-0x100000525 single-copy',
      '0x200000001-0x2000001ac committed',
    ]);
    expect(agreementOf(file)).toMatchObject({
      upTo: 0x2000001acn,
      knownTo: 0x2000001acn,
      fork: null,
      voters: 'servers 1, 2 and 3 vote since 0x1000001c4, by zoo.cfg.dynamic.1000001c4 of zk1',
      copies: [{ server: 'dead-leader', from: 0x100000522n, to: 0x100000525n, txns: 4 }],
    });
    // Byte 322 is where zk3's own log ends after it was told to cut it.
    expect(problems.filter(({ code }) => code === 'txn-single-copy')).toMatchObject([
      { severity: 'note', file: join(ensemble, 'dead-leader/version-2/log.10000051f'), offset: 322 },
    ]);
  });
  test('that one is one of the three: its server is not here otherwise', () => {
    const { file } = indexOf(real('zk1', 'zk2', 'dead-leader'));
    expect(statesOf(file)[1]).toBe('0x100000522-0x100000525 single-copy');
    expect(agreementOf(file).voters).toContain('; dead-leader has no myid and is taken for a voter');
  });
  test('of the dead leader and one that came later, a later epoch tells enough', () => {
    const { file } = indexOf(real('zk2', 'dead-leader'));
    expect(statesOf(file)).toEqual([
      '0x100000001-0x100000521 committed',
      '0x100000522-0x100000525 single-copy',
      '0x200000001-0x2000001ac unknown',
    ]);
  });
  test('one server alone tells nothing', () => {
    const { file, problems } = indexOf(real('zk1'));
    expect(statesOf(file)).toEqual(['0x100000001-0x2000001ac unknown']);
    expect(problems.map(({ code }) => code)).not.toContain('txn-single-copy');
  });
  test('who votes is found in /zookeeper/config where there is no zoo.cfg', () => {
    const bare = ['zk1', 'zk2', 'zk3'].map((name) => ({ name, path: join(ensemble, name, 'version-2') }));
    const { file } = indexOf(bare);
    expect(agreementOf(file).voters).toMatch(
      /^servers 1, 2 and 3 vote since 0x1000001c4, by (\/zookeeper\/config of zk1|zoo\.cfg\.dynamic\.1000001c4 of zk1)$/,
    );
    expect(statesOf(file)).toEqual(['0x100000001-0x2000001ac committed']);
  });
  test('states are the same however the index came to its servers', () => {
    const all = real('zk1', 'zk2', 'zk3', 'dead-leader');
    const fresh = indexOf(all).file;
    const { file } = indexOf(all.slice(0, 1));
    indexOf(all.slice(0, 2), {}, file);
    indexOf(all, {}, file);
    indexOf(all, {}, file);
    expect(dump(file)).toEqual(dump(fresh));
  });
  test('ranges of zxids are those of the txns that are chosen', () => {
    const { file } = indexOf(real('zk1', 'zk2', 'zk3', 'dead-leader'));
    withIndex(file, (reader) => {
      const servers = [null, ...reader.servers().map(({ id }) => id)];
      for (const choice of servers.flatMap((id) => [
        reader.choice(1, id, false),
        reader.choice(1, id, true),
      ])) {
        const zxids = [...reader.txns(choice, {})].map(({ txn }) => txn.header.zxid);
        const runs: bigint[][] = [];
        for (const zxid of zxids) {
          const last = runs.at(-1);
          if (last !== undefined && zxid === last[1]! + 1n) last[1] = zxid;
          else runs.push([zxid, zxid]);
        }
        expect(
          reader
            .history(choice)
            .runs()
            .map(({ from, to }) => [from, to]),
        ).toEqual(runs);
        expect(reader.survey(choice, { zxid: 0n }).continuity.runs.map(({ from, to }) => [from, to])).toEqual(
          runs,
        );
      }
    });
  });
  test('an ensemble of one commits what it logs', () => {
    const path = join(FIXTURES, 'reconfig-3.9.5');
    expect(statesOf(indexOf([{ name: 's', path }]).file)).toEqual(['0x100000001-0x1000001c5 committed']);
  });
});

const txn = (zxid: bigint, value = ''): TxnSpec => ({ zxid, ...setData('/a', `${zxid}${value}`) });
const txns = (epoch: number, from: number, to: number, value = '') =>
  Array.from({ length: to - from + 1 }, (_, i) => txn(z(epoch, from + i), value));
const log = (...parts: TxnSpec[][]) => logBytes({ txns: parts.flat() });
const config = (...lines: string[]) =>
  snapshotBytes({ znodes: [...NEW_TREE.slice(0, 2), { path: '/zookeeper/config', data: lines.join('\n') }] });

/** Servers a, b, c, ... with these files. */
function cluster(...servers: readonly Files[]): Member[] {
  const folder = join(temp.path, `cluster${made++}`);
  return servers.map((files, i) => {
    const name = 'abcde'[i]!;
    return { name, path: writeFiles(join(folder, name, 'version-2'), files) };
  });
}

describe('an uncommitted tail on one of three servers', () => {
  const whole = { 'snapshot.0': snapshotBytes(), 'log.100000001': log(txns(1, 1, 9)) };
  const longer = { ...whole, 'log.10000000a': log(txns(1, 10, 12)) };

  test('is single-copy; that the three are all voters is assumed, and said', () => {
    const { file } = indexOf(cluster(whole, longer, whole));
    expect(statesOf(file)).toEqual([
      '0x100000001-0x100000009 committed',
      '0x10000000a-0x10000000c single-copy',
    ]);
    expect(agreementOf(file)).toMatchObject({
      upTo: z(1, 9),
      voters: 'nothing here says who votes: a, b and c are taken for all voters',
      copies: [{ server: 'b', from: z(1, 10), to: z(1, 12), txns: 3 }],
    });
  });
  test('is unknown where a configuration names more voters than are here', () => {
    const lines = [1, 2, 3, 4, 5].map((id) => `server.${id}=127.0.0.1:2888:3888:participant`);
    const named = { ...longer, 'snapshot.0': config(...lines, 'version=0') };
    const { file } = indexOf(cluster(whole, named, whole));
    expect(statesOf(file)).toEqual(['0x100000001-0x100000009 committed', '0x10000000a-0x10000000c unknown']);
    expect(agreementOf(file).voters).toContain('by /zookeeper/config of b; ');
  });
  test('is unknown where another server may hold it behind damage', () => {
    const { bytes, records } = buildLog({ txns: txns(1, 10, 12) });
    const damaged = flip(bytes, records[2]!.offset + 40);
    const { file } = indexOf(cluster({ ...whole, 'log.10000000a': damaged }, longer, whole));
    expect(statesOf(file)).toEqual(['0x100000001-0x10000000b committed', '0x10000000c-0x10000000c unknown']);
  });
  test('becomes committed when a second server is found to hold it, and again not when its log is cut', () => {
    const members = cluster(whole, longer, whole);
    const { file } = indexOf(members);
    writeFiles(members[2]!.path, longer);
    indexOf(members, {}, file);
    expect(statesOf(file)).toEqual(['0x100000001-0x10000000c committed']);
    writeFiles(members[2]!.path, { ...whole, 'log.10000000a': log(txns(1, 10, 10)) });
    indexOf(members, {}, file);
    expect(statesOf(file)).toEqual([
      '0x100000001-0x10000000a committed',
      '0x10000000b-0x10000000c single-copy',
    ]);
    expect(dump(file)).toEqual(dump(indexOf(members).file));
  });
});

describe('a fork', () => {
  const base = { 'snapshot.0': snapshotBytes(), 'log.100000001': log(txns(1, 1, 4)) };
  const branch = (value: string, to = 8) => ({ ...base, 'log.100000005': log(txns(1, 5, to, value)) });
  const states = (file: string) =>
    rows(
      file,
      `SELECT hex_id(t.zxid), t.committed, group_concat(s.name ORDER BY s.name) FROM txn t
       JOIN record r ON r.txn_id = t.id JOIN log l ON l.id = r.log_id JOIN server s ON s.id = l.server_id
       WHERE t.zxid >= ${z(1, 5)} GROUP BY t.id ORDER BY t.zxid, 3`,
    );

  const three = [1, 2, 3].map((id) => `server.${id}=127.0.0.1:2888:3888:participant`);

  test('is decided by the majority; the other branch is single copies, to its end', () => {
    const { file, problems } = indexOf(cluster(branch(' x', 9), branch(''), branch('')));
    expect(states(file)).toEqual([
      ...[5, 6, 7, 8].flatMap((counter) => [
        [`0x10000000${counter}`, 0n, 'a'],
        [`0x10000000${counter}`, 1n, 'b,c'],
      ]),
      ['0x100000009', 0n, 'a'],
    ]);
    expect(agreementOf(file)).toMatchObject({
      upTo: z(1, 8),
      fork: null,
      copies: [{ server: 'a', from: z(1, 5), to: z(1, 9), txns: 5 }],
    });
    const runs = withIndex(file, (reader) => reader.history(reader.choice(1, null, false)).runs());
    expect(runs).toEqual([{ from: z(1, 1), to: z(1, 8) }]);
    const [fork, ...more] = problems.filter(({ code }) => code === 'txn-fork');
    expect(more).toEqual([]);
    expect(fork).toMatchObject({
      severity: 'error',
      file: expect.stringContaining('/a/version-2/log.100000005'),
      offset: 16,
      expected: 'the txn that b and c have for 0x100000005',
      found: 'another, and so on up to 0x100000008',
    });
  });
  test('that nothing decides ends the agreed history', () => {
    const { file, problems } = indexOf(
      cluster(branch(' x'), { ...branch(''), 'snapshot.0': config(...three) }),
    );
    expect(states(file).map(([, committed]) => committed)).toEqual(Array(8).fill(null));
    expect(agreementOf(file)).toMatchObject({ upTo: z(1, 4), knownTo: z(1, 4), fork: z(1, 5) });
    expect(problems.filter(({ code }) => code === 'txn-fork').map(({ found }) => found)).toEqual(
      Array(2).fill('another, and so on up to 0x100000008; nothing decides between them'),
    );
  });
  test('of which no branch can have a majority ends the agreed history too', () => {
    const { file } = indexOf(cluster(branch(' x'), branch('')));
    expect(states(file).map(([, committed]) => committed)).toEqual(Array(8).fill(0n));
    expect(agreementOf(file)).toMatchObject({ upTo: z(1, 4), knownTo: z(1, 4), fork: null });
  });
  test('is decided by what the next epoch builds on', () => {
    const goesOn = { ...branch(''), 'log.200000001': log(txns(2, 1, 2)) };
    const sent = { 'snapshot.200000001': snapshotBytes(), 'log.200000002': log(txns(2, 2, 2)) };
    const lines = [1, 2, 3, 4, 5].map((id) => `server.${id}=127.0.0.1:2888:3888:participant`);
    const named = { ...branch(' x'), 'snapshot.0': config(...lines, 'version=0') };
    const { file } = indexOf(cluster(named, goesOn, sent));
    expect(states(file).filter(([zxid]) => zxid === '0x100000006')).toEqual([
      ['0x100000006', 0n, 'a'],
      ['0x100000006', 1n, 'b'],
    ]);
    expect(agreementOf(file)).toMatchObject({ upTo: z(2, 2), fork: null });
  });
  test('of thousands of txns is taken as one', () => {
    const count = 3000;
    const one = (value: string) => ({ 'log.100000001': log(txns(1, 1, count, value)) });
    const { file, problems } = indexOf(cluster(one(' x'), one(' y'), one(' y')));
    expect(rows(file, 'SELECT committed, count(*) FROM txn GROUP BY 1 ORDER BY 1')).toEqual([
      [0n, BigInt(count)],
      [1n, BigInt(count)],
    ]);
    expect(problems.filter(({ code }) => code === 'txn-fork')).toHaveLength(1);
    expect(rows(file, 'SELECT count(*) FROM single_copy')).toEqual([[1n]]);
  });
});

test('in epoch 0, in which servers stand alone, nobody votes', () => {
  const members = cluster(
    { 'snapshot.0': snapshotBytes(), 'log.1': log([{ zxid: 1n, ...create('/a') }], txns(0, 2, 5)) },
    {
      'snapshot.3': snapshotBytes(),
      'log.4': log(txns(0, 4, 5)),
    },
  );
  expect(statesOf(indexOf(members).file)).toEqual(['0x1-0x5 unknown']);
});
