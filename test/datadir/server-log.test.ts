// A log as servers read it: where they all stop, and where only some do.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLogFacts } from '../../src/datadir/log-facts.js';
import { ServerLog } from '../../src/datadir/server-log.js';
import { cut, fill, flip, putI32 } from '../support/damage.js';
import { realFiles, useTempDir } from '../support/fixtures.js';
import {
  buildLog,
  closeSession,
  create,
  create2,
  createContainer,
  creates,
  createTtl,
  createV0,
  error,
  multi,
  setAcl,
  setData,
  type TxnSpec,
} from '../support/log-spec.js';
import { readLogAgain } from '../support/second-reader.js';

const temp = useTempDir();
const factsOf = (bytes: Uint8Array | string) => readLogFacts(temp.write('log.1', bytes));
const FIVE = buildLog({ txns: creates(5), padding: 100 });
const at = FIVE.records.map(({ offset }) => offset);
const numbered = (bodies: readonly Omit<TxnSpec, 'zxid'>[]) =>
  buildLog({ txns: bodies.map((body, i) => ({ zxid: BigInt(i + 1), ...body })) });

describe('the end of a log', () => {
  test.each([
    ['with a record', cut(FIVE.bytes, FIVE.end), 'clean', FIVE.end, ''],
    ['in zeros', FIVE.bytes, 'padded', FIVE.end, '0'],
    ['in few zeros', cut(FIVE.bytes, FIVE.end + 5), 'torn', FIVE.end, '5 bytes before the end of the file'],
    ['within a record', cut(FIVE.bytes, at[4]! + 40), 'torn', at[4], 'the end of the file before it'],
    ['within an end mark', cut(FIVE.bytes, FIVE.end - 1), 'torn', at[4], 'the end of the file before it'],
    ['at a lost end mark', flip(FIVE.bytes, at[3]! - 1), 'mark', at[2], '0xbd'],
    ['at zeros between records', fill(FIVE.bytes, at[2]!, at[3]!), 'padded', at[2], '0'],
    ['at a wrong checksum', flip(FIVE.bytes, at[1]! + 50), 'checksum', at[1], null],
    ['at a length of -1', putI32(FIVE.bytes, at[1]! + 8, -1), 'null', at[1], '-1'],
    ['at a length of -2', putI32(FIVE.bytes, at[1]! + 8, -2), 'length', at[1], '-2'],
    [
      'at an op code that nobody reads',
      numbered([create('/a'), { type: 99, body: Buffer.alloc(0) }]).bytes,
      'op',
      null,
      '99',
    ],
  ])('%s', (_, bytes, kind, offset, found) => {
    const { end, header } = factsOf(bytes);
    expect(header).toBe('whole');
    expect(end?.kind).toBe(kind);
    if (offset !== null) expect(end?.offset).toBe(offset);
    if (found !== null) expect(end?.found).toBe(found);
  });

  test('tells of bytes behind the zeros', () => {
    expect(factsOf(FIVE.bytes).hasBytesBehind).toBe(false);
    expect(factsOf(fill(FIVE.bytes, at[2]!, at[3]!)).hasBytesBehind).toBe(true);
  });

  test.each([
    ['empty', ''],
    ['cut', FIVE.bytes.subarray(0, 15)],
    ['foreign', Buffer.alloc(16)],
  ])('of a header that is %s', (header, bytes) => {
    expect(factsOf(bytes)).toMatchObject({ header, end: null, runs: [] });
  });
});

describe('zxids', () => {
  test('are kept as runs', () => {
    const txns = [...creates(3), ...creates(2, 9n), ...creates(2, 5n), ...creates(1, 0x500000001n)];
    const log = buildLog({ txns });
    const offsets = log.records.map(({ offset }) => offset);
    expect(factsOf(log.bytes).runs).toEqual([
      { from: 1n, to: 3n, offset: offsets[0] },
      { from: 9n, to: 10n, offset: offsets[3] },
      { from: 5n, to: 6n, offset: offsets[5] },
      { from: 0x500000001n, to: 0x500000001n, offset: offsets[7] },
    ]);
  });

  test('that are repeated begin a new run', () => {
    expect(factsOf(buildLog({ txns: [...creates(1), ...creates(1)] }).bytes).runs).toHaveLength(2);
  });
});

