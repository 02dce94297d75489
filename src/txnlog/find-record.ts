// Finding the next sound record in a log whose framing is broken: one whose checksum is right.
import { adler32 } from '../container/adler32.js';
import type { ByteWindow } from '../container/byte-window.js';
import { firstNonZero } from '../container/zeros.js';
import { opName } from '../records/op-code.js';
import { TXN_HEADER_BYTES } from '../records/txn-header.js';
import { END_MARK, RECORD_FRAME_BYTES, RECORD_HEAD_BYTES } from './log-record.js';

/** Where the length stands in a record, in bytes. */
const LENGTH_AT = 8;
const SMALLEST = RECORD_HEAD_BYTES + TXN_HEADER_BYTES + 1;
// Bytes that the searches in one file may sum, and how many times the file: hostile bytes can look like a record
// everywhere.
const BUDGET = 64 * 1024 * 1024;
const BUDGET_TIMES_FILE = 8;
// Longer than any server would read is not looked at: the length is chance.
const LONGEST = 16 * 1024 * 1024;

/** What is left of the work that searching in one file may take, in bytes. */
export interface SearchBudget {
  bytes: number;
}

/** The budget for a file of `fileSize` bytes. */
export function searchBudget(fileSize: number): SearchBudget {
  return { bytes: BUDGET + BUDGET_TIMES_FILE * fileSize };
}

/**
 * Moves the window behind its position to the next sound record and returns true; false where there is none (or
 * the bytes look so much like records that searching on would take too long), with the window anywhere behind.
 */
export function findRecord(window: ByteWindow, budget: SearchBudget): boolean {
  window.position++;
  while (budget.bytes > 0 && window.need(SMALLEST)) {
    const stop = window.end - SMALLEST;
    let at = window.position;
    while (at <= stop && !mayBeRecord(window.buffer, window.view, at)) at += stepFrom(window, at);
    window.position = at;
    if (at > stop) continue;
    const whole = window.view.getInt32(at + LENGTH_AT) + RECORD_FRAME_BYTES;
    if (whole <= LONGEST) {
      budget.bytes -= whole;
      if (isSoundRecord(window, whole)) return true;
    }
    window.position++;
  }
  return false;
}

// Zeros have no length: where one follows its place, whatever is all zeros is passed over at once.
function stepFrom(window: ByteWindow, at: number): number {
  if (window.view.getInt32(at + LENGTH_AT) !== 0) return 1;
  const next = firstNonZero(window.buffer, at + LENGTH_AT, window.end);
  return Math.max(next - LENGTH_AT - 3 - at, 1);
}

// A checksum below 2^32, a possible length, an op code that is logged.
function mayBeRecord(bytes: Buffer, view: DataView, at: number): boolean {
  if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) return false;
  if (view.getInt32(at + LENGTH_AT) < TXN_HEADER_BYTES) return false;
  return opName(view.getInt32(at + RECORD_HEAD_BYTES + 28)) !== null;
}

function isSoundRecord(window: ByteWindow, whole: number): boolean {
  if (!window.need(whole)) return false;
  const start = window.position + RECORD_HEAD_BYTES;
  const end = window.position + whole - 1;
  if (window.buffer[end] !== END_MARK) return false;
  return adler32(window.buffer, start, end) === window.view.getUint32(window.position + 4);
}
