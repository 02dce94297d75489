// Progress of a replay over the txns of an index, which are in no file's order.
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import type { SourceLog } from './source-log.js';

/** Gives the same txns each time anew, and says as they pass how many bytes of records were read, all passes together. */
export function ticking(
  txns: () => Iterable<LoggedTxn>,
  name: string,
  { options }: SourceLog,
): () => Generator<LoggedTxn> {
  const label = `replaying ${name}`;
  let bytes = 0;
  return function* () {
    for (const logged of txns()) {
      bytes += logged.evidence.length;
      options.onProgress?.(label, bytes, null);
      yield logged;
    }
  };
}
