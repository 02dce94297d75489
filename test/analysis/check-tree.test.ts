import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CheckedTree, checkTree } from '../../src/analysis/check-tree.js';
import type { Problem } from '../../src/problems.js';
import { fixtures, useTempDir } from '../support/fixtures.js';
import { buildSnapshot, NEW_TREE, type SnapshotSpec, type ZnodeSpec } from '../support/snapshot-spec.js';

/** FORMAT.md 6: the digest of root and /zookeeper, all stats zero. */
const EMPTY_DIGEST = 1371985504n;

const temp = useTempDir();

interface Checked extends CheckedTree {
  readonly problems: readonly Problem[];
  readonly codes: readonly string[];
  /** Offsets of the znodes in the file, in its order. */
  readonly offsets: readonly number[];
}

function check(spec: SnapshotSpec, zxid = 0n, maxBuffer = 0xfffff): Checked {
  const { bytes, marks } = buildSnapshot(spec);
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => problems.push(problem);
  const checked = checkTree(temp.write('snapshot', bytes), zxid, { maxBuffer, onProblem });
  return { ...checked, problems, codes: problems.map(({ code }) => code), offsets: marks.znodes };
}

const withZnodes = (...znodes: ZnodeSpec[]): SnapshotSpec => ({ znodes: [...NEW_TREE, ...znodes] });
const FIRST = NEW_TREE.length;

describe('a sound tree', () => {
  it('has nothing to be said of it', () => {
    const { problems, ...rest } = check({});
    expect(problems).toEqual([]);
    expect(rest).toMatchObject({
      znodes: 4,
      ephemerals: 0,
      treeDigest: EMPTY_DIGEST,
      digest: 'none',
      isFuzzy: false,
    });
  });

  for (const { name, dir, servers } of fixtures()) {
    for (const server of servers) {
      it(`is in ${name} ${server.dir}`, () => {
        for (const file of server.snapshots.filter((one) => !server.broken.includes(one))) {
          const found: Problem[] = [];
          const zxid = BigInt(`0x${file.split('.')[1]}`);
          const checked = checkTree(join(dir, server.dir, file), zxid, {
            maxBuffer: 0xfffff,
            onProblem: (problem) => found.push(problem),
          });
          expect(checked.digest, file).not.toBe('differs');
          // The servers count nested quotas when they load (fixtures/README.md); sessions of a fuzzy one are in the log.
          const others = found.filter(
            ({ code }) => code !== 'quota-stats' && code !== 'ephemeral-session-later',
          );
          expect(others, file).toEqual([]);
        }
      });
    }
  }
});

describe('the digest of a snapshot', () => {
  const digest = (zxid: bigint, value: bigint): SnapshotSpec => ({
    trailer: 'digest',
    digest: { zxid, version: 2, digest: value },
  });
  it('is compared where no txn came meanwhile', () => {
    expect(check(digest(7n, EMPTY_DIGEST), 7n)).toMatchObject({ digest: 'matches', codes: [] });
    const { plain } = buildSnapshot(digest(7n, EMPTY_DIGEST + 1n));
    expect(check(digest(7n, EMPTY_DIGEST + 1n), 7n)).toMatchObject({
      digest: 'differs',
      // Digest block and seal: 20 + 13 bytes at the end.
      problems: [{ code: 'snapshot-digest', offset: plain.length - 33 }],
    });
  });
  it('says nothing where it is empty or of an earlier txn, and cannot be compared where it is of a later one', () => {
    expect(check(digest(0n, 0n), 7n).digest).toBe('none');
    expect(check(digest(6n, 1n), 7n).digest).toBe('none');
    expect(check(digest(8n, 1n), 7n)).toMatchObject({ digest: 'fuzzy', isFuzzy: true, codes: [] });
  });
});

describe('the shape of a tree', () => {
  it('needs parents before children', () => {
    const { problems, offsets } = check(withZnodes({ path: '/a' }, { path: '/x/y' }, { path: '/a/b' }));
    expect(problems).toMatchObject([
      { code: 'znode-orphan', offset: offsets[FIRST + 1], where: 'znode /x/y' },
    ]);
  });
  it('needs no order beside that', () => {
    expect(
      check(withZnodes({ path: '/a' }, { path: '/b' }, { path: '/a/b' }, { path: '/b/c' })).codes,
    ).toEqual([]);
  });
  it('has a parent that comes later for an orphan', () => {
    const { problems, offsets } = check(withZnodes({ path: '/b/c' }, { path: '/b' }));
    expect(problems).toMatchObject([{ code: 'znode-orphan', offset: offsets[FIRST] }]);
  });
  it('has each path once', () => {
    const { problems, offsets } = check(withZnodes({ path: '/a' }, { path: '/b' }, { path: '/a' }));
    expect(problems).toMatchObject([
      { code: 'znode-duplicate', offset: offsets[FIRST + 2], found: `the same at byte ${offsets[FIRST]}` },
    ]);
  });
});

