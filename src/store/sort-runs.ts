// Sorted runs in a temporary file, and their merge.
//
//   a run: i32 length of the key, i32 length of the record, key, record, and so on
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.js';
import type { SortArena } from './sort-arena.js';

const HEAD_BYTES = 8;
const WRITE_BYTES = 1024 * 1024;
/** Memory of a merge, shared by its runs, in bytes; each has at least the second. */
const MERGE_BYTES = 16 * 1024 * 1024;
const LEAST_BYTES = 16 * 1024;

/** Runs that were written so far. */
export class SortRuns {
  readonly #fd: number;
  readonly #ends: number[] = [];
  #size = 0;

  /**
   * Makes a file that has no name any more, so that nothing is left however the process ends.
   * @throws InputError where the system's temporary folder cannot be written to.
   */
  constructor() {
    const file = join(tmpdir(), `zoolog-sort-${randomBytes(8).toString('hex')}`);
    this.#fd = written(() => openSync(file, 'wx+', 0o600));
    unlinkSync(file);
  }

  /** Appends the rows of a sorted arena. @throws InputError where the disk is full. */
  write(arena: SortArena): void {
    let buffer = Buffer.allocUnsafe(WRITE_BYTES);
    let used = 0;
    const flush = () => {
      for (let done = 0; done < used; ) {
        done += written(() => writeSync(this.#fd, buffer, done, used - done, this.#size + done));
      }
      this.#size += used;
      used = 0;
    };
    for (let n = 0; n < arena.count; n++) {
      const [key, record] = [arena.key(n), arena.record(n)];
      const size = HEAD_BYTES + key.length + record.length;
      if (used + size > buffer.length) flush();
      if (size > buffer.length) buffer = Buffer.allocUnsafe(size);
      buffer.writeInt32BE(key.length, used);
      buffer.writeInt32BE(record.length, used + 4);
      key.copy(buffer, used + HEAD_BYTES);
      record.copy(buffer, used + HEAD_BYTES + key.length);
      used += size;
    }
    flush();
    this.#ends.push(this.#size);
  }

  /** All records in order; each is a view that lives until the next. */
  *merge(): Generator<Buffer> {
    const bytes = Math.max(LEAST_BYTES, Math.floor(MERGE_BYTES / this.#ends.length));
    const heap = this.#ends.map((end, i) => new Run(this.#fd, this.#ends[i - 1] ?? 0, end, bytes));
    for (const run of heap) run.next();
    for (let i = heap.length >> 1; i >= 0; i--) siftDown(heap, i);
    while (heap.length > 0) {
      const [first] = heap as [Run];
      yield first.buffer.subarray(first.keyEnd, first.end);
      if (!first.next()) {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      }
      siftDown(heap, 0);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function written(step: () => number): number {
  try {
    return step();
  } catch (cause) {
    const reason = `no room to sort in: ${(cause as Error).message}; set TMPDIR to another folder`;
    throw new InputError(tmpdir(), reason, { cause });
  }
}

/** A run, at one of its rows. */
class Run {
  buffer: Buffer;
  keyStart = 0;
  keyEnd = 0;
  end = 0;
  #filled = 0;
  #position: number;
  readonly #stop: number;
  readonly #fd: number;

  constructor(fd: number, start: number, stop: number, bytes: number) {
    this.#fd = fd;
    this.#position = start;
    this.#stop = stop;
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  /** Goes to the next row; false behind the last. */
  next(): boolean {
    if (!this.#load(HEAD_BYTES)) return false;
    const keyLength = this.buffer.readInt32BE(this.end);
    const size = HEAD_BYTES + keyLength + this.buffer.readInt32BE(this.end + 4);
    this.#load(size);
    this.keyStart = this.end + HEAD_BYTES;
    this.keyEnd = this.keyStart + keyLength;
    this.end += size;
    return true;
  }

  /** Makes `count` bytes from `end` on available. */
  #load(count: number): boolean {
    if (this.#filled - this.end >= count) return true;
    const target = count > this.buffer.length ? Buffer.allocUnsafe(count) : this.buffer;
    this.buffer.copy(target, 0, this.end, this.#filled);
    this.#filled -= this.end;
    this.end = 0;
    this.buffer = target;
    while (this.#filled < target.length && this.#position < this.#stop) {
      const most = Math.min(target.length - this.#filled, this.#stop - this.#position);
      const read = readSync(this.#fd, target, this.#filled, most, this.#position);
      if (read === 0) throw new Error('the temporary file of a sort was cut');
      this.#filled += read;
      this.#position += read;
    }
    return this.#filled >= count;
  }
}

function siftDown(heap: Run[], start: number): void {
  const moved = heap[start];
  if (moved === undefined) return;
  let at = start;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
    if (!isBefore(heap[below]!, moved)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = moved;
}

function isBefore(a: Run, b: Run): boolean {
  const [left, right] = [a.buffer, b.buffer];
  let [i, j] = [a.keyStart, b.keyStart];
  while (i < a.keyEnd && j < b.keyEnd) {
    const difference = left[i++]! - right[j++]!;
    if (difference !== 0) return difference < 0;
  }
  return i === a.keyEnd && j < b.keyEnd;
}
