// Where rendered text goes. Output is synchronous like everything else here: process.stdout is a stream whose writes
// to a pipe may still be queued when the process ends, and whose errors arrive later, as events.

import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { InputError } from '../errors.js';

/** A place for text and bytes that are to be written in order. */
export interface Sink {
  /** Takes text (written as UTF-8) or bytes, which are the caller's again then; both may be held back until flush. */
  write(text: string | Uint8Array): void;
  /** Writes out what was held back. */
  flush(): void;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal; 80 where there is none. */
  readonly columns: number;
}

/** The reader of our pipe has gone (`| head`). Not a failure: main ends quietly with exit code 0. */
export class ClosedPipe extends Error {
  override name = 'ClosedPipe';
  constructor(readonly file: string) {
    super(`${file}: the reading end of the pipe is closed`);
  }
}

/** Output could not be written: the disk is full, or the device fails. */
export class OutputError extends InputError {
  override name = 'OutputError';
}

/** Written at once: the capacity of a Linux pipe. */
const CHUNK = 64 * 1024;
/** UTF-8 takes at most three bytes for each unit of a JavaScript string. */
const MOST_BYTES_PER_UNIT = 3;
const DEFAULT_COLUMNS = 80;
const names: Readonly<Record<number, string>> = { 1: 'standard output', 2: 'standard error' };

/**
 * A sink on an open file descriptor, which collects about 64 KB between writes.
 *
 * Throws ClosedPipe or OutputError from `write` or `flush`; what was being written then is dropped, so that a flush
 * while leaving does not throw again.
 *
 * @example
 * const stdout = fdSink(1);
 * stdout.write('/zookeeper\n');
 * stdout.flush();
 */
export function fdSink(fd: number, name: string = names[fd] ?? `file descriptor ${fd}`): Sink {
  return new FdSink(fd, name);
}

class FdSink implements Sink {
  readonly #fd: number;
  readonly #name: string;
  readonly isTerminal: boolean;
  /** Text not yet encoded. It comes after the bytes in the buffer. */
  #text = '';
  // One buffer for all encoding: a new one each time costs 0.1 µs a row of ndjson.
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK * MOST_BYTES_PER_UNIT);
  #filled = 0;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.#name = name;
    this.isTerminal = isatty(fd);
  }

  /** Asked for each time, since people resize windows. */
  get columns(): number {
    if (!this.isTerminal) return DEFAULT_COLUMNS;
    // 0 is what a terminal that was never told its size answers.
    return (this.#fd === 2 ? process.stderr.columns : process.stdout.columns) || DEFAULT_COLUMNS;
  }

  write(text: string | Uint8Array): void {
    if (typeof text === 'string') {
      this.#text += text;
    } else {
      this.#encodeText();
      this.#keep(text);
    }
    if (this.#text.length + this.#filled >= CHUNK) this.flush();
  }

  flush(): void {
    this.#encodeText();
    this.#writeBuffer();
  }

  #encodeText(): void {
    const text = this.#text;
    this.#text = '';
    const mostBytes = text.length * MOST_BYTES_PER_UNIT;
    if (mostBytes > this.#buffer.length) {
      this.#keep(Buffer.from(text));
      return;
    }
    if (mostBytes > this.#buffer.length - this.#filled) this.#writeBuffer();
    this.#filled += this.#buffer.write(text, this.#filled);
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length > this.#buffer.length - this.#filled) this.#writeBuffer();
    if (bytes.length > this.#buffer.length) {
      this.#writeAll(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #writeBuffer(): void {
    const filled = this.#filled;
    this.#filled = 0;
    this.#writeAll(this.#buffer.subarray(0, filled));
  }

  #writeAll(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        this.#waitOrThrow(error as NodeJS.ErrnoException);
      }
    }
  }

  #waitOrThrow(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') throw new ClosedPipe(this.#name);
    if (error.code !== 'EAGAIN') {
      throw new OutputError(this.#name, `cannot be written: ${error.message}`, { cause: error });
    }
    // The pipe or terminal was put into non-blocking mode by whoever shares it, and is full.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

/** A sink that keeps what it gets, for tests and for output that is needed as text. */
export interface MemorySink extends Sink {
  /** All that was written so far. */
  text(): string;
}

/** A sink in memory; by default no terminal, and 80 columns wide. */
export function memorySink(options: { isTerminal?: boolean; columns?: number } = {}): MemorySink {
  const chunks: Uint8Array[] = [];
  return {
    isTerminal: options.isTerminal ?? false,
    columns: options.columns ?? DEFAULT_COLUMNS,
    // A copy also of bytes: whoever wrote them may write over them.
    write: (text) => void chunks.push(Buffer.from(text as string)),
    flush: () => {},
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
