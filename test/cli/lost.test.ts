// A leader that died with three txns that only it had logged, and came back when the others had gone on: what clients
// were told then (fixtures/lost-*/lost.json) and read later (client.ndjson) against what is called committed.
// Servers up to 3.4 let it cut its log; later ones send it a snapshot, and its log keeps what was lost.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { buildIndex } from '../../src/store/build-index.js';
import { FIXTURES, useTempDir } from '../support/fixtures.js';
import { readWholeLog } from '../support/read-all.js';
import { rowsOf, zoolog } from './run-cli.js';

interface Lost {
  readonly leader: number;
  readonly lastAgreed: string;
  readonly lastLost: string;
  readonly finalZxid: string;
  readonly synced: string;
  /** `/before-0 OK`. */
  readonly answers: readonly string[];
}

const temp = useTempDir();
const names = readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, 'lost.json')));

// Fixtures that were made just now may be others; a file without a test is a failure.
test('what is looked at here is there, or nothing of it', () => {
  expect(names.every((name) => name.startsWith('lost-'))).toBe(true);
});

describe.each(names)('%s', (name) => {
  const folder = join(FIXTURES, name);
  const lost: Lost = JSON.parse(readFileSync(join(folder, 'lost.json'), 'utf8'));
  const old = `zk${lost.leader}`;
  const others = ['zk1', 'zk2', 'zk3'].filter((server) => server !== old);
  const asked = lost.answers.map((line) => line.split(' ') as [path: string, answer: string]);
  const read = rowsOf(readFileSync(join(folder, 'client.ndjson'), 'utf8')).map(({ path }) => path as string);
  // Who is told that the connection was lost knows nothing; a later client reads what became of it.
  const done = asked.map(([path]) => path).filter((path) => read.includes(path));
  const undone = asked.map(([path]) => path).filter((path) => !read.includes(path));

  const indexOf = (...servers: string[]) => {
    const file = join(temp.path, `${name}-${servers.join('-')}.db`);
    const inputs = servers.map((server) => ({ name: server, dir: openDataDir(join(folder, server)) }));
    if (!existsSync(file)) buildIndex(file, [{ name: 'c', servers: inputs }], { snapshots: 'all' });
    return file;
  };
  /** Paths of creates by their txns' states. */
  const creates = async (source: string, ...args: string[]) => {
    const { code, stdout } = await zoolog(['log', source, '--op', 'create', '--format', 'ndjson', ...args]);
    expect(code).toBe(0);
    return rowsOf(stdout).map(({ path, commit }) => `${path} ${commit}`);
  };
  const paths = async (source: string) => {
    const { code, stdout } = await zoolog(['find', source, '--format', 'ndjson']);
    expect(code).toBe(0);
    return rowsOf(stdout).map(({ path }) => path);
  };
  const keepsTail = lost.synced.includes('snapshot');

  test('what clients were told is done is there; something was lost', () => {
    expect(asked.filter(([, answer]) => answer === 'OK').every(([path]) => done.includes(path))).toBe(true);
    expect(undone).toContain('/lost-2');
  });

  test('of the three servers all is committed but what the old leader still has in its log', async () => {
    const file = indexOf('zk1', 'zk2', 'zk3');
    expect((await creates(file)).sort()).toEqual(done.map((path) => `${path} committed`).sort());
    const kept = keepsTail ? undone.map((path) => `${path} single-copy`) : [];
    expect(await creates(file, '--commit', 'single-copy,unknown', '--all-copies')).toEqual(kept);
    expect((await paths(file)).sort()).toEqual([...read].sort());
  });

  test('with what the old leader left when it died, what only it had are single copies too', async () => {
    const file = indexOf(...others, 'dead-leader');
    const states = [
      ...done.map((path) => `${path} committed`),
      ...undone.map((path) => `${path} single-copy`),
    ];
    expect((await creates(file, '--all-copies')).sort()).toEqual(states.sort());
    const { stdout, stderr } = await zoolog(['log', `${file}#c/dead-leader`, '--commit', 'single-copy']);
    expect(stdout.match(/SINGLE COPY/g)).toHaveLength(undone.length);
    expect(stderr).toContain(`of its txns ${undone.length} `);
  });

  test('of two of the others alone nothing is known of what only one of them may have, and nothing is lost', async () => {
    const file = indexOf(...others);
    expect((await creates(file, '--all-copies')).sort()).toEqual(
      done.map((path) => `${path} committed`).sort(),
    );
  });

  test('a folder tells the same of each server', async () => {
    for (const server of ['zk1', 'zk2', 'zk3', 'dead-leader']) {
      const found = await creates(`${folder}#/${server}`, '--commit', 'committed,single-copy,unknown');
      const ownLogs = openDataDir(join(folder, server)).logs.flatMap(
        ({ path }) => readWholeLog(path).records,
      );
      const own = ownLogs.flatMap(({ txn: { op } }) => (op.op === 'create' ? [op.path as string] : []));
      expect(found).toEqual(
        own.map((path) => `${path} ${done.includes(path) ? 'committed' : 'single-copy'}`),
      );
    }
  });

  test('the tree of the old leader is what its client read, whatever its log still has', async () => {
    expect((await paths(join(folder, old))).sort()).toEqual([...read].sort());
  });

  test('the history of a lost znode is none for the cluster, and has its create in every copy', async () => {
    const file = indexOf(...others, 'dead-leader');
    expect((await zoolog(['history', file, '/lost-2'])).code).toBe(1);
    const { code, stdout } = await zoolog(['history', file, '/lost-2', '--all-copies', '--format', 'ndjson']);
    expect(code).toBe(0);
    expect(rowsOf(stdout).map(({ type, commit }) => `${type} ${commit}`)).toContain('create single-copy');
  });
});
