import { describe, expect, test } from 'vitest';
import type { DigestReport } from '../../src/tree/digest-check.js';
import { type ExactnessFacts, exactnessOf } from '../../src/tree/exactness.js';

const base = {
  name: 'snapshot.a',
  zxid: 10n,
  end: { zxid: 12n, proof: 'digest block' as const },
  isSound: true,
};
const sound: ExactnessFacts = {
  base,
  wanted: 20n,
  reached: 20n,
  beyond: null,
  steps: [],
  digests: null,
  unreadable: 0,
  notIdempotent: null,
  nextSnapshot: null,
  newestLogged: null,
};
const unbounded = { ...base, end: { zxid: 12n, proof: null } };
const digests: DigestReport = {
  compared: 3,
  matched: 3,
  differed: 0,
  skipped: { none: 0, otherVersion: 0, fuzzy: 0 },
  snapshot: null,
  first: null,
  lastMatched: 18n,
  endsDifferent: false,
};
const step = {
  after: 14n,
  next: 16n,
  missing: 1n,
  evidence: null,
  proof: null,
  why: 'one txn is missing',
} as const;
const difference = { zxid: 17n, op: 'create', evidence: { file: 'log.1', offset: 1, length: 1 } };
const first = { ...difference, expected: 1n, found: 2n, lastMatched: null, causes: [] };

const closeAt = (zxid: bigint) => ({ zxid, code: 'unlisted-close' as const });
const label = (facts: Partial<ExactnessFacts>) => exactnessOf({ ...sound, ...facts }).label;
const reason = (facts: Partial<ExactnessFacts>) => exactnessOf({ ...sound, ...facts }).reason;

describe('a tree is exact', () => {
  test('behind the end that a block names', () => {
    expect(exactnessOf(sound).label).toBe('exact');
    expect(label({ wanted: 12n, reached: 12n })).toBe('exact');
  });
  test('behind a digest that is reproduced, whatever is known of the snapshot’s end', () => {
    expect(label({ base: unbounded, digests })).toBe('exact');
  });
  test('where the same server began its next snapshot before', () => {
    expect(label({ base: unbounded, nextSnapshot: 15n })).toBe('exact');
    expect(label({ base: unbounded, nextSnapshot: 21n })).toBe('unproven');
  });
  test('where no later txn was ever logged', () => {
    expect(label({ base: unbounded, newestLogged: 20n })).toBe('exact');
    expect(label({ base: unbounded, newestLogged: 21n })).toBe('unproven');
  });
  test('between two txns of which the second is known', () => {
    expect(label({ wanted: 25n, beyond: 21n })).toBe('exact');
  });
});

describe('a tree is unproven', () => {
  test('before the end of the snapshot', () => {
    expect(reason({ wanted: 11n, reached: 11n })).toBe('snapshot.a holds effects of txns up to 0xc');
  });
  test('where nothing says when the snapshot ended', () => {
    expect(reason({ base: unbounded })).toContain('nothing says when its writing ended');
  });
  test('with a damaged or newer base', () => {
    expect(reason({ base: { ...base, isSound: false } })).toContain('damaged');
    expect(reason({ wanted: 9n })).toContain('newer');
  });
  test('behind a hole, even where a digest is reproduced', () => {
    const steps = [{ ...step, kind: 'hole' as const }];
    expect(reason({ steps, digests })).toBe('between 0xe and 0x10 one txn is missing');
  });
  test('behind the last txn that is known', () => {
    expect(reason({ wanted: 25n })).toBe('nothing is known of what followed 0x14');
  });
  test('where the last digest is not reproduced', () => {
    expect(reason({ digests: { ...digests, endsDifferent: true, first } })).toContain(
      '0x11 is not reproduced',
    );
    expect(label({ digests: { ...digests, snapshot: 'differs' } })).toBe('unproven');
  });
  test('where a txn cannot be read', () => {
    expect(label({ unreadable: 1 })).toBe('unproven');
  });
  test('where a session was closed in the fuzzy range without a list of its ephemerals', () => {
    expect(reason({ notIdempotent: closeAt(11n) })).toContain('without a list');
    expect(label({ notIdempotent: closeAt(13n) })).toBe('exact');
    expect(label({ notIdempotent: closeAt(11n), digests })).toBe('exact');
    expect(label({ base: unbounded, notIdempotent: closeAt(13n), nextSnapshot: 15n })).toBe('unproven');
    expect(label({ base: unbounded, notIdempotent: closeAt(16n), nextSnapshot: 15n })).toBe('exact');
  });
  test('where a create of before 3.4 may have been counted already', () => {
    expect(reason({ notIdempotent: { zxid: 11n, code: 'v0-create' } })).toContain('counted twice');
  });
});
