// Numbers with a meaning: zxids, perms, owners, op codes.
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { kindOf } from '../../src/records/kind.js';
import { errorName, OP_CODES, opName } from '../../src/records/op-code.js';
import { formatPerms } from '../../src/records/perms.js';
import { counterOf, epochOf, formatZxid, parseId, parseZxid } from '../../src/records/zxid.js';
import { caught } from '../support/read-all.js';

describe('a zxid', () => {
  test('is epoch and counter', () => {
    expect([epochOf(0x50000002fn), counterOf(0x50000002fn)]).toEqual([5n, 0x2fn]);
    expect([epochOf(0xffffffffn), counterOf(0xffffffffn)]).toEqual([0n, 0xffffffffn]);
    expect(epochOf(-1n)).toBe(-1n);
  });

  test.each([
    ['0x50000002f', 0x50000002fn],
    ['0X50000002F', 0x50000002fn],
    ['5:47', 0x50000002fn],
    ['0:0', 0n],
    ['2147483647:4294967295', 2n ** 63n - 1n],
    ['0xffffffffffffffff', -1n],
  ])('is typed as %s', (text, zxid) => {
    expect(parseZxid(text)).toBe(zxid);
  });

  test.each([
    '',
    '12',
    'ff',
    '0x',
    '0x1ffffffffffffffff',
    '5:4294967296',
    '2147483648:0',
    '5:',
    '-1',
    '0x-1',
    '5 :47',
  ])('is not typed as %j', (text) => {
    expect(caught(() => parseZxid(text))).toBeInstanceOf(UsageError);
  });

  test('of digits alone is refused with both readings', () => {
    expect(caught(() => parseZxid('10'))).toMatchObject({ hint: expect.stringMatching(/0x10 .*0xa /) });
  });

  test('is written as the unsigned number', () => {
    expect([formatZxid(0x50000002fn), formatZxid(0n), formatZxid(-1n)]).toEqual([
      '0x50000002f',
      '0x0',
      '0xffffffffffffffff',
    ]);
  });
});

test('a session id is typed in hex with 0x, all 64 bits of it', () => {
  expect(parseId('0x100001eb3f30000')).toBe(0x100001eb3f30000n);
  expect(parseId('0xff00000000001388')).toBe(-(2n ** 64n - 0xff00000000001388n));
  expect(caught(() => parseId('100001eb3f30000'))).toBeInstanceOf(UsageError);
});

test.each([
  [31, 'cdrwa'],
  [1, 'r'],
  [0, ''],
  [6, 'cw'],
  [65, 'r+64'],
  [32, '+32'],
])('perms %i are written as %j', (perms, text) => {
  expect(formatPerms(perms)).toBe(text);
});

test.each([
  ['0 is persistent', 0n, { kind: 'persistent', ttl: null }],
  ['a session id is ephemeral', 0x100001eb3f30000n, { kind: 'ephemeral', ttl: null }],
  [
    'the session of server 128 is ephemeral though negative',
    -(0x7fn << 56n),
    { kind: 'ephemeral', ttl: null },
  ],
  ['the smallest long is a container', -(2n ** 63n), { kind: 'container', ttl: null }],
  ['ff 0000 and 5000 is a TTL of 5 seconds', 0xff00000000001388n, { kind: 'ttl', ttl: 5000n }],
  ['ff 0000 and 40 bits is the longest TTL', 0xff0000ffffffffffn, { kind: 'ttl', ttl: 1099511627775n }],
  [
    'ff with a feature that no release has is taken for a session',
    0xff00010000001388n,
    { kind: 'ephemeral', ttl: null },
  ],
])('an ephemeralOwner: %s', (_, owner, kind) => {
  expect(kindOf(BigInt.asIntN(64, owner))).toEqual(kind);
});

test('a TTL of 3.5.3 is one only where that is asked for', () => {
  const owner = BigInt.asIntN(64, 0x8000000000001388n);
  expect(kindOf(owner).kind).toBe('ephemeral');
  expect(kindOf(owner, true)).toEqual({ kind: 'ttl', ttl: 5000n });
});

test('op codes and error codes have the names of ZooDefs and KeeperException', () => {
  expect([OP_CODES.createTTL, OP_CODES.closeSession, opName(20), opName(3)]).toEqual([
    21,
    -11,
    'deleteContainer',
    null,
  ]);
  expect([errorName(-110), errorName(-9999)]).toEqual(['NODEEXISTS', '-9999']);
});
