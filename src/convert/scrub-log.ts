// A txn log, scrubbed: the same zxids, times, sessions and ops, every record at the offset that it had and sealed anew.
//
// What cannot be read is not copied: bytes that can be read no better take its place, and a checksum that was wrong is
// wrong again. Preallocated zeros are cut short.
import { adler32 } from '../container/adler32.js';
import { FileBytes } from '../container/file-bytes.js';
import type { PlainSink } from '../container/plain-sink.js';
import { JuteWriter } from '../jute/jute-writer.js';
import type { OnProblem } from '../problems.js';
import { writeFileHeader } from '../records/file-header.js';
import { DIGEST_VERSION, writeTxnDigest } from '../records/txn-digest.js';
import { TXN_HEADER_BYTES, writeTxnHeader } from '../records/txn-header.js';
import { writeOp } from '../records/write-op.js';
import { END_MARK, type LogRecord, RECORD_HEAD_BYTES } from '../txnlog/log-record.js';
import type { LogTail } from '../txnlog/log-tail.js';
import { openTxnLog } from '../txnlog/read-log.js';
import type { DigestTable } from './digest-table.js';
import type { ScrubbedFile } from './scrub-snapshot.js';
import { type Scrubber, unreadable } from './scrubber.js';

const BUFFER_BYTES = 1024 * 1024;
/** Zeros at the end that are kept, and bytes of a tail that cannot be read. */
const MOST_ZEROS = 4096;

/** Beyond what any server reads by default. */
const TOO_LONG = 0x200000;

/** Bytes that end too soon for whatever is read from them: as a length, just what servers take. */
function endsTooSoon(length: number): Buffer {
  return Buffer.alloc(length, '000f7f7f', 'hex');
}

/** Scrubs the log `file`. @throws FormatError where it does not begin like one. */
export function scrubLog(
  file: string,
  scrubber: Scrubber,
  digests: DigestTable,
  sink: PlainSink,
  onProblem: OnProblem,
): ScrubbedFile {
  const reader = openTxnLog(file, onProblem);
  const raw = new FileBytes(file);
  try {
    reader.givesUnsealed = true;
    const lengthAt = (offset: number) => (reader.stream.codec === 'raw' ? i32At(raw, offset) : null);
    const copy = new LogCopy(sink, scrubber, digests, lengthAt);
    writeFileHeader(copy.writer, reader.header);
    for (const record of reader.records()) copy.record(record);
    copy.end(reader.tail!);
    const { records, computed, leftOut } = copy;
    return { records, digests: computed, digestsLeftOut: leftOut, isWhole: reader.isSound };
  } finally {
    raw.close();
    reader.close();
  }
}

/** A number of a file; null where it ends before. */
function i32At(file: FileBytes, offset: number): number | null {
  const bytes = Buffer.alloc(4);
  return file.readAt(bytes, offset) === bytes.length ? bytes.readInt32BE() : null;
}

class LogCopy {
  records = 0;
  computed = 0;
  leftOut = 0;
  readonly writer: JuteWriter;
  readonly #sink: PlainSink;
  readonly #scrubber: Scrubber;
  readonly #digests: DigestTable;
  readonly #entry = new JuteWriter(4096);
  readonly #lengthAt: (offset: number) => number | null;
  /** Offset in the original behind what was copied. */
  #offset: number | null = null;

  constructor(
    sink: PlainSink,
    scrubber: Scrubber,
    digests: DigestTable,
    lengthAt: (offset: number) => number | null,
  ) {
    this.#lengthAt = lengthAt;
    this.#sink = sink;
    this.#scrubber = scrubber;
    this.#digests = digests;
    this.writer = new JuteWriter(BUFFER_BYTES, (bytes) => sink.write(bytes));
  }

  record(record: LogRecord): void {
    const { writer } = this;
    this.#skip(record.offset - (this.#offset ?? writer.offset));
    const entry = this.#scrubbed(record);
    const sum = BigInt(adler32(entry));
    writer
      .i64(record.isSealed ? sum : sum ^ 1n)
      .buffer(entry)
      .byte(END_MARK);
    this.#offset = record.offset + record.length;
    this.records++;
  }

  end({ kind, offset, bytes }: LogTail): void {
    const { writer } = this;
    this.#skip(offset - (this.#offset ?? writer.offset));
    this.#offset = offset;
    const length = Math.min(bytes, MOST_ZEROS);
    if (kind === 'padded') writer.raw(Buffer.alloc(length));
    else this.#skip(length);
    writer.flush();
    this.#sink.end();
  }

  #scrubbed(record: LogRecord): Buffer {
    const { txn } = record;
    const { header, digest, trailingBytes } = txn;
    const entry = this.#entry.clear();
    writeTxnHeader(entry, header);
    const { length } = record.entry;
    const op = this.#scrubber.op(txn.op);
    if (op.op === 'unknown') {
      const { code, expected } = op.error;
      const isShort = code === 'truncated' && Number.parseInt(expected, 10) < TOO_LONG;
      const filler = isShort ? endsTooSoon : unreadable;
      return entry.raw(filler(length - TXN_HEADER_BYTES)).bytes;
    }
    // A list that is null, as no server writes it, reads as an empty one.
    if (op.op === 'multi' && op.ops.length === 0) {
      entry.i32(record.view.getInt32(record.entryStart + TXN_HEADER_BYTES));
    } else writeOp(entry, op);
    if (digest !== null) this.#digest(entry, header.zxid, digest.version, digest.treeDigest);
    return entry.raw(unreadable(trailingBytes)).bytes;
  }

  #digest(entry: JuteWriter, zxid: bigint, version: number, recorded: bigint): void {
    const treeDigest = version === DIGEST_VERSION ? this.#digests.of(zxid, recorded) : null;
    if (treeDigest === null) {
      this.leftOut++;
      return;
    }
    this.computed++;
    writeTxnDigest(entry, { version, treeDigest });
  }

  /** A stretch that could not be read: of what should be a record the length is kept. */
  #skip(bytes: number): void {
    if (bytes <= 0) return;
    const { writer } = this;
    const length = this.#lengthAt((this.#offset ?? writer.offset) + 8);
    let left = bytes;
    if (bytes > RECORD_HEAD_BYTES && length !== null) {
      writer.raw(unreadable(8)).i32(length);
      left -= RECORD_HEAD_BYTES;
    }
    for (; left > 0; left -= BUFFER_BYTES) writer.raw(unreadable(Math.min(left, BUFFER_BYTES)));
  }
}
