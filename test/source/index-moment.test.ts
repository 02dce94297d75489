// One moment, asked of a directory and of an index made of it: the same rows and the same label.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { decodedText, displayText } from '../../src/jute/raw-text.js';
import type { Znode } from '../../src/snapshot/znode.js';
import { openTree } from '../../src/source/open.js';
import type { ZnodeSource } from '../../src/source/sources.js';
import { type BuildOptions, buildIndex } from '../../src/store/build-index.js';
import { zoolog } from '../cli/run-cli.js';
import { type Fixture, fixtures, useTempDir } from '../support/fixtures.js';
import { serversOf } from '../tree/servers.js';
import { heard, thrownBy } from './heard.js';

const temp = useTempDir();

/** An index of all servers of a fixture, named by their folders. */
function indexed({ name, dir, servers }: Fixture, options: BuildOptions = {}, file = `${name}.db`): string {
  const path = join(temp.path, file);
  const inputs = servers.map((server) => {
    const logDir = server.logDir === server.dir ? {} : { logDir: join(dir, server.logDir) };
    return { name: serverName(server.dir), dir: openDataDir(join(dir, server.dir), logDir) };
  });
  buildIndex(path, [{ name: 'c', servers: inputs }], options);
  return path;
}

const serverName = (dir: string) => (dir === 'version-2' ? 's' : dir.split('/')[0]!);

/** Everything that a tree says, but for what it is called. */
function told(tree: ZnodeSource) {
  const { zxid, moment, laterTxns, isComplete } = tree;
  const znodes = [...tree.znodes({ numChildren: true })].map(lineOf);
  const inFileOrder = [...tree.znodes({ order: 'file', data: false })].map(({ path }) => path);
  const sessions = [...tree.sessions()];
  tree.close();
  return { zxid, moment, laterTxns, isComplete, sessions, znodes, inFileOrder };
}

// Of an id that is no UTF-8 the index keeps one server's bytes. One string a znode: a tenth of the time that comparing objects takes.
function lineOf({ path, data, dataLength, acl, stat, numChildren, evidence }: Znode): string {
  const bytes = data?.toString('base64') ?? null;
  const acls = acl?.map(({ perms, id }) => [perms, id.scheme, id.id && decodedText(id.id)]);
  const fields = [bytes, dataLength, acls, Object.entries(stat).map(String).sort(), numChildren, evidence];
  return `${path} ${JSON.stringify(fields)}`;
}

/** What a question gives: the tree, or the refusal with the SOURCE's name left out. */
function answer(name: string, when: string | null, options: { inexact?: boolean; logDir?: string }) {
  const said = heard(options);
  const without = (text: string) => text.replaceAll(name, 'SOURCE').replace(/: no logs .*/, ': no logs');
  try {
    return {
      ...told(openTree(when === null ? name : `${name}@${when}`, said)),
      notes: said.notes.map(without),
    };
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    return { message: without(message), hint: without(hint ?? '') };
  }
}

/** Moments around fuzzy snapshots, holes and changes of epoch, and some between. */
function momentsOf(
  fuzzy: readonly string[],
  zxids: readonly bigint[],
  times: readonly bigint[],
): (string | null)[] {
  const [first, last] = [zxids[0] ?? 0n, zxids.at(-1) ?? 0n];
  const wanted = new Set<bigint>([0n, first, last, last + 5n]);
  for (const name of fuzzy.slice(0, 3)) {
    const zxid = BigInt(`0x${name.split('.')[1]}`);
    for (const near of [-1n, 0n, 1n]) wanted.add(zxid + near);
  }
  for (let i = 0; i < zxids.length; i += Math.ceil(zxids.length / 5)) wanted.add(zxids[i]!);
  for (let i = 1; i < zxids.length; i++) {
    if (zxids[i] !== zxids[i - 1]! + 1n)
      for (const zxid of [zxids[i - 1]!, zxids[i]!, zxids[i]! - 1n]) wanted.add(zxid);
  }
  const some = times.filter((_, i) => i % Math.ceil(times.length / 2) === 0);
  return [
    null,
    ...[...wanted].filter((zxid) => zxid >= 0n).map((zxid) => `0x${zxid.toString(16)}`),
    ...some.map((time) => new Date(Number(time)).toISOString()),
    '2020-01-01',
    '2100-01-01',
  ];
}

