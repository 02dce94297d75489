// `log --format ndjson` over log files, as fast as can be: each file is made into lines by itself, several at once in
// worker threads, and the lines are put out in the order of the files.
//
// The order is right only where files do not overlap. That is looked at before anything is put out: a piece goes out
// where its zxids ascend, follow those before it and stay below the first zxid of every later file. Where one does
// not, the rest is for the merging reader, which takes its time.
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type OpQuery, opTest } from '../analysis/log-query.js';
import { partsOf } from '../analysis/op-row.js';
import type { Problem } from '../problems.js';
import { FILE_HEADER_BYTES } from '../records/file-header.js';
import type { DataMode } from '../render/bytes.js';
import type { Sink } from '../render/sink.js';
import { LogFile } from '../source/log-file.js';
import { SlowScan } from '../source/slow-scan.js';
import { SourceLog } from '../source/source-log.js';
import type { SourceOptions } from '../source/source-options.js';
import type { TxnRange } from '../source/sources.js';
import { isWithin } from '../source/txn-range.js';
import { gapProblem } from '../txnlog/log-gap.js';
import type { LogRecord } from '../txnlog/log-record.js';
import { txnProblems } from '../txnlog/txn-problems.js';
import { OpBytes } from './rows/op-bytes.js';
import { OpLines } from './rows/op-line.js';

/** Which lines of a file. Plain data: it is sent to threads. */
export interface LineQuery {
  readonly ops: OpQuery;
  readonly range: TxnRange;
  readonly data: DataMode;
}

/** A log file, and what it is called in lines. */
export interface NamedFile {
  readonly path: string;
  readonly shown: string;
  /** zxid of its first txn. */
  readonly first: bigint;
}

/** What came of printing. */
export interface Printed {
  /** The file holds damage that left txns out. */
  readonly isDamaged: boolean;
  /**
   * Where printing stopped because files overlap or a zxid goes back: after so many records of the merged history,
   * also counting those that no line came of. Null where all is printed.
   */
  readonly stoppedAfter: number | null;
  /** Any line was put out. */
  readonly hasLines: boolean;
}

/** Some lines, and the zxids of the records read for them (also of those that no line came of). */
interface Piece {
  readonly text: Uint8Array;
  readonly low: bigint;
  readonly high: bigint;
  readonly isAscending: boolean;
  /** More lines of the last record of the piece before. */
  readonly goesOn: boolean;
  /** Records read for them. */
  readonly records: number;
}

type Message =
  | { readonly kind: 'piece'; readonly piece: Piece }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'note'; readonly note: string }
  | { readonly kind: 'end'; readonly isDamaged: boolean };

/** Bytes in a piece. */
const PIECE = 512 * 1024;
/** Room for the lines of one more txn. */
const MARGIN = 64 * 1024;
/** Pieces that a thread may be ahead of the output. */
const AHEAD = 48;
/** Files smaller than this together are not worth the start of threads. */
const SMALL = 16 * 1024 * 1024;

/**
 * Makes pieces of a file; returns whether damage left txns out. With `keep` the bytes of a piece are nobody else's,
 * otherwise they live until the next one is asked for.
 */
