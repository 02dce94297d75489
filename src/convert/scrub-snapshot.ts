// A snapshot file, scrubbed: every record at the offset that it had, the same sessions, stats and zxids, other checksums.
//
// What cannot be read is not copied, and of a damaged file no number that is none. A snapshot that is cut or broken off ends there in the copy too, and a checksum
// that was wrong is wrong again.
import { ADLER_START, adler32 } from '../container/adler32.js';
import { FileBytes } from '../container/file-bytes.js';
import type { PlainSink } from '../container/plain-sink.js';
import { JuteWriter } from '../jute/jute-writer.js';
import type { RawText } from '../jute/raw-text.js';
import type { OnProblem } from '../problems.js';
import { writeAcls } from '../records/acl.js';
import { writeFileHeader } from '../records/file-header.js';
import { DIGEST_VERSION } from '../records/txn-digest.js';
import { openSnapshot, type SnapshotReader } from '../snapshot/read-snapshot.js';
import { SEAL_MARK, type SealCheck, type SnapshotDigest } from '../snapshot/seal.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';
import { TreeDigest } from '../tree/tree-digest.js';
import { digestOfRecord } from '../tree/znode-digest.js';
import type { DigestTable } from './digest-table.js';
import { isAclKey, isSession, isStat } from './plausible.js';
import { scrubbedZnodes } from './scrub-record.js';
import { type Scrubber, unreadable } from './scrubber.js';

const BUFFER_BYTES = 1024 * 1024;
const MARK = '/' as RawText;
const MARK_BYTES = Buffer.from(SEAL_MARK, 'hex');
/** Bytes of an ACL table entry whose list is null, and of the smallest znode with a path that is none. */
const NULL_LIST_BYTES = 12;
const BAD_ZNODE_BYTES = 77;
/** Bytes of the stat and the ACL key, behind the data. */
const TAIL_BYTES = 68;
/** Lengths that no server writes: reading ends there. */
const BAD_LENGTHS: ReadonlySet<string> = new Set(['length-unreasonable', 'record-too-large']);
const EMPTY_BLOCK: SnapshotDigest = { zxid: 0n, version: DIGEST_VERSION, digest: 0n };

/** What became of a file. */
export interface ScrubbedFile {
  /** Znodes or txns. */
  readonly records: number;
  /** Digests that were computed for it, and those that nothing tells, which were left out. */
  readonly digests: number;
  readonly digestsLeftOut: number;
  /** False where something could not be read, and was not copied. */
  readonly isWhole: boolean;
}

/** Scrubs the snapshot `file`. @throws FormatError where it does not begin like one. */
export function scrubSnapshot(
  file: string,
  scrubber: Scrubber,
  digests: DigestTable,
  sink: PlainSink,
  onProblem: OnProblem,
): ScrubbedFile {
  const isTrusted = isSound(file);
  let badLength: number | null = null;
  const reader = openSnapshot(file, (found) => {
    if (BAD_LENGTHS.has(found.code)) badLength = Number(found.found);
    onProblem(found);
  });
  try {
    const copy = new SnapshotCopy(sink, isTrusted);
    const sums = copy.tree(reader, scrubber);
    const { trailer } = reader;
    let digest: SnapshotDigest | null = null;
    if (trailer !== null) {
      digest = trailer.digest && digestBlock(trailer.digest, sums, digests);
      copy.end(trailer.seals, digest, trailer.lastProcessedZxid);
      copy.fill(reader.offset, reader.afterTree!.subarray(-MARK_BYTES.length).equals(MARK_BYTES));
    } else copy.breakOff(badLength, endsWithMark(file));
    copy.flush();
    const isLeftOut = digest === EMPTY_BLOCK && trailer?.digest?.digest !== 0n;
    return {
      records: reader.znodeCount,
      digests: digest === null || digest === EMPTY_BLOCK ? 0 : 1,
      digestsLeftOut: isLeftOut ? 1 : 0,
      isWhole: reader.isSound,
    };
  } finally {
    reader.close();
  }
}

/** True where all checksums are right, so that what is read as a number is one, and not a piece of somebody's data. */
function isSound(file: string): boolean {
  const reader = openSnapshot(file);
  try {
    reader.drain();
    return reader.isSound;
  } finally {
    reader.close();
  }
}

/** True where a file's last bytes are those by which servers know an uncompressed snapshot (SnapStream.isValidSnapshot). */
export function endsWithMark(file: string): boolean {
  const bytes = new FileBytes(file);
  try {
    const end = Buffer.alloc(MARK_BYTES.length);
    return (
      bytes.size >= 10 && bytes.readAt(end, bytes.size - end.length) === end.length && end.equals(MARK_BYTES)
    );
  } finally {
    bytes.close();
  }
}

/** Sums of the znodes' digests, of the original and of the copy. */
interface Sums {
  readonly original: bigint;
  readonly scrubbed: bigint;
}

/** The block that takes the place of one: empty, as servers write it with nothing to say, where nothing tells. */
function digestBlock(
  block: SnapshotDigest,
  { original, scrubbed }: Sums,
  digests: DigestTable,
): SnapshotDigest {
  if (block.version !== DIGEST_VERSION || (block.zxid === 0n && block.digest === 0n)) return EMPTY_BLOCK;
  const digest = block.digest === original ? scrubbed : digests.of(block.zxid, block.digest);
  return digest === null ? EMPTY_BLOCK : { ...block, digest };
}

