import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { surveySnapshot } from '../../src/tree/snapshot-survey.js';
import { EMPTY_TREE_DIGEST, TreeDigest } from '../../src/tree/tree-digest.js';
import { FIXTURES, realFiles, useTempDir } from '../support/fixtures.js';
import { readSnapshotAgain } from '../support/second-reader.js';
import { snapshotBytes } from '../support/snapshot-spec.js';
import { PlainTree } from './plain-tree.js';
import { zxidOf } from './servers.js';

const temp = useTempDir();

test('the tree of a server that got no write has the digest 1371985504', () => {
  const survey = surveySnapshot(join(FIXTURES, 'empty-3.9.5/version-2/snapshot.0'), 0n);
  expect(survey.treeDigest).toBe(1371985504n);
  expect(EMPTY_TREE_DIGEST).toBe(1371985504n);
});

test('a sum of digests is that of bigints modulo 2^64, signed', () => {
  const u32 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constant(2 ** 32 - 1));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), u32), { maxLength: 40 }), (steps) => {
      const digest = new TreeDigest();
      let sum = 0n;
      for (const [isAdded, znode] of steps) {
        if (isAdded) digest.add(znode);
        else digest.subtract(znode);
        sum += isAdded ? BigInt(znode) : -BigInt(znode);
        expect(digest.value).toBe(BigInt.asIntN(64, sum));
      }
    }),
  );
});

const sound = realFiles('snapshot').filter(({ name }) => /^(standalone|load|ensemble|gz|snappy)-/.test(name));

test.each(sound)('$name has the digest, newest zxid and counts of a plain reading', ({ name, file }) => {
  const again = readSnapshotAgain(file);
  const zxid = zxidOf(name.slice(name.lastIndexOf('/') + 1));
  const survey = surveySnapshot(file, zxid);
  const znodes = [...PlainTree.of(again, zxid).znodes.values()];
  expect(survey.znodes).toBe(again.znodes.length);
  expect(survey.bytes).toBe(again.znodes.reduce((sum, { data }) => sum + (data?.length ?? 0), 0));
  expect(survey.treeDigest).toBe(PlainTree.of(again, zxid).digest());
  const zxids = [zxid, again.digest?.zxid ?? 0n, again.lastProcessedZxid ?? 0n];
  for (const { czxid, mzxid, pzxid } of znodes) zxids.push(czxid, mzxid, pzxid);
  expect(survey.end.zxid).toBe(zxids.sort((a, b) => Number(b - a))[0]);
  expect(survey.isSound).toBe(true);
});

describe('the end of a snapshot', () => {
  const end = (spec: Parameters<typeof snapshotBytes>[0], zxid: bigint) =>
    surveySnapshot(temp.write(`snapshot.${zxid.toString(16)}`, snapshotBytes(spec)), zxid).end;
  const znodes = [{ path: '' }, { path: '/a', stat: { czxid: 3n, mzxid: 2n ** 40n + 5n, pzxid: 2n ** 40n } }];

  test('is the newest zxid in a stat where that is above the name, and unproven', () => {
    expect(end({ znodes }, 7n)).toEqual({ zxid: 2n ** 40n + 5n, proof: null });
  });
  test('is proven by a digest block, which may lie above every stat', () => {
    const digest = { zxid: 2n ** 41n, version: 2, digest: 1n };
    expect(end({ znodes, trailer: 'digest', digest }, 7n)).toEqual({
      zxid: 2n ** 41n,
      proof: 'digest block',
    });
  });
  test('is proven by a lastProcessedZxid block', () => {
    const spec = { znodes, trailer: 'lastZxid', lastProcessedZxid: 9n } as const;
    expect(end(spec, 8n)).toEqual({ zxid: 2n ** 40n + 5n, proof: 'lastProcessedZxid block' });
  });
  test('is not proven by the empty digest block of a server that has applied nothing', () => {
    expect(end({ znodes, trailer: 'digest' }, 2n ** 42n)).toEqual({ zxid: 2n ** 42n, proof: null });
  });
  test('of snapshot.0 is 0, for a new tree is written before anybody is served', () => {
    expect(end({}, 0n)).toEqual({ zxid: 0n, proof: 'new tree' });
  });
});
