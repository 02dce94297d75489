// Reading a snapshot from front to back (FileSnap.deserialize, DataTree.deserialize):
//
//   FileHeader · sessions · ACL table · znodes · terminator · seal #1 · [digest block · seal] · [lastZxid block · seal]
//
// Constant memory: a megabyte and the largest record. Checksums are computed as bytes pass.
import { ByteWindow } from '../container/byte-window.js';
import { openPlain } from '../container/open-plain.js';
import type { PlainStream } from '../container/plain-stream.js';
import { FormatError } from '../errors.js';
import { MAX_STRING_BYTES } from '../jute/limits.js';
import type { Place } from '../jute/place.js';
import { displayText } from '../jute/raw-text.js';
import { type OnProblem, type ProblemCode, problem, problemOf } from '../problems.js';
import {
  FILE_HEADER_BYTES,
  FILE_VERSION,
  type FileHeader,
  fileHeaderLayout,
  SNAP_MAGIC,
} from '../records/file-header.js';
import { AclRecord, readAclRecord } from './acl-record.js';
import { readFixed, readTrailer } from './read-trailer.js';
import type { SnapshotTrailer } from './seal.js';
import { MAX_SESSIONS, SESSION_BYTES, type Session } from './session.js';
import { ZNODE_TAIL_BYTES, ZnodeRecord } from './znode-record.js';

// Reported problems that leave the tree incomplete, or the file one that servers reject.
const UNSOUND: ReadonlySet<ProblemCode> = new Set([
  'znode-path',
  'acl-null',
  'snapshot-checksum',
  'snapshot-trailer-checksum',
  'snapshot-trailer-cut',
]);

/** Bytes behind the tree that are kept; a server writes 67 at most. */
export const TRAILER_ROOM = 4096;

/** How a snapshot is read. */
export interface SnapshotReaderOptions {
  /** Compute checksums (default true). Without them every seal is reported as wrong: for a file that was read before. */
  readonly sums?: boolean;
}

/** Opens a snapshot file; its name does not matter. See SnapshotReader. */
export function openSnapshot(
  file: string,
  onProblem: OnProblem = () => {},
  options: SnapshotReaderOptions = {},
): SnapshotReader {
  const stream = openPlain(file);
  try {
    return new SnapshotReader(stream, onProblem, options);
  } catch (error) {
    stream.close();
    throw error;
  }
}

/**
 * A snapshot as a stream. `sessions`, `acls` and `znodes` are read in that order, each once; what is not asked
 * for is passed over. Damage ends the reading: it is reported, and `isSound` is false.
 */
export class SnapshotReader {
  readonly stream: PlainStream;
  readonly header: FileHeader;
  /** Sessions the table says there are. */
  readonly sessionCount: number;
  /** Entries the ACL table says there are; null before its first is read. */
  aclCount: number | null = null;
  /** Znodes read so far. */
  znodeCount = 0;
  /** Null until the znodes have been read to their end. */
  trailer: SnapshotTrailer | null = null;
  /** The bytes behind the terminator, from the first seal on, at most `TRAILER_ROOM`; null before they are reached. */
  afterTree: Buffer | null = null;
  readonly #window: ByteWindow;
  readonly #place: Place;
  readonly #onProblem: OnProblem;
  #sessionsLeft: number;
  #aclsLeft: number | null = null;
  /** Damage that nothing can be read behind. */
  #failed = false;
  #hasUnsoundPart = false;

