// Writing a snapshot from front to back, the inverse of `read-snapshot.ts` (FileSnap.serialize).
//
// Constant memory: a megabyte. Checksums are computed as bytes pass. What stands in it is the caller's: that parents
// come before their children, and that the ACL table has every key.
import { ADLER_START, adler32 } from '../container/adler32.js';
import type { PlainSink } from '../container/plain-sink.js';
import { JuteWriter } from '../jute/jute-writer.js';
import type { RawText } from '../jute/raw-text.js';
import { writeAcls } from '../records/acl.js';
import { FILE_VERSION, type FileHeader, SNAP_MAGIC, writeFileHeader } from '../records/file-header.js';
import type { AclEntry } from './acl-entry.js';
import type { TrailerBlocks } from './seal.js';
import type { Session } from './session.js';

const BUFFER_BYTES = 1024 * 1024;
/** What ends the list of znodes, and each seal. */
const MARK = '/' as RawText;

/** The header of every server's snapshots. */
export const SNAPSHOT_HEADER: FileHeader = { magic: SNAP_MAGIC, version: FILE_VERSION, dbid: -1n };

/** What stands before the znodes. */
export interface SnapshotHead {
  /** Default: the one that servers write. */
  readonly header?: FileHeader;
  readonly sessions: readonly Session[];
  readonly acls: readonly AclEntry[];
}

/** A snapshot that is being written. */
export class SnapshotWriter {
  /** Znodes written so far. */
  znodeCount = 0;
  /** The Adler-32 in the first seal; 0 before `end`. */
  checksum = 0;
  readonly #sink: PlainSink;
  readonly #writer: JuteWriter;
  #sum = ADLER_START;

  /** Writes what stands before the znodes. @throws InputError where the file takes no more, as all that writes. */
  constructor(sink: PlainSink, { header = SNAPSHOT_HEADER, sessions, acls }: SnapshotHead) {
    this.#sink = sink;
    this.#writer = new JuteWriter(BUFFER_BYTES, (bytes) => {
      this.#sum = adler32(bytes, 0, bytes.length, this.#sum);
      sink.write(bytes);
    });
    const writer = this.#writer;
    writeFileHeader(writer, header);
    writer.i32(sessions.length);
    for (const { id, timeout } of sessions) writer.i64(id).i32(timeout);
    writer.i32(acls.length);
    for (const { key, acl } of acls) writeAcls(writer.i64(key), acl);
  }

  /** Bytes of the plain stream so far. */
  get offset(): number {
    return this.#writer.offset;
  }

  /** Writes a znode whose record is encoded already (see ZnodeRecord). */
  znode(record: Uint8Array): void {
    this.#writer.raw(record);
    this.znodeCount++;
  }

  /** Writes what stands behind the znodes, and ends the sink. A block that is null is left out. */
  end({ digest, lastProcessedZxid }: TrailerBlocks): void {
    const writer = this.#writer;
    writer.ustring(MARK);
    this.#seal();
    this.checksum = this.#sum;
    if (digest !== null) {
      writer.i64(digest.zxid).i32(digest.version).i64(digest.digest);
      this.#seal();
    }
    if (lastProcessedZxid !== null) {
      writer.i64(lastProcessedZxid);
      this.#seal();
    }
    writer.flush();
    this.#sink.end();
  }

  #seal(): void {
    this.#writer.flush();
    this.#writer.i64(BigInt(this.#sum)).ustring(MARK);
  }
}