// Of each thing that matters one: releases, fuzzy snapshots, blocks left out, sessions closed without lists, members.
const ASKED = [
  'standalone-3.4',
  'load-3.4',
  'standalone-3.5',
  'load-3.5',
  'killed-3.6',
  'load-3.9',
  'datalogdir',
];
const OPTIONAL = [
  'closesession-off',
  'digest-off',
  'no-trailer',
  'snappy-3.6',
  'empty',
  'reconfig-3.9',
  'ensemble',
];

for (const fixture of fixtures()) {
  if (![...ASKED, ...OPTIONAL].some((prefix) => fixture.name.startsWith(prefix))) continue;
  const servers = serversOf(fixture.name).filter(({ fixture: { name } }) => name === fixture.name);
  describe.each(fixture.servers.map((facts, i) => ({ facts, server: servers[i]! })))(
    '$server.name',
    ({ facts, server }) => {
      // In a folder of several the others are witnesses, as they are in the index.
      const isAlone = fixture.servers.length === 1;
      const path = isAlone ? join(fixture.dir, facts.dir) : `${fixture.dir}#/${serverName(facts.dir)}`;
      const options = facts.logDir === facts.dir ? {} : { logDir: join(fixture.dir, facts.logDir) };
      const headers = [...server.txns()].map(({ txn }) => txn.header);
      const moments = momentsOf(
        facts.fuzzy,
        headers.map(({ zxid }) => zxid),
        headers.map(({ time }) => time),
      );

      it('gives the same from directory and index at each moment', () => {
        const index = `${indexed(fixture, { snapshots: 'all' })}#c/${serverName(facts.dir)}`;
        let had = 0;
        for (const when of moments) {
          const expected = answer(path, when, options);
          expect([when, answer(index, when, {})]).toEqual([when, expected]);
          if ('znodes' in expected) had++;
          else {
            const anyhow = answer(path, when, { ...options, inexact: true });
            expect([when, answer(index, when, { inexact: true })]).toEqual([when, anyhow]);
          }
        }
        expect(had).toBeGreaterThan(fixture.name.startsWith('empty') ? 0 : 5);
      });
    },
  );
}

const fixtureOf = (wanted: string) => fixtures().find(({ name }) => name === wanted)!;
const pathsAndStats = (source: string, options = {}) => {
  const tree = openTree(source, heard(options));
  return [...tree.znodes({ numChildren: true })].map((znode) => lineOf({ ...znode, data: undefined }));
};

describe('an index with the newest snapshot alone', () => {
  const fixture = fixtureOf('load-3.9.5');
  const newest = fixture.servers[0]!.snapshots.at(-1)!;

  it('has the moments behind it', () => {
    const index = indexed(fixture, {}, 'newest.db');
    expect(pathsAndStats(`${index}@0xd84`)).toEqual(pathsAndStats(`${fixture.dir}@0xd84`));
  });

  it('says which command loads what an older moment needs, and keeps what is loaded', async () => {
    const index = indexed(fixture, {}, 'hint.db');
    const error = thrownBy(() => openTree(`${index}#c/s@0x500`, heard()));
    expect(error.message).toMatch(
      /: the tree at 0x500 cannot be had: it needs snapshot\.\w+, which is not loaded$/,
    );
    const needed = /snapshot\.(\w+)/.exec(error.message)![1];
    const list = `0x${needed},0x${newest.split('.')[1]}`;
    const command = `zoolog index -o ${index} --snapshots ${list} c=s:${join(fixture.dir, 'version-2')}`;
    expect(error.hint).toBe(`load it: ${command}`);
    expect((await zoolog(command.split(' ').slice(1))).code).toBe(0);
    for (const when of ['0x500', '0xd84']) {
      expect(pathsAndStats(`${index}@${when}`)).toEqual(pathsAndStats(`${fixture.dir}@${when}`));
    }
  });

  it('refuses what the directory refuses for the same reason', () => {
    const index = indexed(fixture, {}, 'refused.db');
    expect(answer(`${index}#c`, '9:1', {}).message).toBe(answer(fixture.dir, '9:1', {}).message);
  });
});

