// A txn log, scrubbed: the same zxids, times, sessions and ops, every record at the offset that it had and sealed anew.
//
// What cannot be read is not copied: bytes that can be read no better take its place, and a checksum that was wrong is
// wrong again. Preallocated zeros are cut short.
import { adler32 } from '../container/adler32.js';
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

/** Scrubs the log `file`. @throws FormatError where it does not begin like one. */
export function scrubLog(
  file: string,
  scrubber: Scrubber,
  digests: DigestTable,
  sink: PlainSink,
  onProblem: OnProblem,
): ScrubbedFile {
  const reader = openTxnLog(file, onProblem);
  try {
    reader.givesUnsealed = true;
    const copy = new LogCopy(sink, scrubber, digests);
    writeFileHeader(copy.writer, reader.header);
    for (const record of reader.records()) copy.record(record);
    copy.end(reader.tail!);
    const { records, computed, leftOut } = copy;
    return { records, digests: computed, digestsLeftOut: leftOut, isWhole: reader.isSound };
  } finally {
    reader.close();
  }
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
  /** Offset in the original behind what was copied. */
  #offset: number | null = null;

  constructor(sink: PlainSink, scrubber: Scrubber, digests: DigestTable) {
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
    const length = Math.min(bytes, MOST_ZEROS);
    if (kind === 'padded') writer.raw(Buffer.alloc(length));
    // A record that says it is longer than what is left.
    else if (kind === 'torn' && length > RECORD_HEAD_BYTES) {
      writer
        .raw(unreadable(8))
        .i32(length)
        .raw(unreadable(length - RECORD_HEAD_BYTES));
    } else writer.raw(unreadable(length));
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
    if (op.op === 'unknown') return entry.raw(unreadable(length - TXN_HEADER_BYTES)).bytes;
    writeOp(entry, op);
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

  /** A stretch that could not be read. */
  #skip(bytes: number): void {
    for (let left = bytes; left > 0; left -= BUFFER_BYTES) {
      this.writer.raw(unreadable(Math.min(left, BUFFER_BYTES)));
    }
  }
}
