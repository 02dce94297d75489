// Questions to a tree that is read by scanning: nothing of it is held, each question is a pass.
//
// Canonical order is made by an external sort of all records (store/sort.ts); in the file's order they stream.
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { type SortRow, sortRecords } from '../store/sort.js';
import { keyBound, writeKey } from './canonical-key.js';
import { ChildCounts } from './child-counts.js';
import { lineage } from './lineage.js';
import { type PackedZnode, packedBound, packZnode, unpackZnode } from './packed-znode.js';
import type { ZnodeOptions } from './sources.js';
import { Subtree } from './subtree.js';

/** What is scanned. */
export interface TreeScan {
  /** The file in which duplicates and orphans are reported. */
  readonly file: string;
  readonly report: OnProblem;
  /** The znodes in the file's order, each time anew; one object for all. */
  records(): Iterable<ZnodeRecord>;
  /** The znode of a record of the last pass; with data where the record was taken with it. */
  znode(record: PackedZnode, numChildren: number | undefined): Znode;
}

/** What a sorted pass shall hold. */
interface SortedPass {
  readonly top: RawText;
  /** Levels below the top. */
  readonly depth: number;
  readonly data: boolean;
  readonly numChildren: boolean;
  /** Only those with a 1 at their place in the file. */
  readonly places?: Uint8Array | undefined;
  /** And those at these paths. */
  readonly paths?: ReadonlySet<RawText> | undefined;
}

/** A tree over a scan. */
export class ScannedTree {
  readonly #scan: TreeScan;

  constructor(scan: TreeScan) {
    this.#scan = scan;
  }

  znodes(options: ZnodeOptions = {}): Generator<Znode> {
    const { order = 'canonical', under = '' as RawText, data = true, numChildren = false } = options;
    const { places, paths } = options;
    const pass = { top: under, depth: Number.POSITIVE_INFINITY, data, numChildren, places, paths };
    return order === 'file' ? this.#streamed(pass) : this.#sorted(pass);
  }

  get(path: RawText): Znode | null {
    const subtree = new Subtree(path);
    let found: PackedZnode | null = null;
    let numChildren = 0;
    for (const record of this.#scan.records()) {
      const depth = subtree.depthOf(record, 2);
      // A server keeps the later of two with one path.
      if (depth === 0) found = kept(record, true);
      else if (depth === 1) numChildren++;
    }
    return found === null ? null : this.#scan.znode(found, numChildren);
  }

  *children(path: RawText): Generator<Znode> {
    for (const znode of this.#sorted({ top: path, depth: 1, data: true, numChildren: true })) {
      if (znode.path !== path) yield znode;
    }
  }

  *childPaths(path: RawText): Generator<RawText> {
    for (const child of this.#sorted({ top: path, depth: 1, data: false, numChildren: false })) {
      if (child.path !== path) yield child.path;
    }
  }

  *#streamed({ top, data, numChildren }: SortedPass): Generator<Znode> {
    const counts = numChildren ? new ChildCounts() : null;
    if (counts !== null) for (const record of this.#scan.records()) counts.add(record);
    const subtree = new Subtree(top);
    for (const record of this.#scan.records()) {
      if (top !== '' && subtree.depthOf(record, 1) < 0) continue;
      const znode = kept(record, data);
      yield this.#scan.znode(znode, counts?.of(znode.ordinal, znode.path));
    }
  }

  *#sorted(pass: SortedPass): Generator<Znode> {
    const counts = pass.numChildren ? new ChildCounts() : null;
    const packed = unpacked(sortRecords(this.#feed(pass, counts)), pass.data);
    const { file, report } = this.#scan;
    const areSome = pass.places !== undefined || pass.paths !== undefined;
    for (const znode of !areSome ? lineage(packed, pass.top, file, report) : packed) {
      yield this.#scan.znode(znode, counts?.of(znode.ordinal, znode.path));
    }
  }

  /** The records of a pass for the sort; children are counted meanwhile, for all have passed when it ends. */
  *#feed({ top, depth, data, places, paths }: SortedPass, counts: ChildCounts | null): Generator<SortRow> {
    const subtree = top === '' && depth === Number.POSITIVE_INFINITY ? null : new Subtree(top);
    let buffer = Buffer.allocUnsafe(64 * 1024);
    for (const record of this.#scan.records()) {
      if (places !== undefined || paths !== undefined) {
        if (places?.[record.ordinal] !== 1 && paths?.has(record.path) !== true) continue;
      }
      const at = subtree === null ? 0 : subtree.depthOf(record, depth + 2);
      if (at < 0 || at > depth + 1) continue;
      counts?.add(record);
      if (at > depth) continue;
      const bound = keyBound(record);
      if (buffer.length < bound + packedBound(record)) {
        buffer = Buffer.allocUnsafe(2 * (bound + packedBound(record)));
      }
      const key = buffer.subarray(0, writeKey(record, buffer));
      yield { key, record: buffer.subarray(bound, packZnode(record, data, buffer, bound)) };
    }
  }
}

function* unpacked(records: Iterable<Buffer>, withData: boolean): Generator<PackedZnode> {
  for (const record of records) yield unpackZnode(record, withData);
}

/** A record's fields, apart from the reader's buffer. */
export function kept(record: ZnodeRecord, withData: boolean): PackedZnode {
  const { ordinal, offset, length, path, data, dataLength, acl, stat } = record;
  return {
    ordinal,
    offset,
    length,
    path,
    dataLength: Math.max(dataLength, 0),
    data: !withData ? undefined : data === null ? null : Buffer.from(data),
    acl,
    stat,
  };
}
