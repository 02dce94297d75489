import { formatZxid, type Zxid } from '../records/zxid.js';

/** What is said of a tree whose logs go further than its snapshot. */
export function laterTxnsNote(name: string, zxid: Zxid, laterTxns: number): string {
  const txns = laterTxns === 1 ? '1 later txn' : `${laterTxns} later txns`;
  return `${name}: as of snapshot ${formatZxid(zxid)}, ${txns} not applied`;
}
