// What makes two copies of a txn the same: what is in them, and not where they were read.
import { expect, it } from 'vitest';
import { FormatError } from '../../src/errors.js';
import type { RawText } from '../../src/jute/raw-text.js';
import type { Op } from '../../src/records/op.js';
import { txnKey } from '../../src/store/fingerprint.js';

it('does not tell apart a part that cannot be read by where it was read', () => {
  const key = (file: string, body: string) => {
    const error = new FormatError({
      code: 'op-unknown',
      file,
      offset: 16,
      expected: 'an op code',
      found: '99',
    });
    const part: Op = { op: 'unknown', code: 99, body: Buffer.from(body), error };
    const header = { clientId: 1n, cxid: 1, zxid: 1n, time: 1n, type: 14 };
    const op: Op = { op: 'multi', ops: [part], failed: false };
    return txnKey({ header, op, digest: null, trailingBytes: 0 });
  };
  expect(key('zk1/log.1', 'a')).toBe(key('zk2/log.1', 'a'));
  expect(key('zk1/log.1', 'a')).not.toBe(key('zk1/log.1', 'b'));
});

it('compares of data the length alone where one index has no more', () => {
  const key = (data: string | null, isLengthsOnly?: boolean) => {
    const header = { clientId: 1n, cxid: 1, zxid: 1n, time: 1n, type: 5 };
    const path = '/a' as RawText;
    const op: Op = { op: 'setData', path, data: data === null ? null : Buffer.from(data), version: 1 };
    return txnKey({ header, op, digest: null, trailingBytes: 0 }, isLengthsOnly);
  };
  expect(key('ab')).not.toBe(key('\0\0'));
  expect(key('ab', true)).toBe(key('\0\0', true));
  expect(key('ab', true)).not.toBe(key('abc', true));
  expect(key('', true)).not.toBe(key(null, true));
});
