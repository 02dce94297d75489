// The tree digest after each txn of a history, of the tree as it was and of the scrubbed one.
//
// A digest is the sum of what znodes hash to, so that the difference of two tells of what was written: a copy for
// sharing must have others. A replay of the scrubbed txns on the scrubbed snapshot tells them; where the recorded
// digest was not that of the original's replay, the copy's is a wrong one too.
import type { DataDir } from '../datadir/data-dir.js';
import type { Zxid } from '../records/zxid.js';
import { LogSource } from '../source/log-source.js';
import { snapshotCandidates } from '../source/snapshot-ends.js';
import type { SourceLog } from '../source/source-log.js';
import { type BaseTree, snapshotBase } from '../tree/base-tree.js';
import { servedRanges } from '../tree/choose-base.js';
import { continuityOf } from '../tree/continuity.js';
import { Replay } from '../tree/replay.js';
import type { LoggedTxn } from '../txnlog/logged-txn.js';
import { scrubbedBase } from './scrub-record.js';
import type { Scrubber } from './scrubber.js';

/** Digests by zxid, as replays tell them. */
export class DigestTable {
  #zxids = new BigInt64Array(1024);
  #originals = new BigInt64Array(1024);
  #scrubbed = new BigInt64Array(1024);
  #length = 0;
  /** Where a snapshot may hold effects of txns that follow: stretches of zxids, the last not included. */
  readonly #fuzzy: { readonly from: Zxid; readonly to: Zxid }[] = [];

  /**
   * What takes the place of a digest that a server recorded for the tree after `zxid`, signed: a right one of a right one,
   * a wrong one of a wrong one. Null where nothing tells.
   */
  of(zxid: Zxid, recorded: bigint): bigint | null {
    const at = this.#find(zxid);
    if (at < 0) return null;
    const scrubbed = this.#scrubbed[at]!;
    if (recorded === this.#originals[at]) return scrubbed;
    if (this.#fuzzy.some(({ from, to }) => zxid >= from && zxid < to)) return null;
    return BigInt.asIntN(64, scrubbed + 1n);
  }

  /** Replays a server's logs twice, as they are and scrubbed. Damage is told to `log`. */
  fill(dir: DataDir, scrubber: Scrubber, log: SourceLog): void {
    const files = dir.logs.filter(({ content }) => content === 'log').map(({ path }) => path);
    // Without logs a snapshot tells its own digest, or nothing does.
    if (files.length === 0) return;
    const logs = new LogSource(dir.path, files, log);
    const candidates = snapshotCandidates(dir, log);
    const ranges = servedRanges(candidates, continuityOf(zxidsOf(logs)));
    let reached: Zxid | null = null;
    for (const { base: zxid, to } of ranges.sort((a, b) => (a.base < b.base ? -1 : 1))) {
      if (reached !== null && zxid <= reached) continue;
      reached = to;
      const { file, name } = candidates.find((one) => one.zxid === zxid)!;
      const base = snapshotBase(file.path, zxid, name, log.report);
      const first = this.#length;
      const txns = () => logs.txns({ fromZxid: zxid + 1n });
      this.#run(base, txns, to, (after, digest) => this.#add(after, digest));
      let next = first;
      const scrubbed = () => scrubbedTxns(txns(), scrubber);
      this.#run(scrubbedBase(base, scrubber), scrubbed, to, (_, digest) => {
        this.#scrubbed[next++] = digest;
      });
    }
  }

  #run(
    base: BaseTree,
    txns: () => Iterable<LoggedTxn>,
    to: Zxid,
    take: (zxid: Zxid, digest: bigint) => void,
  ) {
    const replay = new Replay({ base, txns, to, data: false });
    const { zxid, end } = replay.base;
    if (end.zxid > zxid) this.#fuzzy.push({ from: zxid, to: end.zxid });
    take(zxid, replay.treeDigest);
    for (const { logged } of replay.steps()) take(logged.txn.header.zxid, replay.treeDigest);
  }

  #add(zxid: Zxid, original: bigint): void {
    if (this.#length === this.#zxids.length) {
      this.#zxids = doubled(this.#zxids);
      this.#originals = doubled(this.#originals);
      this.#scrubbed = doubled(this.#scrubbed);
    }
    this.#zxids[this.#length] = zxid;
    this.#originals[this.#length++] = original;
  }

  #find(zxid: Zxid): number {
    let low = 0;
    let high = this.#length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#zxids[middle]!;
      if (found === zxid) return middle;
      if (found < zxid) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

function doubled(numbers: BigInt64Array<ArrayBuffer>): BigInt64Array<ArrayBuffer> {
  const larger = new BigInt64Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

function* zxidsOf(logs: LogSource): Generator<Zxid> {
  for (const { txn } of logs.txns()) yield txn.header.zxid;
}

function* scrubbedTxns(txns: Iterable<LoggedTxn>, scrubber: Scrubber): Generator<LoggedTxn> {
  for (const { txn, evidence } of txns) yield { txn: { ...txn, op: scrubber.op(txn.op) }, evidence };
}