describe('owners', () => {
  const session = 0x1000001a2b30000n;
  const owned = (path: string, ephemeralOwner: bigint): ZnodeSpec => ({ path, stat: { ephemeralOwner } });
  it('are sessions in the table', () => {
    const znodes = [...NEW_TREE, owned('/e', session), owned('/f', session)];
    const checked = check({ znodes });
    expect(checked).toMatchObject({ ephemerals: 2, orphanedEphemerals: 2, codes: ['ephemeral-session'] });
    expect(checked.problems[0]).toMatchObject({
      offset: checked.offsets[FIRST],
      found: 'none, and it owns this and 1 more ephemerals',
    });
    expect(check({ znodes, sessions: [{ id: session, timeout: 1 }] })).toMatchObject({
      orphanedEphemerals: 0,
      codes: [],
    });
  });
  it('may be later sessions in a fuzzy snapshot', () => {
    const znodes = [...NEW_TREE, { path: '/e', stat: { ephemeralOwner: session, czxid: 9n } }];
    expect(check({ znodes }, 8n).codes).toEqual(['ephemeral-session-later']);
  });
  it('can be containers and TTL znodes', () => {
    const ttl = BigInt.asIntN(64, 0xff00_0000_0000_03e8n);
    expect(check(withZnodes(owned('/c', -(2n ** 63n)), owned('/t', ttl)))).toMatchObject({
      ephemerals: 0,
      codes: [],
    });
  });
  it('mean nothing with other feature bits', () => {
    const checked = check(withZnodes(owned('/o', BigInt.asIntN(64, 0xff01_0000_0000_03e8n))));
    expect(checked.codes).toEqual(['owner-unknown', 'ephemeral-session']);
    expect(checked.problems[0]).toMatchObject({
      offset: checked.offsets[FIRST],
      found: '0xff010000000003e8',
    });
  });
  it('have no children', () => {
    const znodes = [
      ...NEW_TREE,
      owned('/e', session),
      { path: '/e/child' },
      { path: '/p' },
      { path: '/p/q' },
    ];
    const checked = check({ znodes, sessions: [{ id: session, timeout: 1 }] });
    expect(checked.problems).toMatchObject([
      { code: 'ephemeral-child', where: 'znode /e/child', offset: checked.offsets[FIRST + 1] },
    ]);
  });
  it('close within jute.maxbuffer', () => {
    const names = Array.from({ length: 40 }, (_, i) =>
      owned(`/ephemeral-${String(i).padStart(4, '0')}`, session),
    );
    const spec = { znodes: [...NEW_TREE, ...names], sessions: [{ id: session, timeout: 1 }] };
    // 32 header, 4 count, 12 digest, and 40 paths of 4 + 15 bytes: 808.
    expect(check(spec, 0n, 1011).codes).toEqual([]);
    expect(check(spec, 0n, 1009)).toMatchObject({
      problems: [{ code: 'session-near-maxbuffer', found: expect.stringMatching(/^808 bytes/) }],
    });
  });
});

describe('limits', () => {
  it('are those of data', () => {
    const spec = withZnodes({ path: '/a', data: 'x'.repeat(801) }, { path: '/b', data: 'x'.repeat(800) });
    const checked = check(spec, 0n, 1000);
    expect(checked.problems).toMatchObject([
      { code: 'data-near-maxbuffer', where: 'znode /a', offset: checked.offsets[FIRST] },
    ]);
  });
  it('are those of child lists', () => {
    const children = Array.from({ length: 50 }, (_, i) => ({ path: `/p/${String(i).padStart(12, '0')}` }));
    const spec = withZnodes(
      { path: '/p' },
      ...children.slice(0, 25),
      { path: `${children[24]!.path}/x` },
      ...children.slice(25),
    );
    // A count of 4 bytes and 50 names of 4 + 12.
    expect(check(spec, 0n, 1005).codes).toEqual([]);
    const checked = check(spec, 0n, 1004);
    expect(checked.problems).toMatchObject([
      {
        code: 'children-near-maxbuffer',
        where: 'znode /p',
        offset: checked.offsets[FIRST],
        found: '804 bytes of child names',
      },
    ]);
  });
  it('are those of sequence numbers', () => {
    const parent = (path: string, cversion: number): ZnodeSpec => ({ path, stat: { cversion } });
    const checked = check(
      withZnodes(parent('/a', 1_800_000_000), parent('/b', 1_700_000_000), parent('/c', -5)),
    );
    expect(checked.problems).toMatchObject([
      { code: 'sequence-near-end', where: 'znode /a', found: '1800000000' },
      { code: 'sequence-near-end', where: 'znode /c', found: '-5' },
    ]);
  });
  it('are those of the counter in a zxid', () => {
    expect(check({}, 0x5_f000_0000n)).toMatchObject({
      problems: [{ code: 'zxid-near-rollover', found: '0xf0000000 in epoch 5' }],
    });
    expect(check({}, 0x5_c000_0000n).codes).toEqual([]);
  });
});

describe('quotas', () => {
  const quota = (limits: string, stats: string) =>
    withZnodes(
      { path: '/zookeeper/quota/a' },
      { path: '/zookeeper/quota/a/zookeeper_limits', data: limits },
      { path: '/zookeeper/quota/a/zookeeper_stats', data: stats },
      { path: '/a', data: '12345' },
      { path: '/a/b', data: '123' },
      { path: '/ab', data: '123' },
    );
  it('are counted', () => {
    expect(check(quota('count=2,bytes=8', 'count=2,bytes=8')).codes).toEqual([]);
    expect(check(quota('count=-1,bytes=-1', 'count=2,bytes=8')).codes).toEqual([]);
    expect(check(quota('count=5,bytes=50', 'count=3,bytes=8'))).toMatchObject({
      problems: [
        { code: 'quota-stats', expected: '2 znodes and 8 bytes below /a', found: 'count=3,bytes=8' },
      ],
    });
  });
  it('can be exceeded', () => {
    expect(check(quota('count=1,bytes=-1', 'count=2,bytes=8')).codes).toEqual(['quota-exceeded']);
    expect(check(quota('count=-1,bytes=7', 'count=2,bytes=8')).codes).toEqual(['quota-exceeded']);
  });
});