function* pieces(
  file: NamedFile,
  query: LineQuery,
  options: SourceOptions,
  keep: boolean,
): Generator<Piece, boolean> {
  const log = new SourceLog(options, () => file.shown);
  // Without the advice to make an index: reading all of a file is what was asked for.
  const scan = new SlowScan(new SourceLog({ ...options, onNote: () => {} }));
  const records = new LogFile(file.path, log);
  const test = opTest(query.ops);
  const lines = new OpLines(query.data);
  const isSimple = test === null && (query.data === 'auto' || query.data === 'none');
  const fast = isSimple ? new OpBytes(file.shown, query.data === 'auto') : null;
  const text = new LineBuffer();
  let low: bigint | null = null;
  let high = 0n;
  let isAscending = true;
  let goesOn = false;
  let count = 0;
  try {
    for (const record of records.records(scan)) {
      const { zxid } = record;
      if (low === null) low = zxid;
      else if (zxid <= high) isAscending = false;
      if (zxid < low) low = zxid;
      if (zxid > high) high = zxid;
      count++;
      if (!isWithin(query.range, record)) continue;
      if (fast === null || !text.addRecord(record, fast)) {
        const { txn } = record;
        const logged = { txn, evidence: { file: file.shown, offset: record.offset, length: record.length } };
        for (const problem of txnProblems(logged)) log.report(problem);
        for (const part of partsOf(txn)) {
          if (test === null || test(txn.header, part)) text.add(lines.line(logged, part));
          // A multi can have a million lines; what is left of it is a piece by itself.
          if (text.length < PIECE) continue;
          yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
          count = 0;
          low = zxid;
          isAscending = true;
          goesOn = true;
        }
      }
      if (text.length < PIECE && !goesOn) continue;
      yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
      low = null;
      isAscending = true;
      goesOn = false;
      count = 0;
    }
    if (low !== null) yield { text: text.take(keep), low, high, isAscending, goesOn, records: count };
    return records.isDamaged;
  } finally {
    records.close();
  }
}

/**
 * Lines as bytes. Each is encoded at once: half a megabyte of strings kept alive costs more time in the garbage
 * collector than all else (170 of 700 ms for 100,000 txns).
 */
class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(PIECE + MARGIN);
  length = 0;

  add(line: string): void {
    this.#reserve(line.length < PIECE ? line.length * 3 : Buffer.byteLength(line));
    this.length += this.#bytes.write(line, this.length);
  }

  /** Adds the lines of a record; false where they are not to be had that way. */
  addRecord(record: LogRecord, fast: OpBytes): boolean {
    this.#reserve(fast.room(record));
    const end = fast.write(record, this.#bytes, this.length);
    if (end >= 0) this.length = end;
    return end >= 0;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(this.length + bytes + PIECE);
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }

  /** The bytes so far; without `keep` they are written over by the next ones. */
  take(keep: boolean): Uint8Array {
    const taken = this.#bytes.subarray(0, this.length);
    // A new buffer costs more than filling it: the system clears its pages first.
    if (keep) this.#bytes = Buffer.allocUnsafeSlow(PIECE + MARGIN);
    this.length = 0;
    return taken;
  }
}

/** The pieces of all files in order; each file ends with whether it is damaged. */
type PieceStream = AsyncIterable<
  { readonly file: number; readonly piece: Piece } | { readonly isDamaged: boolean }
>;

/** Prints the lines of log files, given by their first zxids ascending. `bytes` is their size together. */
export async function printLogLines(
  files: readonly NamedFile[],
  bytes: number,
  query: LineQuery,
  options: SourceOptions,
  sink: Sink,
): Promise<Printed> {
  const threads = bytes < SMALL ? 1 : Math.min(files.length, availableParallelism());
  const stream =
    threads > 1 ? inThreads(files, query, options, threads) : inThisThread(files, query, options);
  let isDamaged = false;
  let printed = -1n;
  let hasLines = false;
  let records = 0;
  for await (const next of stream) {
    if ('isDamaged' in next) {
      isDamaged ||= next.isDamaged;
      continue;
    }
    const { piece, file } = next;
    const later = files[file + 1]?.first;
    const follows = piece.goesOn ? piece.low === printed : piece.low > printed;
    const isInOrder = piece.isAscending && follows && (later === undefined || piece.high < later);
    if (!isInOrder && files.length > 1) return { isDamaged, stoppedAfter: records, hasLines };
    // Where nothing was left out for its time, a file that begins later than the one before it ended shows a hole.
    const isWhole = query.range.since === undefined && query.range.until === undefined;
    if (isWhole && printed >= 0n && piece.low === files[file]!.first) {
      const gap = gapProblem(printed, piece.low, { file: files[file]!.shown, offset: FILE_HEADER_BYTES });
      if (gap !== null) options.onProblem(gap);
    }
    sink.write(piece.text);
    hasLines ||= piece.text.length > 0;
    printed = piece.high;
    records += piece.records;
  }
  return { isDamaged, stoppedAfter: null, hasLines };
}

