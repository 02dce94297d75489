// Finding the end of preallocated zeros, at the speed of memcmp.

const ZEROS = Buffer.alloc(64 * 1024);

/** Index of the first byte of `bytes[start, end)` that is not 0, `end` without one. */
export function firstNonZero(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const stop = Math.min(at + ZEROS.length, end);
    if (bytes.compare(ZEROS, 0, stop - at, at, stop) !== 0) break;
    at = stop;
  }
  while (at < end && bytes[at] === 0) at++;
  return at;
}
