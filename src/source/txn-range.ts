// Whether a txn lies in a range.
import type { TxnRange } from './sources.js';

/** A record or what else has a zxid and, where it is asked for, a header. */
interface Dated {
  readonly zxid: bigint;
  /** Time in milliseconds since 1970. */
  readonly header: { readonly time: bigint };
}

/** True where every condition of the range holds (but for `path`, which is the source's business). */
export function isWithin({ fromZxid, toZxid, since, until }: TxnRange, dated: Dated): boolean {
  const { zxid } = dated;
  if (fromZxid !== undefined && zxid < fromZxid) return false;
  if (toZxid !== undefined && zxid > toZxid) return false;
  // Decoding a header takes time.
  if (since === undefined && until === undefined) return true;
  const { time } = dated.header;
  return (since === undefined || time >= since) && (until === undefined || time < until);
}
