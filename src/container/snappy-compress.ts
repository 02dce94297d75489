// Compressing one raw snappy block (see `snappy-block.ts` for what it is made of): at each place the last place with
// the same four bytes is tried, found by a hash table. Greedy, like snappy's own, which needs no more.

const HASH_BITS = 14;
const LEAST_MATCH = 4;
/** A copy with an offset of two bytes is of so many bytes at most. */
const MOST_COPY = 64;

/** The most bytes that a block of `plain` bytes can take: snappy's own bound. */
export function maxCompressed(plain: number): number {
  return 32 + plain + Math.floor(plain / 6);
}

const table = new Uint16Array(1 << HASH_BITS);

/**
 * Writes the block of `plain[0, length)`, 65535 bytes at most, to `out` at `start`, where `maxCompressed` bytes must be
 * free; returns its length.
 */
export function compressBlock(plain: Buffer, length: number, out: Buffer, start: number): number {
  table.fill(0);
  let to = writeVarint(length, out, start);
  let from = 0;
  let at = 0;
  while (at + LEAST_MATCH <= length) {
    const four = plain.readUInt32LE(at);
    const slot = Math.imul(four, 0x1e35a7bd) >>> (32 - HASH_BITS);
    // 0 is no entry, so that what begins the block is never found.
    const found = table[slot]!;
    table[slot] = at;
    if (found === 0 || plain.readUInt32LE(found) !== four) {
      at++;
      continue;
    }
    let end = at + LEAST_MATCH;
    for (let other = found + LEAST_MATCH; end < length && plain[end] === plain[other]; end++) other++;
    to = writeLiteral(plain, from, at, out, to);
    to = writeCopy(at - found, end - at, out, to);
    at = from = end;
  }
  return writeLiteral(plain, from, length, out, to) - start;
}

function writeVarint(value: number, out: Buffer, at: number): number {
  let left = value;
  let to = at;
  for (; left >= 0x80; left >>>= 7) out[to++] = (left & 0x7f) | 0x80;
  out[to++] = left;
  return to;
}

/** Writes `plain[from, end)` as it is. */
function writeLiteral(plain: Buffer, from: number, end: number, out: Buffer, at: number): number {
  if (from === end) return at;
  const less = end - from - 1;
  let to = at;
  if (less < 60) out[to++] = less << 2;
  else if (less < 256) {
    out[to++] = 60 << 2;
    out[to++] = less;
  } else {
    out[to++] = 61 << 2;
    out[to++] = less & 0xff;
    out[to++] = less >>> 8;
  }
  return to + plain.copy(out, to, from, end);
}

function writeCopy(offset: number, length: number, out: Buffer, at: number): number {
  let to = at;
  for (let left = length; left > 0; ) {
    const count = Math.min(left, MOST_COPY);
    out[to++] = ((count - 1) << 2) | 2;
    out[to++] = offset & 0xff;
    out[to++] = offset >>> 8;
    left -= count;
  }
  return to;
}
