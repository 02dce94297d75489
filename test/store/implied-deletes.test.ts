// Deletes that a closeSession does without listing them, as rows.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { closeSession, create, del, logBytes, multi, type TxnSpec } from '../support/log-spec.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';
import { PlainTree } from '../tree/plain-tree.js';
import { serversOf } from '../tree/servers.js';
import { dump } from './dump.js';
import { build, type Files, freshDump, writeFiles } from './indexes.js';

const temp = useTempDir();
let count = 0;

/** The computed deletes of an index: zxid, path and place in the txn. */
function computed(file: string): string[] {
  const database = new Database(file, { readonly: true });
  const sql = `SELECT t.zxid, p.path, o.n, o.type, o.applied, q.path AS parent FROM op o JOIN txn t ON t.id = o.txn_id
    JOIN paths p ON p.id = o.path_id JOIN paths q ON q.id = o.parent_id WHERE o.implied = 2 ORDER BY t.zxid, o.n`;
  const rows = database.prepare(sql).all() as Record<string, unknown>[];
  database.close();
  return rows.map(({ zxid, path, n, type, applied, parent }) => {
    expect([type, applied, parent]).toEqual(['delete', 1, `${path}`.replace(/\/[^/]*$/, '') || '/']);
    return `${zxid} ${path} ${n}`;
  });
}

function indexOf(files: Files, options = {}): string {
  const name = join(temp.path, `case${count++}`);
  return build(`${name}.db`, [writeFiles(join(name, 'version-2'), files)], options).file;
}

const withoutLists = fixtures().filter(({ name }) => /3\.4|3\.5|closesession-off/.test(name));

describe.each(withoutLists)('$name', (fixture) => {
  test('has those that a plain tree has', () => {
    const server = serversOf(fixture.name)[0]!;
    const first = server.bases[0]!;
    const isNew = first.zxid > 0n;
    const path = join(fixture.dir, fixture.servers[0]!.dir);
    const tree = isNew ? PlainTree.empty() : PlainTree.of(readSnapshotAgain(join(path, first.name)), 0n);
    const expected: string[] = [];
    for (const { txn } of server.txns()) {
      const { header, op } = txn;
      if (op.op === 'closeSession') {
        expect(op.paths2Delete).toBeNull();
        const owned = [...tree.znodes]
          .filter(([, { owner }]) => owner === header.clientId)
          .map(([name]) => name);
        for (const [i, name] of owned.sort().entries()) expected.push(`${header.zxid} ${name} ${i + 1}`);
      }
      tree.apply(txn);
    }
    expect(expected.length).toBeGreaterThan(1);
    const { file } = build(join(temp.path, `${fixture.name}.db`), [path]);
    expect(computed(file)).toEqual(expected);
  });
});

/** Txns of sessions, from zxid 1 or `first` on. */
function txns(
  bodies: readonly (readonly [session: bigint, body: Omit<TxnSpec, 'zxid'>])[],
  first = 1n,
): TxnSpec[] {
  return bodies.map(([clientId, body], i) => ({ ...body, clientId, zxid: first + BigInt(i) }));
}

const ephemeral = (path: string) => create(path, 'x', { ephemeral: true });
const owned = (path: string, owner: bigint, czxid: bigint) => {
  return { path, data: 'x', stat: { ephemeralOwner: owner, czxid, mzxid: czxid, pzxid: czxid } };
};

