// What makes two copies of a txn the same: what is in them, and not where they were read.
import { expect, it } from 'vitest';
import { FormatError } from '../../src/errors.js';
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
