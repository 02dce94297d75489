// What one reading of a log tells for servers of all releases and settings: where some of them stop, where all do,
// and the zxids between. A directory is judged for many releases without reading it again.
import { FormatError } from '../errors.js';
import type { Zxid } from '../records/zxid.js';
import { RECORD_HEAD_BYTES } from '../txnlog/log-record.js';
import type { LogTail } from '../txnlog/log-tail.js';
import type { LogReader } from '../txnlog/read-log.js';
import { BodyWalk, isReadByAny } from './boot-body.js';
import { type LogEnd, type LogHeader, ServerLog } from './server-log.js';

/** Zxids that follow one another in a log, each one more than the one before. */
export interface LoggedRun {
  readonly from: Zxid;
  to: Zxid;
  /** Offset of the first one's record. */
  readonly offset: number;
}

/**
 * Where some servers stop. `length`: one above their limit, of a txn or of a field within it. `op`: an op code
 * that they do not read. `closeSession`: a length above their limit, where they read a list of paths.
 */
export interface LogHazard {
  readonly kind: 'length' | 'op' | 'closeSession';
  readonly offset: number;
  readonly zxid: Zxid | null;
  /** The length in bytes, or the op code. */
  readonly value: number;
}

/** A record and its zxid. */
export interface LoggedPlace {
  readonly offset: number;
  readonly zxid: Zxid;
}

/** An op code in a multi, where it stands first and last. */
export interface LoggedPart {
  readonly code: number;
  readonly first: LoggedPlace;
  last: LoggedPlace;
}

/** A log, as far as servers read it. */
export interface LogFacts {
  readonly file: string;
  readonly fileSize: number;
  readonly header: LogHeader;
  readonly magic: number;
  readonly runs: readonly LoggedRun[];
  /** In the file's order. */
  readonly hazards: readonly LogHazard[];
  /** Op codes in multis that not all releases read. */
  readonly parts: readonly LoggedPart[];
  /** Null where the header is not whole. */
  readonly end: LogEnd | null;
  /** True where bytes other than zeros follow the record (or the twelve bytes) at the end. */
  readonly hasBytesBehind: boolean;
}

/** Below every length: a limit that overflows is negative, and refuses them all. */
const NONE = -1;
const ALWAYS_READ_PARTS: ReadonlySet<number> = new Set([-1, 1, 2, 5, 13]);
const CLOSE_SESSION = -11;

/** What no server wrote is not kept without end. */
const MOST_RUNS = 500_000;

/**
 * Reads a log once.
 * @throws InputError where it cannot be read, FormatError where a record has more than 128 MiB or the zxids are chaos.
 */
export function readLogFacts(file: string): LogFacts {
  const log = new ServerLog(file);
  try {
    const builder = new LogFactsBuilder(file);
    for (const record of log.records()) {
      const { view, entryStart, entryEnd, offset, zxid } = record;
      if (builder.add(view, entryStart, entryEnd, offset, zxid)) continue;
      break;
    }
    const end = builder.end ?? log.end;
    if (end === log.end && log.claimed !== null)
      builder.noteLength(log.claimed.length, log.claimed.offset, null);
    const { runs, hazards, parts } = builder;
    const hasBytesBehind = end !== null && log.hasBytesBehind();
    const { fileSize, header, magic } = log;
    return { file, fileSize, header, magic, runs, hazards, parts, end, hasBytesBehind };
  } finally {
    log.close();
  }
}