class SnapshotCopy {
  readonly #sink: PlainSink;
  readonly #writer: JuteWriter;
  readonly #isTrusted: boolean;
  #sum = ADLER_START;

  /** With `isTrusted` false, numbers that are none of a server's become 0. */
  constructor(sink: PlainSink, isTrusted: boolean) {
    this.#sink = sink;
    this.#isTrusted = isTrusted;
    this.#writer = new JuteWriter(BUFFER_BYTES, (bytes) => {
      this.#sum = adler32(bytes, 0, bytes.length, this.#sum);
      sink.write(bytes);
    });
  }

  /** Copies all before the first seal. */
  tree(reader: SnapshotReader, scrubber: Scrubber): Sums {
    const writer = this.#writer;
    writeFileHeader(writer, reader.header);
    writer.i32(reader.sessionCount);
    for (const { id, timeout } of reader.sessions()) {
      const isOne = this.#isTrusted || isSession(id, timeout);
      writer.i64(isOne ? id : 0n).i32(isOne ? timeout : 0);
    }
    const acls = reader.acls();
    let next = acls.next();
    if (reader.aclCount !== null) writer.i32(reader.aclCount);
    for (; !next.done; next = acls.next()) {
      const { offset, key, acl } = next.value;
      this.#nullLists(offset);
      const isKey = this.#isTrusted || isAclKey(key);
      const list = scrubber
        .acl(acl)
        .map((one) => (this.#isTrusted ? one : { ...one, perms: one.perms & 31 }));
      writeAcls(writer.i64(isKey ? key : 0n), list);
    }
    const original = new TreeDigest();
    const scrubbed = new TreeDigest();
    let isFirst = true;
    const znodes = watched(reader.znodes(), (znode) => original.add(digestOfRecord(znode)));
    for (const znode of scrubbedZnodes(znodes, scrubber)) {
      if (isFirst) this.#nullLists(znode.offset);
      isFirst = false;
      this.#badZnode(znode.offset);
      if (!this.#isTrusted && !isStat(znode)) znode.buffer.fill(0, znode.statStart - 8, znode.length);
      scrubbed.add(digestOfRecord(znode));
      writer.raw(znode.buffer.subarray(0, znode.length));
    }
    return { original: original.value, scrubbed: scrubbed.value };
  }

  /** Writes what follows the tree. A seal that was wrong is wrong again. */
  end(seals: readonly SealCheck[], digest: SnapshotDigest | null, lastProcessedZxid: bigint | null): void {
    const writer = this.#writer;
    const [first, ...others] = seals;
    this.#badZnode(first!.offset - 5);
    this.#seal(writer.ustring(MARK), first!);
    if (digest !== null) {
      this.#seal(writer.i64(digest.zxid).i32(digest.version).i64(digest.digest), others.shift());
    }
    if (lastProcessedZxid !== null) this.#seal(writer.i64(lastProcessedZxid), others.shift());
  }

  /** Bytes behind the last block, up to an offset: zeros, and at their end the mark that servers look for. */
  fill(end: number, hasMark: boolean): void {
    const writer = this.#writer;
    const marked = hasMark && end - writer.offset >= MARK_BYTES.length ? MARK_BYTES : Buffer.alloc(0);
    for (let left = end - marked.length - writer.offset; left > 0; left -= BUFFER_BYTES) {
      writer.raw(Buffer.alloc(Math.min(left, BUFFER_BYTES)));
    }
    writer.raw(marked);
  }

  /** Ends it within the tree, with the length that could not be, and with the mark that servers look for first. */
  breakOff(length: number | null, hasMark: boolean): void {
    if (length !== null) this.#writer.i32(length).raw(Buffer.alloc(BAD_ZNODE_BYTES));
    if (hasMark) this.#writer.raw(MARK_BYTES);
  }

  flush(): void {
    this.#writer.flush();
    this.#sink.end();
  }

  #seal(writer: JuteWriter, seal: SealCheck | undefined): void {
    writer.flush();
    const sum = BigInt(this.#sum);
    writer.i64(seal?.isRight ? sum : sum ^ 1n).ustring(MARK);
  }

  /** Entries of the ACL table whose lists are null, of which a reader gives none. */
  #nullLists(upTo: number): void {
    const writer = this.#writer;
    while (upTo - writer.offset >= NULL_LIST_BYTES && upTo - writer.offset < BAD_ZNODE_BYTES) {
      writer.i64(0n).i32(-1);
    }
  }

  /** A znode with a path that is none, of which a reader gives none. */
  #badZnode(upTo: number): void {
    const writer = this.#writer;
    const room = upTo - writer.offset;
    if (room < BAD_ZNODE_BYTES) return;
    writer
      .ustring('x' as RawText)
      .buffer(unreadable(room - BAD_ZNODE_BYTES))
      .raw(Buffer.alloc(TAIL_BYTES));
  }
}

function* watched(znodes: Iterable<ZnodeRecord>, see: (znode: ZnodeRecord) => void): Generator<ZnodeRecord> {
  for (const znode of znodes) {
    see(znode);
    yield znode;
  }
}
