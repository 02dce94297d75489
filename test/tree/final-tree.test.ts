// The end of each fixture's logs, replayed from each snapshot, against what ZooKeeper's own client read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodedText, type RawText } from '../../src/jute/raw-text.js';
import { kindOf } from '../../src/records/kind.js';
import { treeAt, treeZnodes } from '../../src/tree/tree-at.js';
import type { Fixture } from '../support/fixtures.js';
import { serversOf } from './servers.js';

const CONFIG = '/zookeeper/config';
const HOLED = /zk2/;

/** What the client read: a line for each path. */
function clientRows({ dir }: Fixture): Map<string, string> {
  const rows = new Map<string, string>();
  for (const line of readFileSync(join(dir, 'client.ndjson'), 'utf8').trim().split('\n')) {
    const { path, dataBase64, czxid, mzxid, pzxid, ephemeralOwner, ...rest } = JSON.parse(line);
    const { ctime, mtime, version, cversion, aversion, dataLength, numChildren, acl } = rest;
    const numbers = [ctime, mtime, version, cversion, aversion, dataLength, numChildren];
    const acls = acl.map((entry: { perms: number; scheme: string; id: string }) => [
      entry.perms,
      entry.scheme,
      entry.id,
    ]);
    rows.set(path, JSON.stringify([dataBase64, czxid, mzxid, pzxid, ephemeralOwner, ...numbers, acls]));
  }
  return rows;
}

/** The same of a replayed tree, as a client would see it. */
function replayedRows(...args: Parameters<typeof treeZnodes>): Map<string, string> {
  const znodes = [...treeZnodes(...args)];
  const children = new Map<string, number>();
  for (const { path } of znodes) {
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (path !== '') children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const rows = new Map<string, string>();
  for (const { path, data, acl, stat } of znodes) {
    const numChildren = children.get(path) ?? 0;
    const isSession = kindOf(stat.ephemeralOwner).kind === 'ephemeral';
    const owner = isSession ? stat.ephemeralOwner : 0n;
    const hex = [stat.czxid, stat.mzxid, stat.pzxid, owner].map((id) => `0x${id.toString(16)}`);
    const cversion = 2 * stat.cversion - numChildren;
    const numbers = [Number(stat.ctime), Number(stat.mtime), stat.version, cversion, stat.aversion];
    const acls = acl?.map(({ perms, id }) => [perms, textOf(id.scheme), textOf(id.id)]);
    const row = [data?.toString('base64') ?? null, ...hex, ...numbers, data?.length ?? 0, numChildren, acls];
    rows.set(path === '' ? '/' : decodedText(path), JSON.stringify(row));
  }
  return rows;
}

function textOf(text: RawText | null): string | null {
  return text === null ? null : decodedText(text);
}

// The poison record's server did not boot; its files hold what its client read before.
const servers = serversOf('');
const cases = servers.flatMap((server) =>
  server.bases.map((base, i) => ({
    server,
    base,
    title: base.name,
    isHoled: HOLED.test(server.name) && i < 3,
  })),
);

describe.each(cases.filter(({ isHoled }) => !isHoled))('$server.name from $title', ({ server, base }) => {
  test('ends in the tree that the client read', () => {
    const input = { base, txns: server.txns };
    const { overlay, doubtfulQuotas } = treeAt(input);
    const replayed = replayedRows(input, overlay);
    const expected = clientRows(server.fixture);
    // Servers change these without a txn: see fixtures/README.md.
    const local: string[] = [...doubtfulQuotas];
    if (/^(ensemble|reconfig)/.test(server.fixture.name)) local.push(CONFIG);
    for (const path of local) {
      expect(replayed.has(path)).toBe(expected.has(path));
      replayed.delete(path);
      expected.delete(path);
    }
    expect([...replayed].sort()).toEqual([...expected].sort());
  });
});

describe.each(serversOf('standalone', 'gz', 'snappy'))('$name', (server) => {
  test('has one quota inside another, whose count a server’s memory may have otherwise', () => {
    for (const base of server.bases) {
      const { doubtfulQuotas } = treeAt({ base, txns: server.txns });
      expect(doubtfulQuotas).toEqual(['/zookeeper/quota/limited/zookeeper_stats']);
    }
  });
});

describe.each(serversOf('standalone-3.4', 'load-3.4', 'killed-3.4'))(
  '$name without any snapshot',
  (server) => {
    test('ends in the same tree, for 3.4 begins with a new one', () => {
      const input = { base: null, txns: server.txns };
      const { overlay, doubtfulQuotas } = treeAt(input);
      const replayed = replayedRows(input, overlay);
      const expected = clientRows(server.fixture);
      for (const path of doubtfulQuotas) for (const rows of [replayed, expected]) rows.delete(path);
      expect([...replayed].sort()).toEqual([...expected].sort());
    });
  },
);

describe.each(serversOf('closesession-off', 'standalone-3.5'))('$name', (server) => {
  test('closes sessions whose ephemerals no record lists', async () => {
    const { Replay } = await import('../../src/tree/replay.js');
    // From each snapshot: the ephemerals may stand in it or be created behind it.
    for (const base of server.bases) {
      const replay = new Replay({ base, txns: server.txns });
      for (const { logged, implied } of replay.steps()) {
        const { op } = logged.txn;
        if (op.op === 'closeSession') expect(op.paths2Delete).toBeNull();
        else expect(implied).toEqual([]);
      }
    }
    const replay = new Replay({ base: server.bases[0]!, txns: server.txns });
    const implied = [...replay.steps()].flatMap((step) => step.implied);
    expect(implied.length).toBeGreaterThan(2);
  });
});
