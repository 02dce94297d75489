// Random logs by the replay that knows znodes by hashes, against the one that knows all cases: digests that the latter
// computes are all found right by the former, and one that is changed is not.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestRuns, fullDigestRuns } from '../../src/analysis/digest-runs.js';
import { DoctorPass } from '../../src/analysis/doctor-pass.js';
import { inspectFile } from '../../src/analysis/inspect.js';
import { type DataDir, openDataDir } from '../../src/datadir/data-dir.js';
import { SourceLog } from '../../src/source/source-log.js';
import { snapshotBase } from '../../src/tree/base-tree.js';
import { HashedTree, NO_ZNODE } from '../../src/tree/hashed-tree.js';
import { Replay } from '../../src/tree/replay.js';
import { openTxnLog } from '../../src/txnlog/read-log.js';
import { useTempDir } from '../support/fixtures.js';
import * as logs from '../support/log-spec.js';
import { NEW_TREE, snapshotBytes } from '../support/snapshot-spec.js';

const temp = useTempDir();
const PATHS = ['/a', '/a/b', '/a/b/c', '/a/é', '/zookeeper/x', '/zookeeper/x/y', '/z'];
const KINDS = ['create', 'create2', 'container', 'ttl', 'ephemeral'] as const;

/** What is to happen to a path, and how; what it comes to hangs on what is there. */
interface Wish {
  readonly path: string;
  readonly what: 'make' | 'change' | 'protect' | 'drop' | 'nonsense';
  readonly kind: (typeof KINDS)[number];
  readonly data: string | null;
  readonly inMulti: boolean;
  readonly closes: boolean;
}

const wish: fc.Arbitrary<Wish> = fc.record({
  path: fc.constantFrom(...PATHS),
  what: fc.constantFrom('make', 'make', 'make', 'change', 'protect', 'drop', 'nonsense'),
  kind: fc.constantFrom(...KINDS),
  data: fc.option(fc.string({ maxLength: 400 })),
  inMulti: fc.boolean(),
  closes: fc.boolean(),
});

const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

/** The txns that a server would log for the wishes; session 7 has all ephemerals. */
function txnsOf(wishes: readonly Wish[]): logs.TxnSpec[] {
  const there = new Map<string, boolean>([
    ['', false],
    ['/zookeeper', false],
  ]);
  const made = new Map<string, number>();
  const bodies = wishes.flatMap(({ path, what, kind, data, inMulti, closes }): logs.BodySpec[] => {
    const hasChild = [...there.keys()].some((other) => other !== '' && parentOf(other) === path);
    const mayBeMade = !there.has(path) && there.get(parentOf(path)) === false;
    let body: logs.BodySpec;
    if (what === 'make' && mayBeMade) {
      const parentCVersion = (made.get(parentOf(path)) ?? 0) + 1;
      made.set(parentOf(path), parentCVersion);
      there.set(path, kind === 'ephemeral');
      const options = { parentCVersion, ephemeral: kind === 'ephemeral' };
      if (kind === 'container') body = logs.createContainer(path, data, parentCVersion);
      else if (kind === 'ttl') body = logs.createTtl(path, data, 5000n, parentCVersion);
      else body = (kind === 'create2' ? logs.create2 : logs.create)(path, data, options);
    } else if (what === 'drop' && there.has(path) && !hasChild) {
      there.delete(path);
      made.delete(path);
      body = inMulti ? logs.deleteContainer(path) : logs.del(path);
    } else if (what === 'change') body = logs.setData(there.has(path) ? path : '/', data, 3);
    else if (what === 'protect') body = logs.setAcl(path, [], 2);
    // Found in the fuzzy range: it is there already, or not any more.
    else if (what === 'nonsense') body = there.has(path) ? logs.create(path, data) : logs.del(path);
    else if (closes) {
      const owned = [...there].filter(([, isEphemeral]) => isEphemeral).map(([other]) => other);
      for (const other of owned) there.delete(other);
      return [logs.closeSession(owned)];
    } else return [logs.error(-101)];
    return [inMulti ? logs.multi([logs.check('/', 1), body]) : body];
  });
  return bodies.map((body, i) => ({ ...body, zxid: BigInt(i + 1), clientId: 7n, time: BigInt(1000 + i) }));
}

