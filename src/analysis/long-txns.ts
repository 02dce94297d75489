// doctor: txns that servers log, for writing has no limit, and cannot read back (ZOOKEEPER-1513, ZOOKEEPER-3496).
import { type Problem, problem } from '../problems.js';
import { formatHex, formatZxid } from '../records/zxid.js';
import type { LogRecord } from '../txnlog/log-record.js';
import type { Txn } from '../txnlog/txn.js';
import { partsOf } from './op-row.js';
import { shownPath } from './paths.js';

/** The problem with a txn of `file` that is longer than `limit` bytes; null with any other. */
export function longTxn(file: string, record: LogRecord, txn: Txn, limit: number): Problem | null {
  const { entryStart, entryEnd, offset } = record;
  const length = entryEnd - entryStart;
  if (length <= limit) return null;
  return problem('txn-over-maxbuffer', {
    file,
    offset,
    expected: `a txn of at most ${limit} bytes, as servers read them`,
    found: `${length} bytes`,
    where: describe(txn),
  });
}

function describe(txn: Txn): string {
  const { zxid, clientId } = txn.header;
  const paths = partsOf(txn).flatMap(({ op }) => ('path' in op && op.path !== null ? [op.path] : []));
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  const what = paths.length === 0 ? txn.op.op : `${txn.op.op} of ${shownPath(paths[0]!)}${more}`;
  return `${what}, ${formatZxid(zxid)} of session ${formatHex(clientId)}`;
}
