// Random histories, replayed from snapshots taken at any moment of them, against the plain tree.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RawText } from '../../src/jute/raw-text.js';
import { snapshotBase } from '../../src/tree/base-tree.js';
import { treeAt } from '../../src/tree/tree-at.js';
import type { LoggedTxn } from '../../src/txnlog/logged-txn.js';
import { useTempDir } from '../support/fixtures.js';
import { type AclSpec, snapshotBytes, type TrailerSpec, type ZnodeSpec } from '../support/snapshot-spec.js';
import { PlainTree, type PlainZnode } from './plain-tree.js';
import { type Asked, asked, logOf, type Request } from './random-history.js';
import { rowsOf } from './rows.js';

const temp = useTempDir();
const part = fc.nat(1000).map((n) => n / 1000);

/** A history: what was logged, and the tree after each txn (the empty one first). */
interface History {
  readonly log: readonly LoggedTxn[];
  readonly trees: readonly PlainTree[];
  /** One quota was inside another at some time. */
  readonly hadNested: boolean;
}

function historyOf(requests: readonly Asked[]): History {
  const tree = PlainTree.empty();
  const trees = [tree.copy()];
  const log: LoggedTxn[] = [];
  let hadNested = false;
  for (const logged of logOf(requests, tree)) {
    log.push(logged);
    trees.push(tree.copy());
    const limited = [...tree.quotas];
    hadNested ||= limited.some((outer) => limited.some((inner) => inner.startsWith(`${outer}/`)));
  }
  return { log, trees, hadNested };
}

/** Writes the snapshot that a server begins at trees[begin] and ends at trees[end], a znode a look. */
function snapshotFile(trees: readonly PlainTree[], begin: number, end: number, trailer: TrailerSpec): string {
  const keys = new Map<string, bigint>();
  const acls: { key: bigint; acl: AclSpec[] }[] = [];
  for (const { acl } of trees[begin]!.znodes.values()) {
    if (keys.has(acl!)) continue;
    keys.set(acl!, BigInt(keys.size + 1));
    const entries = (JSON.parse(acl!) as [number, string, string][]).map(([perms, scheme, id]) => {
      return { perms, scheme, id };
    });
    acls.push({ key: keys.get(acl!)!, acl: entries });
  }
  const znodes: ZnodeSpec[] = [];
  const total = trees[end]!.znodes.size + 1;
  const visit = (path: string): void => {
    const now = begin + Math.min(end - begin, Math.floor(((end - begin + 1) * znodes.length) / total));
    const tree = trees[now]!;
    const znode = tree.znodes.get(path);
    if (znode === undefined) return;
    znodes.push(specOf(path, znode, keys.get(znode.acl!) ?? 99n));
    const isChild = (other: string) => other !== '' && other.slice(0, other.lastIndexOf('/')) === path;
    for (const child of [...tree.znodes.keys()].filter(isChild)) visit(child);
  };
  visit('');
  const zxid = trees[end]!.zxid;
  const digest = { zxid, version: 2, digest: trees[end]!.digest() };
  const sessions = [...trees[begin]!.sessions].map(([id, timeout]) => ({ id, timeout }));
  return temp.write(
    'snapshot',
    snapshotBytes({ sessions, acls, znodes, trailer, digest, lastProcessedZxid: zxid }),
  );
}

function specOf(path: string, { data, owner, ...stat }: PlainZnode, acl: bigint): ZnodeSpec {
  return {
    path: Buffer.from(path, 'latin1'),
    data: data === null ? null : Buffer.from(data, 'latin1'),
    acl,
    stat: { ...stat, ephemeralOwner: owner },
  };
}

/** A snapshot begun and ended at two moments of a history, given as parts of it. */
function fuzzyBase(trees: readonly PlainTree[], a: number, b: number, trailer: TrailerSpec) {
  const begin = Math.floor(a * (trees.length - 1));
  const end = begin + Math.floor(b * (trees.length - 1 - begin));
  return { begin, end, base: snapshotBase(snapshotFile(trees, begin, end, trailer), trees[begin]!.zxid) };
}

const isStats = (row: string) => /^\/zookeeper\/quota\S*\/zookeeper_stats /.test(row);
// A server that loads a fuzzy snapshot counts what later txns made, and a limit may go meanwhile.
const withoutStats = (rows: readonly string[]) => rows.filter((row) => !isStats(row));

test('a replay from any sound moment gives the plain tree, its sessions and its digests', () => {
  fc.assert(
    fc.property(asked, part, part, (requests, a, b) => {
      const { log, trees, hadNested } = historyOf(requests);
      const begin = Math.floor(a * (trees.length - 1));
      const end = begin + Math.floor(b * (trees.length - 1 - begin));
      const file = snapshotFile(trees, begin, begin, 'digest');
      const base = begin === 0 ? null : snapshotBase(file, trees[begin]!.zxid);
      const input = { base, txns: () => log, to: trees[end]!.zxid };
      const { overlay, sessions, exactness, digests } = treeAt(input);
      const filter = (rows: string[]) => rows.filter((row) => !hadNested || !isStats(row));
      expect(filter(rowsOf(input, overlay))).toEqual(filter(trees[end]!.rows()));
      expect([...sessions].sort()).toEqual([...trees[end]!.sessions].sort());
      expect(digests).toMatchObject({ differed: 0, endsDifferent: false });
      const compared = log.slice(begin, end).filter(({ txn }) => txn.digest !== null).length;
      expect(digests!.matched).toBe(compared);
      expect(exactness.label).toBe('exact');
    }),
    { numRuns: 400 },
  );
});

