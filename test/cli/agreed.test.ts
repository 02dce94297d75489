// What a cluster agreed on, and what one of its servers has besides: a real ensemble whose leader died with four txns
// that only it had logged (fixtures/ensemble-3.8.6/MADE.md).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { logBytes, setData } from '../support/log-spec.js';
import { readWholeLog } from '../support/read-all.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { rowsOf, zoolog } from './run-cli.js';

const temp = useTempDir();
const ensemble = join(FIXTURES, 'ensemble-3.8.6');
const index = join(temp.path, 'case.db');
const LOST = ['0x100000522', '0x100000523', '0x100000524', '0x100000525'];

/** zxids in the logs of a server, read directly. */
function zxidsOf(server: string): string[] {
  const { logs } = openDataDir(join(ensemble, server));
  const zxids = logs.flatMap(({ path }) => readWholeLog(path).records.map(({ zxid }) => zxid));
  return zxids.map((zxid) => `0x${zxid.toString(16)}`);
}

/** A folder with these files. */
function filesIn(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(temp.path, name);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

beforeAll(() => {
  const servers = ['zk1', 'zk2', 'zk3', 'dead-leader'].map((name) => {
    return { name, dir: openDataDir(join(ensemble, name)) };
  });
  buildIndex(index, [{ name: 'prod', servers }], { snapshots: 'all' });
});

async function zxids(...args: string[]): Promise<{ zxids: string[]; stderr: string }> {
  const { code, stdout, stderr } = await zoolog(['log', ...args, '--format', 'ndjson']);
  expect(code).toBe(0);
  return { zxids: [...new Set(rowsOf(stdout).map(({ zxid }) => zxid as string))], stderr };
}

describe('log of a cluster', () => {
  test('is the agreed history, and says what is left out and who votes', async () => {
    const found = await zxids(`${index}#prod`);
    expect(found.zxids).toEqual(zxidsOf('zk1'));
    expect(found.stderr).toBe(
      `zoolog: ${index}#prod: the agreed history, up to 0x2000001ac (servers 1, 2 and 3 vote since 0x1000001c4, by zoo.cfg.dynamic.1000001c4 of zk1); dead-leader holds 4 txns more, single-copy; --all-copies shows all\n`,
    );
  });
  test('has every copy with --all-copies', async () => {
    const found = await zxids(index, '--all-copies');
    const all = zxidsOf('zk1');
    const at = all.indexOf('0x200000001');
    expect(found.zxids).toEqual([...all.slice(0, at), ...LOST, ...all.slice(at)]);
    expect(found.stderr).toContain(`${index}#prod: every copy of every txn (`);
  });
  test('--commit chooses by state, and looks at every copy for single ones', async () => {
    expect((await zxids(index, '--commit', 'single-copy')).zxids).toEqual(LOST);
    expect((await zxids(index, '--commit', 'committed', '--all-copies')).zxids).toEqual(zxidsOf('zk1'));
    expect((await zxids(index, '--commit', 'unknown', '--all-copies')).zxids).toEqual([]);
  });
  test('tells each state in every format, and marks single copies in a table', async () => {
    const args = ['log', index, '--all-copies', '--from', '0x100000521', '--to', '0x100000522'];
    const states = ['committed', 'single-copy'];
    const { stdout: json } = await zoolog([...args, '--format', 'json']);
    expect(JSON.parse(json).rows.map(({ commit }: { commit: string }) => commit)).toEqual(states);
    const { stdout: ndjson } = await zoolog([...args, '--format', 'ndjson']);
    expect(rowsOf(ndjson).map(({ commit }) => commit)).toEqual(states);
    const [head, ...lines] = (await zoolog([...args, '--format', 'csv'])).stdout.trimEnd().split('\n');
    const column = head!.split(',').indexOf('commit');
    expect(lines.map((line) => line.split(',')[column])).toEqual(states);
    const { stdout: table } = await zoolog(args);
    expect(table.split('\n').map((line) => line.includes('SINGLE COPY'))).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
  test('says in json up to where there is agreement', async () => {
    const { stdout } = await zoolog(['log', index, '--limit', '1', '--format', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ agreedTo: '0x2000001ac', committedTo: '0x2000001ac' });
    const { stdout: all } = await zoolog(['log', index, '--all-copies', '--limit', '1', '--format', 'json']);
    expect(Object.keys(JSON.parse(all))).not.toContain('agreedTo');
  });
});

describe('log of one server', () => {
  test('of a cluster is what it alone has, with what became of it', async () => {
    const found = await zxids(`${index}#prod/dead-leader`);
    expect(found.zxids).toEqual(zxidsOf('dead-leader'));
    expect(found.stderr).toBe(
      `zoolog: ${index}#prod/dead-leader: what this server alone has; of its txns 4 are single-copy, from 0x100000522 on\n`,
    );
  });
  test('in a directory tells nothing of commits, and cannot be asked for them', async () => {
    const { stdout } = await zoolog(['log', join(ensemble, 'zk1'), '--format', 'ndjson', '--limit', '1']);
    expect(stdout).not.toContain('"commit"');
    const { code, stderr } = await zoolog(['log', join(ensemble, 'zk1'), '--commit', 'committed']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /one server alone does not tell what was committed; name it in a folder of all servers/,
    );
  });
  test('in an index of its own neither', async () => {
    const file = join(temp.path, 'alone.db');
    buildIndex(file, [{ name: 'c', servers: [{ name: 'zk1', dir: openDataDir(join(ensemble, 'zk1')) }] }]);
    const { stdout, stderr } = await zoolog(['log', file, '--format', 'ndjson']);
    expect(stdout).not.toContain('"commit"');
    expect(stderr).toBe('');
    expect((await zoolog(['log', file, '--commit', 'unknown'])).code).toBe(2);
  });
  test('is refused for a state that there is none of', async () => {
    expect((await zoolog(['log', index, '--commit', 'lost'])).code).toBe(2);
  });
});

describe('a folder of several servers', () => {
  const ALL = 'committed,single-copy,unknown';
  const statesIn = async (source: string, ...args: string[]) => {
    const { code, stdout, stderr } = await zoolog(['log', source, '--format', 'ndjson', ...args]);
    expect(code).toBe(0);
    const rows = rowsOf(stdout).map(({ zxid, type, path, commit }) => [zxid, type, path, commit]);
    return { rows, stderr };
  };

  test('tells the same of each of its servers as an index, where it is asked', async () => {
    for (const name of ['zk1', 'zk2', 'dead-leader']) {
      const { rows, stderr } = await statesIn(`${ensemble}#/${name}`, '--commit', ALL);
      // Of a failed multi zk2 logged other parts than the others.
      const states = (all: unknown[][]) => [...new Set(all.map(([zxid, , , commit]) => `${zxid} ${commit}`))];
      expect(states(rows)).toEqual(states((await statesIn(`${index}#prod/${name}`)).rows));
      expect(stderr).toContain(
        name === 'dead-leader' ? '4 are single-copy, from 0x100000522' : 'none of its txns',
      );
      expect(stderr).toContain('servers 1, 2 and 3 vote since 0x1000001c4');
    }
    const { rows } = await statesIn(`${ensemble}#/dead-leader`, '--commit', 'single-copy');
    expect(rows.map(([zxid]) => zxid)).toEqual(LOST);
  });
  test('tells nothing where it is not: the logs of the others are not read', async () => {
    const { rows } = await statesIn(`${ensemble}#/dead-leader`);
    expect(rows.every(([, , , commit]) => commit === undefined)).toBe(true);
  });
  test('has forks, and voters by /zookeeper/config, as an index has', async () => {
    const three = [1, 2, 3].map((id) => `server.${id}=127.0.0.1:2888:3888:participant`).join('\n');
    const znodes = [...NEW_TREE.slice(0, 2), { path: '/zookeeper/config', data: `${three}\nversion=0` }];
    const member = (name: string, value: string, last: number) => {
      const txns = Array.from({ length: last }, (_, i) => ({
        zxid: 0x100000001n + BigInt(i),
        ...setData('/', i < 4 ? `${i}` : `${i}${value}`),
      }));
      return {
        [`${name}/snapshot.0`]: snapshotBytes({ znodes }),
        [`${name}/log.100000001`]: logBytes({ txns }),
      };
    };
    const folder = filesIn('forks', {
      ...member('a', ' x', 9),
      ...member('b', '', 8),
      ...member('c', '', 8),
    });
    const file = join(temp.path, 'forks.db');
    const servers = ['a', 'b', 'c'].map((name) => ({ name, dir: openDataDir(join(folder, name)) }));
    buildIndex(file, [{ name: 'c', servers }]);
    for (const name of ['a', 'b', 'c']) {
      const { rows, stderr } = await statesIn(`${folder}#/${name}`, '--commit', ALL);
      expect(rows).toEqual((await statesIn(`${file}#c/${name}`)).rows);
      expect(rows.map(([, , , commit]) => commit).lastIndexOf('committed')).toBe(name === 'a' ? 3 : 7);
      expect(stderr).toContain(`servers 1, 2 and 3 vote, by /zookeeper/config of ${name}; `);
    }
  });
  test('has no clusters: the message says how to make one', async () => {
    const { code, stderr } = await zoolog(['log', `${ensemble}#prod`]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      `make one: zoolog index -o case.db prod=${ensemble}; or choose a server: ${ensemble}#/`,
    );
  });
});

describe('export and top of a cluster', () => {
  test('are of the agreed history too', async () => {
    const { stdout } = await zoolog(['export', index, '--what', 'txns', '--format', 'ndjson']);
    expect(rowsOf(stdout).every(({ commit }) => commit === 'committed')).toBe(true);
    expect([...new Set(rowsOf(stdout).map(({ zxid }) => zxid))]).toEqual(zxidsOf('zk1'));
    const top = async (...args: string[]) =>
      (await zoolog(['top', index, '--format', 'ndjson', ...args])).stdout;
    const ops = rowsOf(await top('--commit', 'single-copy', '--by', 'type'));
    expect(ops.map(({ type }) => type).sort()).toEqual(['create', 'createSession', 'delete', 'setACL']);
    expect(await top('--commit', 'committed')).toBe(await top());
  });
});

describe('the tree of a cluster', () => {
  const names = async (source: string, ...args: string[]) => {
    const { code, stdout, stderr } = await zoolog(['ls', source, '/load/sequence', ...args]);
    expect(code).toBe(0);
    return { stdout, stderr };
  };
  test('at a zxid that was lost is the one before; that of the dead leader is its own', async () => {
    const agreed = await names(`${index}#prod@0x100000522`);
    expect(agreed.stdout).toBe((await names(`${index}#prod@0x100000521`)).stdout);
    expect(agreed.stdout).not.toContain('s-0000000032');
    const own = await names(`${index}#prod/dead-leader@0x100000522`);
    expect(own.stdout).toContain('s-0000000032');
    expect((await names(`${index}#prod@0x100000522`, '--all-copies')).stdout).toBe(own.stdout);
  });
  test('is exact across the change of epoch, for three logs show it alike', async () => {
    const { stderr } = await names(`${index}#prod@0x200000000`);
    expect(stderr).toContain(`${index}#prod: the tree at 0x200000000, exact`);
    const { stderr: ofOne } = await names(`${join(ensemble, 'zk2')}@0x200000000`);
    expect(ofOne).toContain('unproven: between 0x100000521 and 0x200000001 nothing shows');
    const { stderr: inFolder } = await names(`${ensemble}#/zk2@0x200000000`);
    expect(inFolder).toContain('#/zk2: the tree at 0x200000000, exact');
  });
  test('is not that of a snapshot with lost txns in it, unless every copy is asked for', async () => {
    const member = (name: string, last: bigint) => {
      const txns = Array.from({ length: Number(last) }, (_, i) => ({
        zxid: 0x100000001n + BigInt(i),
        ...setData('/', `${i}`),
      }));
      const snapshot = `snapshot.${(0x100000000n + last).toString(16)}`;
      return { [`${name}/${snapshot}`]: snapshotBytes(), [`${name}/log.100000001`]: logBytes({ txns }) };
    };
    const folder = filesIn('tail', { ...member('a', 9n), ...member('b', 5n), ...member('c', 5n) });
    const servers = ['a', 'b', 'c'].map((name) => ({ name, dir: openDataDir(join(folder, name)) }));
    const file = join(temp.path, 'tail.db');
    buildIndex(file, [{ name: 'c', servers }]);
    const json = async (...args: string[]) =>
      JSON.parse((await zoolog(['ls', file, '/', '--format', 'json', ...args])).stdout);
    expect(await json()).toMatchObject({ zxid: '0x100000005', laterTxns: 0 });
    expect(await json('--all-copies')).toMatchObject({ zxid: '0x100000009', laterTxns: 0 });
  });
});

describe('the history of a znode', () => {
  test('leaves out what was lost, unless every copy is asked for', async () => {
    const lines = async (source: string, ...args: string[]) => {
      const { stdout } = await zoolog(['history', source, '/load/data/60', '--format', 'ndjson', ...args]);
      return rowsOf(stdout).map(({ zxid, type, commit }) => `${zxid} ${type} ${commit}`);
    };
    const lost = '0x100000523 delete single-copy';
    expect(await lines(index)).not.toContain(lost);
    expect(await lines(`${index}#prod/dead-leader`)).toContain(lost);
    expect(await lines(index, '--all-copies')).toContain(lost);
    expect(await lines(index)).toContain('0x2000000b6 delete committed');
  });
});
