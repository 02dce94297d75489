// What real servers left, through an index, against the same files read directly.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDir } from '../../src/datadir/data-dir.js';
import { decodedText, type RawText } from '../../src/jute/raw-text.js';
import type { Op } from '../../src/records/op.js';
import { OPEN_ACL, OPEN_ACL_KEY } from '../../src/snapshot/acl-entry.js';
import { buildIndex } from '../../src/store/build-index.js';
import { type Fixture, fixtures, useTempDir } from '../support/fixtures.js';
import { readWholeLog, readWholeSnapshot } from '../support/read-all.js';
import { withIndex } from './indexes.js';

const temp = useTempDir();
const ALL = { data: true, numChildren: true };

/** An index of all servers of a fixture; the same file for the same fixture. */
const made = new Map<string, string>();
function indexOf(fixture: Fixture): string {
  const known = made.get(fixture.name);
  if (known !== undefined) return known;
  const file = join(temp.path, `${fixture.name}.db`);
  const servers = fixture.servers.map((server) => ({
    name: server.dir,
    dir: openDataDir(join(fixture.dir, server.dir), { logDir: join(fixture.dir, server.logDir) }),
  }));
  buildIndex(file, [{ name: 'c', servers }]);
  made.set(fixture.name, file);
  return file;
}

const servers = fixtures().flatMap((fixture) =>
  fixture.servers.map((server) => ({ title: join(fixture.name, server.dir), fixture, server })),
);

test('there are servers of every release line', () => {
  const lines = new Set(fixtures().map(({ release }) => release.split('.').slice(0, 2).join('.')));
  expect([...lines].sort()).toEqual(['3.4', '3.5', '3.6', '3.7', '3.8', '3.9']);
});

describe.each(servers)('$title', ({ fixture, server }) => {
  const sound = server.snapshots.filter((name) => !server.broken.includes(name));
  const newest = join(fixture.dir, server.dir, sound.at(-1)!);

  test('has the znodes, sessions and ACLs of its newest sound snapshot', () => {
    const direct = readWholeSnapshot(newest);
    const acls = new Map([
      [OPEN_ACL_KEY, OPEN_ACL],
      ...direct.acls.map(({ key, acl }) => [key, acl] as const),
    ]);
    const children = new Map<string, number>();
    for (const { path } of direct.znodes) {
      const parent = path === '' ? null : path.slice(0, path.lastIndexOf('/'));
      if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    const expected = direct.znodes.map(({ path, data, acl, stat, offset, length }) => ({
      path,
      data,
      dataLength: data?.length ?? 0,
      acl: acls.get(acl) ?? null,
      stat,
      numChildren: children.get(path) ?? 0,
      evidence: { file: newest, offset, length },
    }));
    withIndex(indexOf(fixture), (reader) => {
      const snapshot = reader.snapshots().find(({ isLoaded, file }) => isLoaded && file === newest)!;
      const tree = reader.tree(snapshot);
      expect([...tree.inFileOrder(ALL)]).toEqual(expected);
      const bySegments = [...expected].sort((a, b) => (key(a.path) < key(b.path) ? -1 : 1));
      expect([...tree.subtree('' as RawText, ALL)]).toEqual(bySegments);
      const sessions = [...direct.sessions].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect([...tree.sessions()]).toEqual(sessions);
      for (const znode of expected) expect(tree.get(znode.path, ALL)).toEqual(znode);
      const ofRoot = bySegments.filter(({ path }) => path !== '' && path.lastIndexOf('/') === 0);
      expect([...tree.children('' as RawText, ALL)]).toEqual(ofRoot);
    });
  });

  test('loads that snapshot alone, and has header and range of the others', () => {
    withIndex(indexOf(fixture), (reader) => {
      const mine = reader.snapshots().filter((snapshot) => snapshot.server.name === server.dir);
      expect(mine.length).toBe(server.snapshots.length);
      // A server killed at once leaves a file without a byte, which is no snapshot.
      const bytes = (name: string) => statSync(join(fixture.dir, server.dir, name)).size;
      for (const { content, file } of mine) {
        expect(content).toBe(bytes(file.slice(file.lastIndexOf('/') + 1)) > 0 ? 'snapshot' : 'empty');
      }
      const loaded = mine.filter(({ isLoaded, isSound }) => isLoaded && isSound);
      expect(loaded.map(({ file }) => file)).toEqual([newest]);
      const unsound = mine.filter(({ isSound }) => !isSound).map(({ file }) => file.split('/').at(-1));
      expect(unsound.sort()).toEqual([...server.broken].sort());
    });
  });

  test('has the txns of its logs, each with its place', () => {
    const isOne = fixture.servers.length === 1;
    const expected = server.logs
      .map((name) => join(fixture.dir, server.logDir, name))
      .flatMap((file) =>
        readWholeLog(file).records.map(({ txn, offset, length }) => ({
          txn: { ...txn, op: comparable(txn.op, isOne) },
          evidence: { file, offset, length },
        })),
      );
    withIndex(indexOf(fixture), (reader) => {
      const { id, clusterId } = reader.servers().find(({ name }) => name === server.dir)!;
      const rows = [...reader.txns({ clusterId, serverId: id }, {})].map(({ txn, evidence }) => ({
        txn: { ...txn, op: comparable(txn.op, isOne) },
        evidence,
      }));
      expect(rows.length).toBe(server.records);
      const failed = (op: Op) => op.op === 'multi' && op.failed;
      // Of a failed multi, which does nothing, servers may have logged different parts: one copy is kept.
      const different = rows.filter((row, i) => !failed(row.txn.op) && !same(row, expected[i]));
      expect(different).toEqual([]);
      const headers = (of: typeof rows) => of.map(({ txn, evidence }) => [txn.header, txn.digest, evidence]);
      expect(headers(rows)).toEqual(headers(expected));
    });
  });
});

function same(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

/** Sorts before every other byte, so that paths compare segment by segment. */
function key(path: string): string {
  return path.replaceAll('/', '\0');
}

// An empty list and no list are one thing in an index. Of copies on several servers one is kept, and followers
// decode and encode what the leader wrote.
function comparable(op: Op, isOne: boolean): Op {
  const text = (value: RawText) => (isOne ? value : (decodedText(value) as RawText));
  switch (op.op) {
    case 'multi':
      return { ...op, ops: op.ops.map((part) => comparable(part, isOne)) };
    case 'closeSession':
      return { ...op, paths2Delete: op.paths2Delete?.length ? op.paths2Delete : null };
    case 'unknown':
      return { ...op, error: null as never };
  }
  const path = 'path' in op && op.path !== null ? { path: text(op.path) } : {};
  if (!('acl' in op) || op.acl === null) return { ...op, ...path };
  const acl = op.acl.map(({ perms, id }) => ({ perms, id: { ...id, id: id.id && text(id.id) } }));
  return { ...op, ...path, acl };
}
