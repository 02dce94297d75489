// One raw snappy block (google/snappy, format_description.txt): a varint, the plain length, and then elements that
// begin with a tag byte:
//
//   tag & 3   0 literal: its length minus one in the six upper bits; 60 to 63 there say that 1 to 4 bytes hold it
//             1 copy of 4 to 11 bytes: offset of 11 bits, three of them in the tag
//             2 copy of 1 to 64 bytes: offset in 2 bytes · 3 the same: offset in 4 bytes
//
// Our own, for hyparquet's decoder (1.31.5) never returns from a literal whose four length bytes are negative to it,
// and takes an offset that is.

/** The varint a block begins with, its plain length, and the index behind it; null where there is none. */
export function readPlainLength(block: Uint8Array): { plainLength: number; next: number } | null {
  let plainLength = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) return null;
    plainLength += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { plainLength, next: i + 1 };
  }
  return null;
}

// Below this a loop copies faster than `set` of a subarray.
const SHORT = 48;

/** Decodes the elements of `block` from `start` on into `plain`, which they must fill; returns what is wrong, or null. */
export function decodeElements(block: Uint8Array, start: number, plain: Uint8Array): string | null {
  const end = block.length;
  let at = start;
  let out = 0;
  while (at < end) {
    const tag = block[at++]!;
    const kind = tag & 3;
    let length = (tag >>> 2) + 1;
    const extra = kind === 0 ? (length > 60 ? length - 60 : 0) : kind === 3 ? 4 : kind;
    if (extra > end - at) return `an element cut short at byte ${at} of the block`;
    // Little-endian, and not by shifting, which would make it negative.
    let number = 0;
    for (let i = extra; i > 0; i--) number = number * 256 + block[at + i - 1]!;
    at += extra;
    if (kind === 0) {
      if (extra > 0) length = number + 1;
      if (length > end - at) return `a literal of ${length} bytes where ${end - at} are left`;
      if (length > plain.length - out) return `more than ${plain.length} plain bytes`;
      if (length < SHORT) {
        for (let i = 0; i < length; i++) plain[out + i] = block[at + i]!;
      } else plain.set(block.subarray(at, at + length), out);
      at += length;
      out += length;
      continue;
    }
    if (kind === 1) {
      length = ((tag >>> 2) & 7) + 4;
      number += (tag >>> 5) << 8;
    }
    if (number < 1 || number > out) return `a copy from ${number} bytes before plain byte ${out}`;
    if (length > plain.length - out) return `more than ${plain.length} plain bytes`;
    // Source and target may overlap: that repeats a pattern.
    for (let i = 0; i < length; i++) plain[out + i] = plain[out - number + i]!;
    out += length;
  }
  return out === plain.length ? null : `${out} plain bytes where the block says ${plain.length}`;
}