  /**
   * @throws FormatError where the stream does not begin like a snapshot: code `file-empty` for no bytes,
   * `truncated` for a cut header, `file-foreign` for another magic.
   */
  constructor(stream: PlainStream, onProblem: OnProblem = () => {}, { sums }: SnapshotReaderOptions = {}) {
    this.stream = stream;
    this.#onProblem = onProblem;
    const window = new ByteWindow(stream, sums);
    this.#window = window;
    this.#place = {
      file: stream.file,
      get base() {
        return window.base;
      },
    };
    this.header = this.#readHeader();
    this.sessionCount = this.#readCount('session count');
    this.#sessionsLeft = this.sessionCount;
  }

  /** True where everything was read and every checksum is right; only meaningful once the znodes are read. */
  get isSound(): boolean {
    return !this.#failed && !this.#hasUnsoundPart && this.trailer !== null;
  }

  /** Bytes of the file (compressed where it is) read so far. */
  get fileBytesRead(): number {
    return this.stream.fileBytesRead;
  }

  /** Offset in the plain stream: bytes read so far. */
  get offset(): number {
    return this.#window.offset;
  }

  /** The session table, in the file's order. */
  *sessions(): Generator<Session> {
    if (!this.#beginsSessions()) return;
    while (this.#sessionsLeft > 0) {
      const session = this.#attempt(() => this.#readSession());
      if (session === undefined) return;
      this.#sessionsLeft--;
      yield session;
    }
  }

  /**
   * The ACL table, in the file's order. A null list, on which servers stop, is reported and left out. One object is
   * used for all: take what is needed of it before asking for the next.
   */
  *acls(): Generator<AclRecord> {
    this.#passSessions();
    if (this.#failed) return;
    this.aclCount ??= this.#attempt(() => this.#readCount('ACL count')) ?? null;
    this.#aclsLeft ??= this.aclCount ?? 0;
    const record = new AclRecord();
    while (this.#aclsLeft > 0 && !this.#failed) {
      this.#aclsLeft--;
      const isList = this.#attempt(() => readAclRecord(this.#window, record));
      if (isList === undefined) return;
      if (isList) yield record;
      else this.#report('acl-null', record.offset, 'a list', 'null', `ACL ${record.key}`);
    }
  }

  /**
   * The znodes in the file's order, parents first where a server wrote it. One object is used for all: take what
   * is needed of it before asking for the next. At the end `trailer` is set.
   */
  *znodes(): Generator<ZnodeRecord> {
    for (const _ of this.acls());
    const znode = new ZnodeRecord();
    while (!this.#failed && this.trailer === null) {
      const more = this.#attempt(() => this.#readZnode(znode));
      if (more === undefined) return;
      if (!more) {
        this.#attempt(() => this.#readTrailer());
        return;
      }
      if (this.#hasGoodPath(znode)) yield znode;
    }
  }

  /** Reads everything that has not been read, to check it. */
  drain(): void {
    for (const _ of this.znodes());
  }

  close(): void {
    this.stream.close();
  }

  #readHeader(): FileHeader {
    const window = this.#window;
    if (window.atEnd()) throw this.#error('file-empty', 'a snapshot', 'no bytes');
    const header = readFixed(window, fileHeaderLayout, FILE_HEADER_BYTES, this.#place);
    if (header.magic !== SNAP_MAGIC) {
      const found = (header.magic >>> 0).toString(16).padStart(8, '0');
      throw this.#error('file-foreign', 'magic 5a4b534e (ZKSN)', found, 0);
    }
    if (header.version !== FILE_VERSION) {
      this.#report('file-format-version', 4, `version ${FILE_VERSION}`, String(header.version));
    }
    return header;
  }

  // A count below 1 is an empty table, as in the server's loops.
  #readCount(where: string): number {
    const window = this.#window;
    window.require(4, where);
    const count = window.view.getInt32(window.position);
    window.position += 4;
    return Math.max(count, 0);
  }

  /** False where no session can be read. */
  #beginsSessions(): boolean {
    if (this.#failed || this.#sessionsLeft <= MAX_SESSIONS) return !this.#failed;
    const expected = `at most ${MAX_SESSIONS} sessions`;
    const found = String(this.sessionCount);
    this.#attempt(() => {
      throw this.#error('record-too-large', expected, found, this.#window.offset - 4);
    });
    return false;
  }

  #readSession(): Session {
    const window = this.#window;
    window.require(SESSION_BYTES, 'session');
    const { view, position } = window;
    window.position += SESSION_BYTES;
    return { id: view.getBigInt64(position), timeout: view.getInt32(position + 8) };
  }

  #passSessions(): void {
    if (!this.#beginsSessions()) return;
    const window = this.#window;
    this.#attempt(() => {
      while (this.#sessionsLeft > 0) {
        window.require(SESSION_BYTES, 'session');
        const loaded = Math.floor((window.end - window.position) / SESSION_BYTES);
        const count = Math.min(loaded, this.#sessionsLeft);
        window.position += count * SESSION_BYTES;
        this.#sessionsLeft -= count;
      }
    });
  }

  /** Sets `znode` to the next one; false where the terminator stands instead. */
  #readZnode(znode: ZnodeRecord): boolean {
    const window = this.#window;
    if (window.end - window.position < 5) window.require(5, `znode ${this.znodeCount}`);
    const pathLength = window.view.getInt32(window.position);
    if (pathLength === 1 && window.buffer[window.position + 4] === 0x2f) {
      window.position += 5;
      return false;
    }
    if (pathLength < 0)
      throw this.#error('length-unreasonable', 'a path length of 0 or more', String(pathLength));
    if (pathLength > MAX_STRING_BYTES) {
      throw this.#error(
        'record-too-large',
        `a path of at most ${MAX_STRING_BYTES} bytes`,
        String(pathLength),
      );
    }
    const head = 4 + pathLength + 4;
    if (window.end - window.position < head) window.require(head, `path of znode ${this.znodeCount}`);
    const dataLength = window.view.getInt32(window.position + 4 + pathLength);
    if (dataLength < -1) throw this.#badDataLength(pathLength, dataLength);
    const length = 4 + pathLength + ZNODE_TAIL_BYTES + Math.max(dataLength, 0);
    if (window.end - window.position < length) window.require(length, `znode ${this.znodeCount}`);
    const start = window.position;
    znode.ordinal = this.znodeCount++;
    znode.offset = window.base + start;
    znode.length = length;
    znode.buffer = window.buffer;
    znode.view = window.view;
    znode.pathStart = start + 4;
    znode.pathEnd = start + 4 + pathLength;
    znode.dataStart = start + head;
    znode.dataLength = dataLength;
    window.position = start + length;
    return true;
  }

  #hasGoodPath(znode: ZnodeRecord): boolean {
    const { buffer, pathStart, pathEnd } = znode;
    const isRoot = pathStart === pathEnd;
    if (isRoot || (buffer[pathStart] === 0x2f && buffer[pathEnd - 1] !== 0x2f)) return true;
    this.#report('znode-path', znode.offset, 'a path like "" or /a/b', JSON.stringify(znode.text), 'znode');
    return false;
  }

  #readTrailer(): void {
    const window = this.#window;
    const room = Math.min(window.load(TRAILER_ROOM), TRAILER_ROOM);
    this.afterTree = Buffer.from(window.buffer.subarray(window.position, window.position + room));
    this.trailer = readTrailer(window, this.#place, (...found) => this.#report(...found));
  }

  // Runs one step of reading; damage is reported and ends the reading.
  #attempt<T>(step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#failed = true;
      this.#onProblem(problemOf(error, error.code === 'truncated' ? 'snapshot-cut' : undefined));
      return undefined;
    }
  }

  #badDataLength(pathLength: number, found: number): FormatError {
    const window = this.#window;
    const path = window.buffer.toString('latin1', window.position + 4, window.position + 4 + pathLength);
    return new FormatError({
      code: 'length-unreasonable',
      file: this.stream.file,
      offset: window.offset + 4 + pathLength,
      expected: 'a data length of -1 (null), 0 or more',
      found: String(found),
      where: `znode ${displayText(path as never)}`,
    });
  }

  #error(code: ProblemCode, expected: string, found: string, offset = this.#window.offset): FormatError {
    return new FormatError({ code, file: this.stream.file, offset, expected, found });
  }

  #report(code: ProblemCode, offset: number, expected: string, found: string, where?: string): void {
    this.#hasUnsoundPart ||= UNSOUND.has(code);
    this.#onProblem(problem(code, { file: this.stream.file, offset, expected, found, where }));
  }
}
