// The tree in one snapshot file. Nothing of it is held: each question is a pass over the file.
//
// Canonical order is made by an external sort of all records (store/sort.ts); in the file's order they stream.
import type { RawText } from '../jute/raw-text.js';
import type { Session } from '../snapshot/session.js';
import type { Znode } from '../snapshot/znode.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { type SortRow, sortRecords } from '../store/sort.js';
import { keyBound, writeKey } from './canonical-key.js';
import { ChildCounts } from './child-counts.js';
import { lineage } from './lineage.js';
import { type PackedZnode, packedBound, packZnode, unpackZnode } from './packed-znode.js';
import { SnapshotScan } from './snapshot-scan.js';
import type { SourceLog } from './source-log.js';
import type { ZnodeOptions, ZnodeSource } from './sources.js';
import { Subtree } from './subtree.js';

/** What is known of a snapshot besides its content. */
export interface SnapshotFacts {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
}

/** What a sorted pass shall hold. */
interface SortedPass {
  readonly top: RawText;
  /** Levels below the top. */
  readonly depth: number;
  readonly data: boolean;
  readonly numChildren: boolean;
}

/** A ZnodeSource over one snapshot file. */
export class SnapshotSource implements ZnodeSource {
  readonly name: string;
  readonly zxid: bigint | null;
  readonly laterTxns: number | null;
  readonly #log: SourceLog;
  /** As it is called in evidence. */
  readonly #file: string;
  readonly #scan: SnapshotScan;
  readonly #release: () => void;

  /** @throws InputError where there is no such file. */
  constructor(file: string, facts: SnapshotFacts, log: SourceLog, release: () => void = () => {}) {
    this.name = facts.name;
    this.zxid = facts.zxid;
    this.laterTxns = facts.laterTxns;
    this.#log = log;
    this.#file = log.shown(file);
    this.#scan = new SnapshotScan(file, log);
    this.#release = release;
  }

  get problems() {
    return this.#log.problems;
  }

  get isComplete(): boolean {
    return !this.#scan.isDamaged;
  }

  znodes(options: ZnodeOptions = {}): Generator<Znode> {
    const { order = 'canonical', under = '' as RawText, data = true, numChildren = false } = options;
    const pass = { top: under, depth: Number.POSITIVE_INFINITY, data, numChildren };
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
    return found === null ? null : this.#znode(found, numChildren);
  }

  *children(path: RawText): Generator<Znode> {
    for (const znode of this.#sorted({ top: path, depth: 1, data: true, numChildren: true })) {
      if (znode.path !== path) yield znode;
    }
  }

  sessions(): Session[] {
    return [...this.#scan.sessions()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  close(): void {
    this.#release();
  }

  *#streamed({ top, data, numChildren }: SortedPass): Generator<Znode> {
    const counts = numChildren ? new ChildCounts() : null;
    if (counts !== null) for (const record of this.#scan.records()) counts.add(record);
    const subtree = new Subtree(top);
    for (const record of this.#scan.records()) {
      if (top !== '' && subtree.depthOf(record, 1) < 0) continue;
      const znode = kept(record, data);
      yield this.#znode(znode, counts?.of(znode.ordinal, znode.path));
    }
  }

  *#sorted(pass: SortedPass): Generator<Znode> {
    const counts = pass.numChildren ? new ChildCounts() : null;
    const packed = unpacked(sortRecords(this.#feed(pass, counts)), pass.data);
    for (const znode of lineage(packed, pass.top, this.#scan.file, this.#scan.report)) {
      yield this.#znode(znode, counts?.of(znode.ordinal, znode.path));
    }
  }

  /** The records of a pass for the sort; children are counted meanwhile, for all have passed when it ends. */
  *#feed({ top, depth, data }: SortedPass, counts: ChildCounts | null): Generator<SortRow> {
    const subtree = top === '' && depth === Number.POSITIVE_INFINITY ? null : new Subtree(top);
    let buffer = Buffer.allocUnsafe(64 * 1024);
    for (const record of this.#scan.records()) {
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

  // Field by field: a spread costs 2 µs a znode, as much as everything else.
  #znode(znode: PackedZnode, numChildren: number | undefined): Znode {
    const { path, data, dataLength, stat, offset, length } = znode;
    const evidence = { file: this.#file, offset, length };
    return { path, data, dataLength, acl: this.#scan.acls.get(znode.acl), stat, numChildren, evidence };
  }
}

function* unpacked(records: Iterable<Buffer>, withData: boolean): Generator<PackedZnode> {
  for (const record of records) yield unpackZnode(record, withData);
}

/** A record's fields, apart from the reader's buffer. */
function kept(record: ZnodeRecord, withData: boolean): PackedZnode {
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
