// A thread that makes lines of log files: it is sent one file after the other and sends pieces of lines.
import { parentPort, workerData } from 'node:worker_threads';
import type { Problem } from '../problems.js';
import type { SourceOptions } from '../source/source-options.js';
import { type LineQuery, type NamedFile, type Piece, pieces } from './log-pieces.js';

/** What a thread is started with. */
export interface ThreadData {
  readonly query: LineQuery;
  /** Pieces that were put out, counted by the main thread. */
  readonly done: Int32Array;
}

/** What it sends. */
export type Message =
  | { readonly kind: 'piece'; readonly piece: Piece }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'note'; readonly note: string }
  | { readonly kind: 'end'; readonly isDamaged: boolean };

/** Pieces that a thread may be ahead of the output. */
const AHEAD = 48;

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

// Whoever starts it imports its types alone.
serve(workerData as ThreadData, parentPort!);