test('a replay from a snapshot written while txns ran gives the plain tree once it has passed its end', () => {
  let fuzzy = 0;
  const trailers = fc.constantFrom<TrailerSpec>('digest', 'lastZxid', 'both', 'none');
  fc.assert(
    fc.property(asked, part, part, trailers, (requests, a, b, trailer) => {
      // As 3.6 and later log it; for others see below.
      const { log, trees } = historyOf(requests.map((request) => ({ ...request, lists: true })));
      const { begin, end, base } = fuzzyBase(trees, a, b, trailer);
      if (end > begin + 3) fuzzy++;
      for (const to of [trees[end]!, trees.at(-1)!]) {
        const input = { base, txns: () => log, to: to.zxid };
        const { overlay, sessions, exactness, digests } = treeAt(input);
        expect(withoutStats(rowsOf(input, overlay))).toEqual(withoutStats(to.rows()));
        expect([...sessions].sort()).toEqual([...to.sessions].sort());
        // Without blocks nothing proves the end but a digest behind it.
        if (trailer !== 'none') expect([digests!.differed, exactness.label]).toEqual([0, 'exact']);
        expect(digests!.endsDifferent).toBe(false);
      }
    }),
    { numRuns: 400 },
  );
  expect(fuzzy).toBeGreaterThan(100);
});

test('a znode in a fuzzy snapshot is created anew where the replay deletes its parent before', () => {
  const create = (path: string, kind: 'create' | 'createTTL') => ({
    ask: 'create' as const,
    path,
    kind,
    data: '',
  });
  const requests: Request[] = [create('/a', 'create'), { ask: 'delete', path: '/a' }, create('/a', 'create')];
  requests.push(create('/a/a', 'createTTL'));
  for (let i = 0; i < 4; i++) requests.push({ ask: 'setData', path: '/', data: `${i}` });
  const { log, trees } = historyOf(requests.map((one) => ({ session: 0, requests: [one], lists: true })));
  const { base } = fuzzyBase(trees, 1 / 8, 1, 'digest');
  const input = { base, txns: () => log };
  const { overlay, digests } = treeAt(input);
  expect(overlay.lookup('/a/a' as RawText)).toMatchObject({ state: 'changed', evidence: { offset: 400 } });
  expect(rowsOf(input, overlay)).toEqual(trees.at(-1)!.rows());
  expect(digests).toMatchObject({ snapshot: 'matched', differed: 0 });
});

test('without any digest a tree labelled exact is the plain tree, at any moment of a fuzzy range', () => {
  const trailers = fc.constantFrom<TrailerSpec>('lastZxid', 'none');
  let [exact, doubts] = [0, 0];
  fc.assert(
    fc.property(asked, part, part, part, trailers, fc.boolean(), (requests, a, b, c, trailer, knowsNext) => {
      const { log, trees } = historyOf(requests);
      const { begin, end, base } = fuzzyBase(trees, a, b, trailer);
      const to = trees[begin + Math.floor(c * (trees.length - 1 - begin))]!;
      const txns = () => log.map((logged) => ({ ...logged, txn: { ...logged.txn, digest: null } }));
      const nextSnapshot = knowsNext ? trees[end]!.zxid : null;
      const input = { base, txns, to: to.zxid, nextSnapshot, newestLogged: trees.at(-1)!.zxid };
      const { overlay, exactness } = treeAt(input);
      if (exactness.reason.includes('without a list')) doubts++;
      if (exactness.label !== 'exact') return;
      if (begin < end) exact++;
      expect(withoutStats(rowsOf(input, overlay))).toEqual(withoutStats(to.rows()));
    }),
    { numRuns: 600 },
  );
  expect(exact).toBeGreaterThan(50);
  expect(doubts).toBeGreaterThan(20);
});

test('a tree labelled exact before the end of a snapshot is never another than the plain tree', () => {
  const trailers = fc.constantFrom<TrailerSpec>('digest', 'both', 'none');
  fc.assert(
    fc.property(asked, part, part, part, trailers, (requests, a, b, c, trailer) => {
      const { log, trees } = historyOf(requests);
      const { begin, end, base } = fuzzyBase(trees, a, b, trailer);
      const at = trees[begin + Math.floor(c * (end - begin))]!;
      const input = { base, txns: () => log, to: at.zxid };
      const { overlay, exactness } = treeAt(input);
      if (exactness.label !== 'exact') return;
      const rows = (all: string[]) => all.filter((row) => !row.startsWith('/zookeeper/')).map(withoutAcl);
      expect(rows(rowsOf(input, overlay))).toEqual(rows(at.rows()));
    }),
    { numRuns: 400 },
  );
});

// The digest does not cover the ACL itself, only its version.
function withoutAcl(row: string): string {
  return row.replace(/ (null|\[\[.*?\]\]) /, ' ');
}