/** Takes the records of a log, in the file's order. */
export class LogFactsBuilder {
  readonly runs: LoggedRun[] = [];
  readonly hazards: LogHazard[] = [];
  readonly parts: LoggedPart[] = [];
  end: LogEnd | null = null;
  readonly #file: string;
  readonly #walk = new BodyWalk();
  readonly #ops = new Set<number>();
  #longest = NONE;
  #longestPath = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Takes a record; false where no server reads on behind it, with `end` set. */
  add(view: DataView, start: number, stop: number, offset: number, zxid: Zxid): boolean {
    const type = view.getInt32(start + 28);
    this.noteLength(stop - start, offset, zxid);
    if (!isReadByAny(type)) {
      this.end = { kind: 'op', offset, expected: 'an op code that is read', found: `${type}`, zxid };
      return false;
    }
    this.#noteOp(type, offset, zxid);
    const walk = this.#walk;
    const body = walk.walk(view, start, stop, type);
    if (walk.claimed > 0) this.noteLength(walk.claimed, offset, zxid);
    if (body !== 'whole') {
      const found = body === 'null' ? 'no list' : 'the end of the entry';
      this.end = { kind: body, offset, expected: 'the fields of the txn', found, zxid };
      return false;
    }
    if (type === CLOSE_SESSION) this.#noteCloseSession(view, start, stop, offset, zxid);
    // A failed multi does nothing whatever its parts are.
    if (!walk.parts.includes(-1)) for (const code of walk.parts) this.#notePart(code, offset, zxid);
    const last = this.runs.at(-1);
    if (last !== undefined && zxid === last.to + 1n) last.to = zxid;
    else this.#addRun(zxid, offset);
    return true;
  }

  /**
   * The facts of a log whose every record, as the other reader yields them, was taken; null where only a reading as
   * servers do it tells: where there is damage, or an end that is not at a record.
   */
  factsOfSound({ isSound, tail, stream, header }: LogReader): LogFacts | null {
    const isRaw = stream.plainSize === stream.fileSize;
    if (!isSound || tail === null || this.end !== null || !isRaw) return null;
    const end = soundEnd(tail);
    if (end === null) return null;
    const { runs, hazards, parts } = this;
    const { file, fileSize } = stream;
    return {
      file,
      fileSize,
      header: 'whole',
      magic: header.magic,
      runs,
      hazards,
      parts,
      end,
      hasBytesBehind: false,
    };
  }

  /** Notes a length where none before was greater: the first that a limit forbids is always among those. */
  noteLength(value: number, offset: number, zxid: Zxid | null): void {
    if (value <= this.#longest) return;
    this.#longest = value;
    this.hazards.push({ kind: 'length', offset, zxid, value });
  }

  #addRun(zxid: Zxid, offset: number): void {
    if (this.runs.length === MOST_RUNS) {
      throw new FormatError({
        code: 'log-zxid-order',
        file: this.#file,
        offset,
        expected: 'zxids that follow one another',
        found: `more than ${MOST_RUNS} that do not`,
      });
    }
    this.runs.push({ from: zxid, to: zxid, offset });
  }

  #noteOp(value: number, offset: number, zxid: Zxid): void {
    if (this.#ops.has(value)) return;
    this.#ops.add(value);
    this.hazards.push({ kind: 'op', offset, zxid, value });
  }

  #noteCloseSession(view: DataView, start: number, stop: number, offset: number, zxid: Zxid): void {
    const walk = this.#walk;
    walk.walkCloseSession(view, start, stop);
    if (walk.claimed <= this.#longestPath) return;
    this.#longestPath = walk.claimed;
    this.hazards.push({ kind: 'closeSession', offset, zxid, value: walk.claimed });
  }

  #notePart(code: number, offset: number, zxid: Zxid): void {
    if (ALWAYS_READ_PARTS.has(code)) return;
    const known = this.parts.find((part) => part.code === code);
    const place = { offset, zxid };
    if (known === undefined) this.parts.push({ code, first: place, last: place });
    else known.last = place;
  }
}

function soundEnd({ kind, offset, bytes }: LogTail): LogEnd | null {
  if (kind === 'clean') return { kind, offset, expected: '', found: '', zxid: null };
  // Fewer zeros than a record's head are to servers a record that the file ends in.
  if (kind !== 'padded' || bytes < RECORD_HEAD_BYTES) return null;
  return { kind, offset, expected: 'the length of a txn', found: '0', zxid: null };
}
