// The progress line: one line on a terminal's stderr, drawn over itself, gone at the end.

import { escapeForTerminal } from './escape.js';
import { formatBytes, formatDuration } from './human.js';
import type { Sink } from './sink.js';

/** Work that takes less than this shows nothing. */
const QUIET_MS = 1000;
/** Ten updates a second. */
const UPDATE_MS = 100;
/** How far apart, at the speed seen so far, ticks look at the clock. */
const LOOK_MS = 20;
/** Bytes before the first look at the clock. */
const FIRST_LOOK = 64 * 1024;

const GAP = '  ';
const ERASE_LINE = '\r\x1b[K';

/** What a progress line needs to know. */
export interface ProgressOptions {
  /** What is being done: `reading snapshot.10c`. */
  readonly label: string;
  /** Bytes there are to do; null when nobody can say, and then no time left is shown. */
  readonly total: number | null;
  /** Where the line goes, normally stderr. Nothing is written unless it is a terminal. */
  readonly sink: Sink;
  /** A clock in milliseconds that only goes forward. Default `performance.now`. */
  readonly now?: () => number;
}

/** A progress line that is being shown. */
export interface Progress {
  /** Says how many bytes are done by now, all told. Mostly one comparison, so call it per record. */
  tick(doneBytes: number): void;
  /** Takes the line away to make room for other output; a later tick draws it again. */
  clear(): void;
  /** Takes the line away for good. */
  end(): void;
}

const silent: Progress = { tick: () => {}, clear: () => {}, end: () => {} };

/**
 * Starts a progress line: it appears after one second of work, with bytes done, rate and time left.
 *
 * @example
 * const line = progress({ label: 'reading log.1', total: size, sink: stderr });
 * for (const txn of txns) line.tick(txn.end);
 * line.end();
 */
export function progress(options: ProgressOptions): Progress {
  return options.sink.isTerminal ? new ProgressLine(options) : silent;
}

class ProgressLine implements Progress {
  readonly #sink: Sink;
  readonly #label: string;
  readonly #total: number | null;
  readonly #now: () => number;
  readonly #start: number;
  #nextLook = FIRST_LOOK;
  #nextDraw: number;
  #isShown = false;

  constructor({ label, total, sink, now = () => performance.now() }: ProgressOptions) {
    this.#sink = sink;
    this.#label = escapeForTerminal(label);
    this.#total = total;
    this.#now = now;
    this.#start = now();
    this.#nextDraw = this.#start + QUIET_MS;
  }

  tick(doneBytes: number): void {
    if (doneBytes < this.#nextLook) return;
    const now = this.#now();
    const bytesPerMs = doneBytes / Math.max(1, now - this.#start);
    this.#nextLook = doneBytes + bytesPerMs * LOOK_MS;
    if (now < this.#nextDraw) return;
    this.#nextDraw = now + UPDATE_MS;
    this.#draw(doneBytes, bytesPerMs * 1000);
  }

  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#sink.write(ERASE_LINE);
    this.#sink.flush();
  }

  end(): void {
    this.clear();
    this.#nextLook = Number.POSITIVE_INFINITY;
  }

  #draw(done: number, bytesPerSecond: number): void {
    const rate = `${formatBytes(bytesPerSecond)}/s`;
    const figures = [amounts(done, this.#total), rate, timeLeft(done, this.#total, bytesPerSecond)]
      .filter((figure) => figure !== '')
      .join(GAP);
    // One column stays free: a full line makes some terminals wrap, and then \r goes back too little.
    const width = this.#sink.columns - 1;
    const label = cutLabel(this.#label, width - figures.length - GAP.length);
    this.#sink.write(ERASE_LINE + label + figures.slice(0, width));
    this.#sink.flush();
    this.#isShown = true;
  }
}

function amounts(done: number, total: number | null): string {
  if (total === null || total <= 0) return formatBytes(done);
  const percent = Math.min(100, Math.floor((done / total) * 100));
  return `${formatBytes(done)} of ${formatBytes(total)}  ${percent}%`;
}

function timeLeft(done: number, total: number | null, bytesPerSecond: number): string {
  if (total === null || bytesPerSecond <= 0) return '';
  return `${formatDuration(Math.max(0, total - done) / bytesPerSecond)} left`;
}

/** The label as far as there is room; what is not ASCII counts as two columns, which is never too little. */
function cutLabel(label: string, room: number): string {
  let used = 0;
  let cut = '';
  for (const character of label) {
    used += character <= '~' ? 1 : 2;
    if (used > room) break;
    cut += character;
  }
  return cut === '' ? '' : cut + GAP;
}