describe('a cluster', () => {
  const fixture = fixtureOf('ensemble-3.8.6');

  it('has the tree that the client read at its newest moment, and says which server it began with', () => {
    const index = indexed(fixture, {}, 'cluster.db');
    const said = heard();
    const tree = openTree(`${index}#c@0x2000001ac`, said);
    const read = readFileSync(join(fixture.dir, 'client.ndjson'), 'utf8').trim().split('\n');
    const expected = read.map((line) => {
      const { path, dataBase64, mzxid, pzxid, version, numChildren } = JSON.parse(line);
      return [path, dataBase64, mzxid, pzxid, version, numChildren];
    });
    const found = [...tree.znodes({ numChildren: true })].map(({ path, data, stat, numChildren }) => {
      const zxids = [stat.mzxid, stat.pzxid].map((zxid) => `0x${zxid.toString(16)}`);
      return [
        displayText(path) || '/',
        data?.toString('base64') ?? null,
        ...zxids,
        stat.version,
        numChildren,
      ];
    });
    // Each member has its own clock in the mtime of this one, and the version of the member's start.
    const rows = (all: unknown[][]) =>
      all
        .filter(([path]) => path !== '/zookeeper/config')
        .map(String)
        .sort();
    expect(rows(found)).toEqual(rows(expected));
    expect(tree.moment!.exactness).toBe('exact');
  });

  it('has moments that a server of it lacks the txns for', () => {
    const index = indexed(fixture, { snapshots: 'all' }, 'members.db');
    // zk2 was synced by snapshot: what was done meanwhile is in none of its logs.
    const zk2 = [...serversOf('ensemble-3.8.6')[1]!.txns()].map(({ txn }) => txn.header.zxid);
    const hole = zk2.findIndex(
      (zxid, i) => i > 0 && zxid > zk2[i - 1]! + 1n && zxid >> 32n === zk2[i - 1]! >> 32n,
    );
    const inHole = `0x${(zk2[hole - 1]! + 2n).toString(16)}`;
    expect(thrownBy(() => openTree(`${index}#c/zk2@${inHole}`, heard())).message).toContain('are missing');
    expect(pathsAndStats(`${index}#c@${inHole}`)).toEqual(pathsAndStats(`${index}#c/zk1@${inHole}`));
  });
});

it('an index without data has the same znodes with the same sizes', () => {
  for (const name of ['load-3.9.5', 'standalone-3.9.5']) {
    const fixture = fixtureOf(name);
    const index = indexed(fixture, { snapshots: 'all', withoutData: true }, `${name}-without.db`);
    for (const when of ['0x60', '0x131', '0x1c4']) {
      expect(pathsAndStats(`${index}@${when}`)).toEqual(pathsAndStats(`${fixture.dir}@${when}`));
      const tree = openTree(`${index}@${when}`, heard());
      expect([...tree.znodes()].every(({ data }) => data == null)).toBe(true);
    }
  }
});

it('says as txns of an index are replayed how many bytes of records were read', () => {
  const fixture = fixtures().find(({ name }) => name === 'load-3.9.5')!;
  const file = indexed(fixture, { snapshots: 'all' }, 'progress.db');
  const ticks: [label: string, done: number, total: number | null][] = [];
  const last = Number(fixture.servers[0]!.lastLoggedZxid);
  openTree(
    `${file}@0x${last.toString(16)}`,
    heard({ inexact: true, onProgress: (...tick) => ticks.push(tick) }),
  ).close();
  expect(ticks.length).toBeGreaterThan(100);
  expect(new Set(ticks.map(([label]) => label))).toEqual(new Set([`replaying ${file}#c`]));
  expect(ticks.every(([, done], i) => i === 0 || done > ticks[i - 1]![1])).toBe(true);
});
