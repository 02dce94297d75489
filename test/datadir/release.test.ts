import { describe, expect, test } from 'vitest';
import {
  hasTrait,
  opReadSince,
  parseRelease,
  readsOp,
  readsOpInMulti,
  TESTED,
  TRAITS,
  type TraitName,
} from '../../src/datadir/release.js';
import { UsageError } from '../../src/errors.js';
import { caught } from '../support/read-all.js';

describe('a release as it is typed', () => {
  test.each([
    ['3.9', '3.9.5', true],
    ['3.4', '3.4.14', true],
    ['3.8.6', '3.8.6', true],
    ['3.5.6', '3.5.6', false],
    ['3.9.12', '3.9.12', false],
    ['3.8.05', '3.8.5', false],
  ])('%s is %s', (typed, text, isTested) => {
    expect(parseRelease(typed)).toMatchObject({ text, isTested });
  });

  test.each(['3', '3.3', '3.10', '4.0.0', '3.9.x', '3.9.5-SNAPSHOT', ''])('%s is refused', (typed) => {
    const error = caught(() => parseRelease(typed));
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).hint).toMatch(/X\.Y|lines that are/);
  });
});

/** Read with grep in the sources of the tags: the releases on both sides of each change. */
const BOUNDS: Readonly<Record<TraitName, { with: string[]; without: string[] }>> = {
  seesMoreNameParts: { with: ['3.6.0', '3.9.5'], without: ['3.4.14', '3.5.10'] },
  readsCompressed: { with: ['3.6.0', '3.7.0'], without: ['3.5.10'] },
  checksSwappedDirectories: {
    with: ['3.4.12', '3.4.14', '3.5.4', '3.6.0'],
    without: ['3.4.11', '3.5.0', '3.5.3'],
  },
  refusesLogsWithoutSnapshot: { with: ['3.5.3', '3.6.0', '3.9.5'], without: ['3.4.14', '3.5.2'] },
  trustsEmpty: { with: ['3.5.6', '3.6.0'], without: ['3.4.14', '3.5.5'] },
  trustEmptyDropsLogs: { with: ['3.5.6'], without: ['3.5.5', '3.5.7', '3.6.0'] },
  asksBeforeEmptyTree: { with: ['3.6.0', '3.9.5'], without: ['3.5.10'] },
  leavesSnapshotsAtBoot: { with: ['3.4.6', '3.4.14'], without: ['3.4.5', '3.5.0', '3.9.5'] },
  readsDigestBlock: { with: ['3.6.0'], without: ['3.5.10'] },
  readsLastZxidBlock: { with: ['3.9.0', '3.9.5'], without: ['3.8.6'] },
  readsCloseSessionLists: { with: ['3.6.0'], without: ['3.5.10'] },
  knowsContainers: { with: ['3.5.1', '3.6.0'], without: ['3.4.14', '3.5.0'] },
  knowsTtl353: { with: ['3.5.3'], without: ['3.5.2', '3.5.4', '3.6.0'] },
  hasExtendedTypes: { with: ['3.5.4', '3.9.5'], without: ['3.4.14', '3.5.3'] },
  knowsX509: { with: ['3.5.1', '3.9.5'], without: ['3.4.14', '3.5.0'] },
  enforcesHardQuotas: { with: ['3.7.0', '3.9.5'], without: ['3.5.10', '3.6.4'] },
  createsConfigZnode: { with: ['3.5.0'], without: ['3.4.14'] },
  deletesEmptyLastLog: { with: ['3.9.3', '3.9.5'], without: ['3.8.6', '3.9.2'] },
  refusesGaps: { with: ['3.9.4', '3.9.5'], without: ['3.8.6', '3.9.3'] },
  namesTypeOddly: { with: ['3.4.0', '3.8.6'], without: ['3.9.0', '3.9.5'] },
  padsMaxBuffer: { with: ['3.4.6', '3.5.0', '3.6.0'], without: ['3.4.0', '3.4.5'] },
  doublesMaxBuffer: { with: ['3.5.7', '3.6.0'], without: ['3.4.14', '3.5.6'] },
  boundsMaxBuffer: { with: ['3.8.5', '3.9.3'], without: ['3.7.2', '3.8.4', '3.9.0', '3.9.2'] },
  readsAclsInReplay: { with: ['3.8.4', '3.9.2', '3.9.5'], without: ['3.7.2', '3.8.3', '3.9.0', '3.9.1'] },
  createAdoptsAcl: { with: ['3.8.5', '3.9.4'], without: ['3.8.4', '3.9.0', '3.9.3'] },
  adoptsEpochTmp: {
    with: ['3.5.10', '3.6.3', '3.7.1', '3.8.0', '3.9.0'],
    without: ['3.4.14', '3.5.9', '3.6.2', '3.7.0'],
  },
  adoptsUpdatingEpoch: { with: ['3.4.6', '3.4.14'], without: ['3.4.5', '3.5.0', '3.9.5'] },
  runsQuorumOfOne: { with: ['3.5.0', '3.9.5'], without: ['3.4.14'] },
  raisesOnlyLargerCversion: { with: ['3.6.0'], without: ['3.5.10'] },
  deleteRaisesPzxid: { with: ['3.5.5', '3.5.10', '3.6.0', '3.9.5'], without: ['3.4.14', '3.5.4'] },
};

