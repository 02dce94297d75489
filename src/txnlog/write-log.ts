// Writing a txn log from front to back, the inverse of `read-log.ts` (FileTxnLog.append): FileHeader and records, without
// preallocated zeros, which servers do not ask for. Constant memory.
import { adler32 } from '../container/adler32.js';
import type { PlainSink } from '../container/plain-sink.js';
import { JuteWriter } from '../jute/jute-writer.js';
import { FILE_VERSION, type FileHeader, TXNLOG_MAGIC, writeFileHeader } from '../records/file-header.js';
import { writeTxnDigest } from '../records/txn-digest.js';
import { writeTxnHeader } from '../records/txn-header.js';
import { writeOp } from '../records/write-op.js';
import { END_MARK } from './log-record.js';
import type { Txn } from './txn.js';

const BUFFER_BYTES = 1024 * 1024;

/** The header of every server's logs. */
export const LOG_HEADER: FileHeader = { magic: TXNLOG_MAGIC, version: FILE_VERSION, dbid: 0n };

/** A log that is being written. Its file is named by the zxid of its first txn. */
export class LogWriter {
  /** Records written so far. */
  recordCount = 0;
  readonly #sink: PlainSink;
  readonly #writer: JuteWriter;
  readonly #entry = new JuteWriter(4096);

  /** @throws InputError where the file takes no more, as all that writes. */
  constructor(sink: PlainSink, header: FileHeader = LOG_HEADER) {
    this.#sink = sink;
    this.#writer = new JuteWriter(BUFFER_BYTES, (bytes) => sink.write(bytes));
    writeFileHeader(this.#writer, header);
  }

  /** Bytes of the plain stream so far. */
  get offset(): number {
    return this.#writer.offset;
  }

  /** Writes a record around an entry (header, body, digest) as it is, with its checksum. */
  entry(entry: Uint8Array): void {
    this.#writer
      .i64(BigInt(adler32(entry)))
      .buffer(entry)
      .byte(END_MARK);
    this.recordCount++;
  }

  /** Writes a txn. Zxids must follow one another within an epoch: since 3.9.4 servers refuse a hole. */
  txn({ header, op, digest }: Pick<Txn, 'header' | 'op' | 'digest'>): void {
    const entry = this.#entry.clear();
    writeTxnHeader(entry, header);
    writeOp(entry, op);
    if (digest !== null) writeTxnDigest(entry, digest);
    this.entry(entry.bytes);
  }

  /** Writes what is held back, and ends the sink. */
  end(): void {
    this.#writer.flush();
    this.#sink.end();
  }
}