describe('a closeSession without a list', () => {
  test('deletes what its session created and nobody deleted since, by the bytes of the paths', () => {
    const log = logBytes({
      txns: txns([
        [7n, ephemeral('/b')],
        [7n, ephemeral('/a')],
        [7n, ephemeral('/gone')],
        [7n, multi([ephemeral('/in-multi'), create('/lasting')])],
        [8n, ephemeral('/other')],
        [8n, del('/gone')],
        [7n, closeSession()],
        [7n, closeSession()],
      ]),
    });
    expect(computed(indexOf({ 'log.1': log }))).toEqual(['7 /a 1', '7 /b 2', '7 /in-multi 3']);
  });

  test('leaves what another session created at the same path', () => {
    const log = logBytes({
      txns: txns([
        [7n, ephemeral('/a')],
        [7n, del('/a')],
        [8n, ephemeral('/a')],
        [7n, closeSession()],
        [8n, closeSession()],
      ]),
    });
    expect(computed(indexOf({ 'log.1': log }))).toEqual(['5 /a 1']);
  });

  test('with a list has none computed, whatever the list lacks', () => {
    const log = logBytes({
      txns: txns([
        [7n, ephemeral('/a')],
        [7n, ephemeral('/b')],
        [7n, closeSession(['/a'])],
      ]),
    });
    expect(computed(indexOf({ 'log.1': log }))).toEqual([]);
  });

  test('deletes what only a loaded snapshot shows', () => {
    const znodes = [...NEW_TREE, owned('/old', 7n, 2n), owned('/gone', 7n, 2n)];
    const files = {
      'snapshot.5': snapshotBytes({ znodes, sessions: [{ id: 7n, timeout: 1 }] }),
      'log.6': logBytes({
        txns: txns(
          [
            [9n, del('/gone')],
            [7n, ephemeral('/new')],
            [7n, closeSession()],
          ],
          6n,
        ),
      }),
    };
    expect(computed(indexOf(files))).toEqual(['8 /new 1', '8 /old 2']);
  });

  test('does not take what a fuzzy snapshot holds already for something older', () => {
    // Written while 6 to 8 were applied: /a is the one of session 8, and not yet that of session 7.
    const files = {
      'snapshot.5': snapshotBytes({ znodes: [...NEW_TREE, owned('/a', 8n, 8n)] }),
      'log.1': logBytes({
        txns: txns([
          [7n, ephemeral('/a')],
          ...[2, 3, 4, 5].map(() => [9n, create('/x')] as const),
          [9n, create('/y')],
          [7n, closeSession()],
          [8n, ephemeral('/a')],
          [8n, closeSession()],
        ]),
      }),
    };
    expect(computed(indexOf(files))).toEqual(['7 /a 1', '9 /a 1']);
  });

  test('deletes nothing of before a hole, unless a snapshot behind it still has it', () => {
    const files: Files = {
      'log.1': logBytes({
        txns: txns([
          [7n, ephemeral('/a')],
          [7n, ephemeral('/b')],
        ]),
      }),
      'log.6': logBytes({
        txns: txns(
          [
            [7n, ephemeral('/c')],
            [7n, closeSession()],
          ],
          6n,
        ),
      }),
    };
    expect(computed(indexOf(files))).toEqual(['7 /c 1']);
    const inHole = { ...files, 'snapshot.4': snapshotBytes({ znodes: [...NEW_TREE, owned('/b', 7n, 2n)] }) };
    expect(computed(indexOf(inHole))).toEqual(['7 /c 1']);
    const behind = { ...files, 'snapshot.5': snapshotBytes({ znodes: [...NEW_TREE, owned('/b', 7n, 2n)] }) };
    expect(computed(indexOf(behind))).toEqual(['7 /b 1', '7 /c 2']);
  });
});

describe('indexed again', () => {
  const bodies = [
    [7n, ephemeral('/a')],
    [7n, ephemeral('/b')],
    [7n, closeSession()],
  ] as const;
  const [open, closed] = [txns(bodies.slice(0, 2)), txns(bodies)];

  test('the rows are those of a fresh index, where the close came later or went', () => {
    for (const [before, after] of [
      [open, closed],
      [closed, open],
      [closed, closed],
    ]) {
      const name = join(temp.path, `again${count++}`);
      const folder = join(name, 'version-2');
      build(`${name}.db`, [writeFiles(folder, { 'log.1': logBytes({ txns: before! }) })]);
      writeFiles(folder, { 'log.1': logBytes({ txns: after! }) });
      const { file } = build(`${name}.db`, [folder]);
      expect(computed(file)).toHaveLength(after === closed ? 2 : 0);
      expect(dump(file)).toEqual(freshDump(`${name}-fresh.db`, [folder]));
    }
  });

  test('a copy with a list takes the place of what was computed', () => {
    const name = join(temp.path, `again${count++}`);
    const [old, young] = ['old', 'young'].map((server) => join(name, server, 'version-2')) as [
      string,
      string,
    ];
    writeFiles(old, { 'log.1': logBytes({ txns: closed }) });
    const { file } = build(`${name}.db`, [old]);
    expect(computed(file)).toEqual(['3 /a 1', '3 /b 2']);
    writeFiles(young, {
      'log.1': logBytes({ txns: [...open, { ...closed[2]!, ...closeSession(['/b', '/a']) }] }),
    });
    build(file, [old, young]);
    expect(computed(file)).toEqual([]);
    expect(dump(file)).toEqual(freshDump(`${name}-fresh.db`, [old, young]));
  });
});