describe('traits', () => {
  test.each(Object.entries(BOUNDS))('%s', (name, bounds) => {
    const has = (release: string) => hasTrait(parseRelease(release), name as TraitName);
    expect(bounds.with.filter((release) => !has(release))).toEqual([]);
    expect(bounds.without.filter(has)).toEqual([]);
  });

  test('each says what it is and where it stands', () => {
    for (const { what, source } of Object.values(TRAITS)) {
      expect(what).not.toBe('');
      expect(source).toMatch(/^[A-Z]\w+/);
    }
  });
});

describe('op codes', () => {
  // From the switches of SerializeUtils and DataTree in the tags.
  const top = (release: string) =>
    [13, 15, 16, 19, 20, 21, 99].filter((op) => readsOp(parseRelease(release), op));
  const parts = (release: string) =>
    [7, 13, 14, 15, 16, 19, 20, 21].filter((op) => readsOpInMulti(parseRelease(release), op));

  test.each([
    ['3.4.14', []],
    ['3.5.0', [15, 16]],
    ['3.5.1', [15, 16, 19, 20]],
    ['3.5.3', [15, 16, 19, 20, 21]],
    ['3.9.5', [15, 16, 19, 20, 21]],
  ])('%s reads as txns', (release, codes) => {
    expect(top(release)).toEqual(codes);
  });

  test.each([
    ['3.4.14', [13]],
    ['3.5.0', [13]],
    ['3.5.1', [13, 19, 20]],
    ['3.5.3', [13, 19, 20, 21]],
    ['3.6.4', [13, 19, 20, 21]],
    ['3.7.1', [13, 19, 20, 21]],
    ['3.7.2', [13, 15, 19, 20, 21]],
    ['3.8.1', [13, 19, 20, 21]],
    ['3.8.2', [13, 15, 19, 20, 21]],
    ['3.9.0', [13, 15, 19, 20, 21]],
  ])('%s reads in multis', (release, codes) => {
    expect(parts(release)).toEqual(codes);
  });

  test('every release reads those of 3.4', () => {
    for (const release of TESTED) {
      for (const op of [-11, -10, -1, 1, 2, 5, 7, 14]) expect(readsOp(parseRelease(release), op)).toBe(true);
    }
  });

  test('since when, in words', () => {
    expect(opReadSince(15, false)).toBe('3.5.0');
    expect(opReadSince(15, true)).toBe('3.7.2, 3.8.2');
    expect(opReadSince(13, false)).toBeNull();
  });
});