let dirs = 0;

/** A directory of a new tree and these txns, each with the digest that the full replay has after it. */
function sealedDir(txns: readonly logs.TxnSpec[], change: (digest: bigint, i: number) => bigint) {
  const name = `dir-${++dirs}`;
  mkdirSync(join(temp.path, name));
  const base = temp.write(join(name, 'snapshot.0'), snapshotBytes({ znodes: NEW_TREE }));
  const log = temp.write(join(name, 'log.1'), logs.logBytes({ txns }));
  const replay = new Replay({ base: snapshotBase(base, 0n), txns: () => loggedIn(log) });
  const digests: bigint[] = [];
  for (const _ of replay.steps()) digests.push(replay.treeDigest);
  const sealed = txns.map((txn, i) => (txn.type === -1 ? txn : { ...txn, digest: change(digests[i]!, i) }));
  temp.write(join(name, 'log.1'), logs.logBytes({ txns: sealed }));
  return openDataDir(join(temp.path, name));
}

function* loggedIn(file: string) {
  const reader = openTxnLog(file);
  try {
    for (const { txn, offset, length } of reader.records()) yield { txn, evidence: { file, offset, length } };
  } finally {
    reader.close();
  }
}

const quiet = () => new SourceLog({ onProblem: () => {}, onNote: () => {} });

/** What the replay by hashes says; null where it leaves it to the other. */
function hashedRuns(dir: DataDir) {
  const pass = new DoctorPass('s', dir, { maxBuffer: 0xfffff, txn: 2 * 0xfffff });
  for (const file of [...dir.snapshots, ...dir.logs]) {
    inspectFile(
      { server: 's', shown: file.path, file },
      {
        onProblem: () => {},
        snapshotVisitor: pass.snapshotVisitor(file),
        logVisitor: pass.logVisitor(file),
      },
    );
  }
  return pass.digestRuns();
}

describe('a replay by hashes', () => {
  test('finds every digest right that the full replay computes', () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 40 }), (wishes) => {
        const txns = txnsOf(wishes);
        const withDigest = txns.filter(({ type }) => type !== -1).length;
        const runs = hashedRuns(sealedDir(txns, (digest) => digest));
        expect(runs).toMatchObject([{ compared: withDigest, matched: withDigest, differed: 0 }]);
      }),
    );
  });

  test('leaves it to the full replay to say which one is wrong', () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 20 }), fc.nat(), (wishes, n) => {
        const txns = txnsOf(wishes);
        fc.pre(txns.some(({ type }) => type !== -1));
        const dir = sealedDir(txns, (digest, i) => (i >= n % txns.length ? digest + 1n : digest));
        const [run] = [...digestRuns(dir, 's', quiet())];
        expect(run).toEqual([...fullDigestRuns(dir, 's', quiet())][0]);
      }),
    );
  });
});

describe('a tree by hashes', () => {
  test('knows what was added and not deleted, however much it was', () => {
    const model = new Map<number, number>();
    const tree = new HashedTree();
    // Few places to begin at: entries lie behind one another.
    const ids = fc.array(fc.record({ id: fc.nat(3000), adds: fc.boolean() }), { maxLength: 3000 });
    fc.assert(
      fc.property(ids, (steps) => {
        for (const { id, adds } of steps) {
          const [first, second] = [id % 50, id];
          const known = model.get(id);
          expect(tree.find(first, second)).toBe(known ?? NO_ZNODE);
          if (adds && known === undefined) model.set(id, tree.add(first, second));
          if (!adds && known !== undefined) {
            tree.delete(known);
            model.delete(id);
          }
        }
        expect(tree.size).toBe(model.size);
      }),
      { numRuns: 20 },
    );
    for (let id = 4000; id < 30_000; id++) tree.add(id, id);
    for (let id = 4000; id < 30_000; id++) expect(tree.find(id, id)).not.toBe(NO_ZNODE);
    for (const [id, number] of model) expect(tree.find(id % 50, id)).toBe(number);
    expect(tree.size).toBe(model.size + 26_000);
  });
});
