// The lines of `diff --order file --format ndjson`: both snapshot files are read side by side once more, and what
// differs goes from their bytes to the output. Nothing is sorted.
import type { DigestComparison } from '../analysis/compare-digests.js';
import type { Difference } from '../analysis/diff.js';
import { diffRow } from '../analysis/diff-row.js';
import { type DiffRules, differingFields } from '../analysis/diff-rules.js';
import type { DataMode } from '../render/bytes.js';
import { compileNdjson } from '../render/ndjson.js';
import type { Sink } from '../render/sink.js';
import { openSnapshot } from '../snapshot/read-snapshot.js';
import { SnapshotAcls } from '../snapshot/snapshot-acls.js';
import type { Znode } from '../snapshot/znode.js';
import { ZnodeRecord } from '../snapshot/znode-record.js';
import { AclTexts, DiffBytes, type Side } from './rows/diff-bytes.js';
import { diffColumns, shownDiff } from './rows/diff-columns.js';

/** Bytes of lines that are written at once. */
const PIECE = 256 * 1024;
/** Most bytes of znodes of A that are held until B comes to them. */
const MOST_HELD = 64 * 1024 * 1024;
/** What one takes besides its data. */
const COST = 512;

/** Prints what differs, as B has it, what is removed before what follows it in A; false where the orders are too different. */
export function printInFileOrder(
  files: { readonly a: string; readonly b: string },
  comparison: DigestComparison,
  rules: DiffRules,
  data: DataMode,
  sink: Sink,
): boolean {
  const late = lateOnes(comparison);
  if (late === null) return false;
  // The checksums were right when the trees were hashed.
  const options = { sums: false } as const;
  const readerA = openSnapshot(files.a, () => {}, options);
  try {
    const readerB = openSnapshot(files.b, () => {}, options);
    try {
      const shared = new Map();
      const [aclsA, aclsB] = [new SnapshotAcls(readerA.acls()), new SnapshotAcls(readerB.acls())];
      const lines = new Lines(rules, data, sink);
      // One object a side, for a million of them would be collected.
      const sideA: FileSide = { record: new ZnodeRecord(), acls: new AclTexts(aclsA, shared), lists: aclsA };
      const sideB: FileSide = { record: new ZnodeRecord(), acls: new AclTexts(aclsB, shared), lists: aclsB };
      const held = new Map<number, ZnodeRecord>();
      const recordsA = readerA.znodes();
      const { ofA, ofB, matches } = comparison;
      /** Passes A up to an ordinal, and returns what stands there. */
      const passTo = (ordinal: number): ZnodeRecord | null => {
        for (let next = recordsA.next(); !next.done; next = recordsA.next()) {
          const record = next.value;
          if (record.ordinal === ordinal) return record;
          if (ofA[record.ordinal] !== 1) continue;
          if (late[record.ordinal] === 1) held.set(record.ordinal, copyOf(record));
          else {
            sideA.record = record;
            lines.add(sideA, null);
          }
        }
        return null;
      };
      for (const record of readerB.znodes()) {
        if (ofB[record.ordinal] !== 1) continue;
        const match = matches[record.ordinal]! - 1;
        const before = match < 0 ? null : (held.get(match) ?? passTo(match));
        if (before !== null) {
          held.delete(match);
          sideA.record = before;
        }
        sideB.record = record;
        lines.add(before === null ? null : sideA, sideB);
      }
      passTo(-1);
      lines.flush();
      return true;
    } finally {
      readerB.close();
    }
  } finally {
    readerA.close();
  }
}

/** By ordinal of A, 1 for what B comes to only after A has passed it; null where that is too much to hold. */
function lateOnes(comparison: DigestComparison): Uint8Array | null {
  const { ofA, ofB, matches } = comparison;
  const late = new Uint8Array(ofA.length);
  let next = 0;
  let held = 0;
  for (let ordinal = 0; ordinal < ofB.length; ordinal++) {
    const match = matches[ordinal]! - 1;
    if (ofB[ordinal] !== 1 || match < 0) continue;
    if (match >= next) next = match + 1;
    else {
      late[match] = 1;
      held += comparison.bytesOfA(match) + COST;
    }
  }
  return held > MOST_HELD ? null : late;
}

/** A record in a buffer of its own. */
function copyOf(record: ZnodeRecord): ZnodeRecord {
  const start = record.pathStart - 4;
  const copy = new ZnodeRecord();
  copy.buffer = Buffer.from(record.buffer.subarray(start, start + record.length));
  copy.view = new DataView(copy.buffer.buffer, copy.buffer.byteOffset, copy.buffer.length);
  copy.ordinal = record.ordinal;
  copy.offset = record.offset;
  copy.length = record.length;
  copy.pathStart = 4;
  copy.pathEnd = record.pathEnd - start;
  copy.dataStart = record.dataStart - start;
  copy.dataLength = record.dataLength;
  return copy;
}

type FileSide = Side & { readonly lists: SnapshotAcls };

/** Lines on their way out. */
class Lines {
  readonly #rules: DiffRules;
  readonly #data: DataMode;
  readonly #sink: Sink;
  readonly #fast: DiffBytes;
  readonly #slow = compileNdjson(diffColumns);
  #buffer = Buffer.allocUnsafeSlow(2 * PIECE);
  #length = 0;

  constructor(rules: DiffRules, data: DataMode, sink: Sink) {
    this.#rules = rules;
    this.#data = data;
    this.#sink = sink;
    this.#fast = new DiffBytes(rules, data !== 'none');
  }

  add(a: FileSide | null, b: FileSide | null): void {
    const room = this.#fast.room(a, b);
    if (this.#length + room > this.#buffer.length) {
      this.flush();
      if (room > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(room + PIECE);
    }
    const end = this.#fast.write(a, b, this.#buffer, this.#length);
    if (end >= 0) {
      this.#length = end;
      if (end >= PIECE) this.flush();
      return;
    }
    this.flush();
    this.#sink.write(this.#line(a, b));
  }

  flush(): void {
    if (this.#length > 0) this.#sink.write(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }

  #line(a: FileSide | null, b: FileSide | null): string {
    const [was, is] = [a, b].map((side) => (side === null ? null : znodeOf(side)));
    const change = was == null ? 'added' : is == null ? 'removed' : 'changed';
    const fields = was != null && is != null ? differingFields(was, is, this.#rules) : [];
    if (change === 'changed' && fields.length === 0) return '';
    const { path } = (is ?? was)!;
    const difference: Difference = { change, path, a: was ?? null, b: is ?? null, fields, counter: null };
    return this.#slow(shownDiff(diffRow(difference, {}), this.#data));
  }
}

function znodeOf({ record, lists }: FileSide): Znode {
  const { path, data, dataLength, stat, acl, offset, length } = record;
  const evidence = { file: '', offset, length };
  const fields = { path, data, dataLength: Math.max(dataLength, 0), stat };
  return { ...fields, acl: lists.get(acl), numChildren: undefined, evidence };
}