async function* inThisThread(
  files: readonly NamedFile[],
  query: LineQuery,
  options: SourceOptions,
): PieceStream & AsyncGenerator {
  for (const [file, named] of files.entries()) {
    const made = pieces(named, query, options, false);
    let next = made.next();
    for (; !next.done; next = made.next()) yield { file, piece: next.value };
    yield { isDamaged: next.value };
  }
}

/** A file in the hands of a thread. */
class Job {
  readonly #messages: Message[] = [];
  #wake: (() => void) | null = null;
  #failure: unknown = null;

  put(message: Message): void {
    this.#messages.push(message);
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#failure = error;
    this.#wake?.();
  }

  async take(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** What a thread is started with, and the mark by which this module knows that it is one. */
interface ThreadData {
  readonly zoologLogLines: true;
  readonly query: LineQuery;
  /** Pieces that were put out, counted by the main thread. */
  readonly done: Int32Array;
}

async function* inThreads(
  files: readonly NamedFile[],
  query: LineQuery,
  options: SourceOptions,
  count: number,
): PieceStream & AsyncGenerator {
  const jobs = files.map(() => new Job());
  const threads = Array.from({ length: count }, () => startThread(query));
  const owner = new Map<Job, Int32Array>();
  let next = 0;
  const giveWork = ({ worker, done }: ReturnType<typeof startThread>): void => {
    const job = jobs[next];
    const file = files[next++];
    if (job === undefined) return;
    owner.set(job, done);
    worker.removeAllListeners('message').on('message', (message: Message) => {
      job.put(message);
      if (message.kind === 'end') giveWork({ worker, done });
    });
    worker.removeAllListeners('error').on('error', (error) => {
      for (const waiting of jobs) waiting.fail(error);
    });
    worker.postMessage(file);
  };
  try {
    for (const thread of threads) giveWork(thread);
    const notes = new Set<string>();
    for (const [file, job] of jobs.entries()) {
      let message = await job.take();
      for (; message.kind !== 'end'; message = await job.take()) {
        if (message.kind === 'problem') options.onProblem(message.problem);
        else if (message.kind === 'note') {
          // Each thread has the same things to say.
          if (!notes.has(message.note)) options.onNote(message.note);
          notes.add(message.note);
        } else {
          yield { file, piece: message.piece };
          const done = owner.get(job)!;
          Atomics.add(done, 0, 1);
          Atomics.notify(done, 0);
        }
      }
      yield { isDamaged: message.isDamaged };
    }
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function startThread(query: LineQuery): { readonly worker: Worker; readonly done: Int32Array } {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const data: ThreadData = { zoologLogLines: true, query, done };
  const { url } = import.meta;
  // From source, as under vitest, a thread needs tsx to read TypeScript, and takes no --import for it.
  const fromSource = `import('tsx/esm/api').then((tsx) => (tsx.register(), import(${JSON.stringify(url)})))`;
  const worker = url.endsWith('.ts')
    ? new Worker(fromSource, { eval: true, workerData: data })
    : new Worker(new URL(url), { workerData: data });
  return { worker, done };
}

function serve({ query, done }: ThreadData, port: NonNullable<typeof parentPort>): void {
  const send = (message: Message, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  let sent = 0;
  port.on('message', (file: NamedFile) => {
    const told: SourceOptions = {
      onNote: (note) => send({ kind: 'note', note }),
      onProblem: (problem) => send({ kind: 'problem', problem }),
    };
    const made = pieces(file, query, told, true);
    let next = made.next();
    for (; !next.done; next = made.next()) {
      for (let put = Atomics.load(done, 0); sent - put >= AHEAD; put = Atomics.load(done, 0)) {
        Atomics.wait(done, 0, put);
      }
      send({ kind: 'piece', piece: next.value }, [next.value.text.buffer as ArrayBuffer]);
      sent++;
    }
    send({ kind: 'end', isDamaged: next.value });
  });
}

if (!isMainThread && (workerData as Partial<ThreadData> | null)?.zoologLogLines === true) {
  serve(workerData as ThreadData, parentPort!);
}