describe('hazards', () => {
  const hazards = (bodies: readonly Omit<TxnSpec, 'zxid'>[], kind: string) =>
    factsOf(numbered(bodies).bytes).hazards.filter((one) => one.kind === kind);

  test('are lengths, each longer than those before', () => {
    const bodies = [50, 10, 90, 70, 90, 91].map((length) => setData('/a', Buffer.alloc(length)));
    const log = numbered(bodies);
    const found = factsOf(log.bytes).hazards.filter(({ kind }) => kind === 'length');
    const expected = [0, 2, 5].map((i) => {
      const { offset, length, zxid } = log.records[i]!;
      return { kind: 'length', offset, zxid, value: length - 13 };
    });
    expect(found).toEqual(expected);
  });

  test('are lengths that claim more than there is, even where the checksum is wrong', () => {
    const torn = factsOf(cut(FIVE.bytes, at[4]! + 40));
    expect(torn.hazards.at(-1)).toMatchObject({ kind: 'op' });
    const huge = factsOf(putI32(FIVE.bytes, at[4]! + 8, 2 ** 31 - 1));
    expect(huge.hazards.at(-1)).toEqual({ kind: 'length', offset: at[4], zxid: null, value: 2 ** 31 - 1 });
    const spoilt = factsOf(flip(numbered([create('/a'), setData('/a', Buffer.alloc(500))]).bytes, 300));
    expect(spoilt.end?.kind).toBe('checksum');
    expect(spoilt.hazards.at(-1)).toMatchObject({ kind: 'length', zxid: null, value: 32 + 6 + 504 + 4 });
  });

  test('are op codes, once each', () => {
    expect(hazards([create('/a'), create2('/b'), create('/c'), create2('/d')], 'op')).toMatchObject([
      { value: 1, zxid: 1n },
      { value: 15, zxid: 2n },
    ]);
  });

  test.each([
    // A digest is int 2, then its high and low half: two paths, of which the first has so many bytes.
    ['a small digest', 0x51c6d660n, 0x51c6d660],
    ['one above 2^32', 0x1_0000_0000n, null],
    ['one whose high half is 5', 0x5_0000_0001n, 5],
    ['a negative one', -(2n ** 62n), 0xc0000000],
    ['one whose high half is -1', -2n, 0xfffffffe],
  ])('are paths of a closeSession that is none, with %s', (_, digest, value) => {
    const found = hazards([{ ...closeSession(), digest }], 'closeSession');
    expect(found.map((one) => one.value)).toEqual(value === null ? [] : [value]);
  });

  test('are not the lists that servers write', () => {
    const bodies = [closeSession([]), closeSession(['/a', '/b']), closeSession()];
    expect(hazards(bodies, 'closeSession')).toEqual([]);
    expect(
      hazards(
        bodies.map((body) => ({ ...body, digest: 0x123456789an })),
        'closeSession',
      ),
    ).toMatchObject([{ zxid: 3n }]);
  });
});

describe('bodies', () => {
  const BODIES: readonly TxnSpec[] = [
    create('/a', 'data'),
    create('/a', null, { acl: null }),
    create2('/a'),
    createV0('/a', 'data'),
    createContainer('/a'),
    createTtl('/a', '', 5n),
    setData('/a', null),
    setAcl('/a', [{ perms: 1, scheme: 'world', id: null }]),
    multi([create('/a'), error(-1)]),
    error(-101),
  ].map((body, i) => ({ zxid: BigInt(i + 1), ...body }));

  test('are whole', () => {
    expect(factsOf(buildLog({ txns: BODIES }).bytes).end?.kind).toBe('clean');
  });

  test.each(BODIES)('of type $type that are cut end the file', (txn) => {
    const least = txn.type === 1 ? txn.body.length - 5 : txn.body.length - 1;
    for (let length = 0; length <= least; length++) {
      const log = buildLog({ txns: [...creates(2, 100n), { ...txn, body: txn.body.subarray(0, length) }] });
      expect(factsOf(log.bytes).end).toMatchObject({ kind: 'short', offset: log.records[2]!.offset });
    }
  });

  test('note the op codes in multis that not all read, but not in failed ones', () => {
    const parts = [create('/a'), create2('/b'), { type: 77, body: Buffer.alloc(0) }];
    const log = numbered([multi([...parts, error(-1)]), multi(parts), multi([create2('/c')])]);
    const place = (i: number) => ({ offset: log.records[i]!.offset, zxid: BigInt(i + 1) });
    expect(factsOf(log.bytes).parts).toEqual([
      { code: 15, first: place(1), last: place(2) },
      { code: 77, first: place(1), last: place(1) },
    ]);
  });
});

test.each(realFiles('log').filter(({ name }) => !/upgrade|\.gz$/.test(name)))(
  '$name is read as by a second reader',
  ({ file }) => {
    const log = new ServerLog(file);
    const zxids: bigint[] = [];
    try {
      for (const { zxid } of log.records()) zxids.push(zxid);
    } finally {
      log.close();
    }
    const again = readLogAgain(file);
    expect(zxids).toEqual(again.records.map(({ zxid }) => zxid));
    expect(log.end?.offset).toBe(again.end);
  },
);

test('any damage is an end or a hazard, and never an exception', () => {
  fc.assert(
    fc.property(
      fc.nat(FIVE.bytes.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(FIVE.bytes.length),
      (position, mask, length) => {
        const facts = factsOf(cut(flip(FIVE.bytes, position, mask), length));
        expect(facts.end === null).toBe(facts.header !== 'whole');
        const read = facts.runs.reduce((sum, { from, to }) => sum + Number(to - from) + 1, 0);
        expect(read).toBeLessThanOrEqual(5);
      },
    ),
    { numRuns: 300 },
  );
});
