// What can be wrong with a txn whose checksum is right.
import { type Problem, problem, problemOf } from '../problems.js';
import type { LoggedTxn } from './logged-txn.js';

const NONE: readonly Problem[] = [];

/** Problems of a sound record: a body that cannot be read, bytes behind it that are no digest. Mostly none. */
export function txnProblems({ txn, evidence }: LoggedTxn): readonly Problem[] {
  const { op, trailingBytes } = txn;
  const mayBeOdd = op.op === 'unknown' || op.op === 'multi' || op.op === 'check';
  if (!mayBeOdd && trailingBytes === 0) return NONE;
  const { file, offset, length } = evidence;
  const parts = op.op === 'multi' ? op.ops : [op];
  const found: Problem[] = [];
  if (op.op === 'check') {
    const expected = 'a check inside a multi';
    found.push(problem('txn-poison', { file, offset, expected, found: 'a check by itself' }));
  }
  for (const part of parts) {
    if (part.op === 'unknown') found.push({ ...problemOf(part.error), file });
  }
  if (trailingBytes > 0) {
    // The record ends with the end mark.
    const at = offset + length - 1 - trailingBytes;
    const expected = 'the end of the txn, or a digest of 12 bytes';
    found.push(
      problem('txn-trailing-bytes', { file, offset: at, expected, found: `${trailingBytes} bytes` }),
    );
  }
  return found;
}
