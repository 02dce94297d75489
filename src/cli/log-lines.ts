// `log --format ndjson` over log files, as fast as can be: each file is made into lines by itself, several at once in
// worker threads, and the lines are put out in the order of the files.
//
// The order is right only where files do not overlap. That is looked at before anything is put out: a piece goes out
// where its zxids ascend, follow those before it and stay below the first zxid of every later file. Where one does
// not, the rest is for the merging reader, which takes its time.
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { FILE_HEADER_BYTES } from '../records/file-header.js';
import type { Sink } from '../render/sink.js';
import type { SourceOptions } from '../source/source-options.js';
import { gapProblem } from '../txnlog/log-gap.js';
import { type LineQuery, type NamedFile, type Piece, pieces } from './log-pieces.js';
import type { Message, ThreadData } from './log-thread.js';
import { startThread } from './start-thread.js';

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

/** Files smaller than this together are not worth the start of threads. */
const SMALL = 16 * 1024 * 1024;

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

async function* inThreads(
  files: readonly NamedFile[],
  query: LineQuery,
  options: SourceOptions,
  count: number,
): PieceStream & AsyncGenerator {
  const jobs = files.map(() => new Job());
  const threads = Array.from({ length: count }, () => startLogThread(query));
  const owner = new Map<Job, Int32Array>();
  let next = 0;
  const giveWork = ({ worker, done }: ReturnType<typeof startLogThread>): void => {
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

function startLogThread(query: LineQuery): { readonly worker: Worker; readonly done: Int32Array } {
  const done = new Int32Array(new SharedArrayBuffer(4));
  const workerData: ThreadData = { query, done };
  return { worker: startThread('log-thread', workerData), done };
}
