// The tree of any source, scrubbed, as a source: to be written as any tree is.
import type { OnProblem } from '../problems.js';
import type { ACL } from '../records/acl.js';
import { AclKeys } from '../snapshot/acl-keys.js';
import { fillRecord } from '../snapshot/fill-record.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import type { PackedZnode } from '../source/packed-znode.js';
import { type BaseScan, ScannedSource } from '../source/scanned-source.js';
import type { SourceLog } from '../source/source-log.js';
import type { ZnodeSource } from '../source/sources.js';
import type { Scrubber } from './scrubber.js';

/** The ACL key of what has none. */
const NO_ACL = 0n;

/** A tree with what names or tells something replaced. */
export class ScrubbedTree extends ScannedSource {
  readonly #tree: ZnodeSource;

  /** @throws UsageError where the tree has no data. */
  constructor(tree: ZnodeSource, scrubber: Scrubber, log: SourceLog) {
    const { zxid, laterTxns, moment } = tree;
    const scan = new ScrubScan(tree, scrubber, log.report);
    super(scan, scan, { name: 'scrubbed', zxid, laterTxns, moment }, log, () => tree.close());
    this.#tree = tree;
  }

  sessions(): Iterable<Session> {
    return this.#tree.sessions();
  }
}

class ScrubScan implements BaseScan {
  readonly file = 'scrubbed';
  readonly report: OnProblem;
  readonly #tree: ZnodeSource;
  readonly #scrubber: Scrubber;
  #keys = new AclKeys();

  constructor(tree: ZnodeSource, scrubber: Scrubber, report: OnProblem) {
    this.#tree = tree;
    this.#scrubber = scrubber;
    this.report = report;
  }

  get isDamaged(): boolean {
    return !this.#tree.isComplete;
  }

  *records(): Generator<ZnodeRecord> {
    const record = new ZnodeRecord();
    this.#keys = new AclKeys();
    for (const { path, data, acl, stat } of this.#tree.znodes({ order: 'file' })) {
      record.ordinal++;
      fillRecord(record, {
        path: this.#scrubber.path(path),
        data: this.#scrubber.data(path, data ?? null),
        acl: acl === null ? NO_ACL : this.#keys.keyOf(this.#scrubber.acl(acl)),
        stat,
      });
      yield record;
    }
  }

  znode({ path, data, dataLength, acl, stat }: PackedZnode, numChildren: number | undefined): Znode {
    const evidence = { file: this.file, offset: 0, length: 0 };
    return { path, data, dataLength, acl: this.#list(acl), stat, numChildren, evidence };
  }

  #list(key: bigint): readonly ACL[] | null {
    return key === NO_ACL ? null : this.#keys.entries[Number(key) - 1]!.acl;
  }
}
