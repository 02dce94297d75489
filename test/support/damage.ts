// Damage to good bytes. Every function returns a copy.

/** The first `length` bytes. */
export function cut(bytes: Buffer, length: number): Buffer {
  return Buffer.from(bytes.subarray(0, length));
}

/** One byte changed by `mask` (default: all its bits). */
export function flip(bytes: Buffer, at: number, mask = 0xff): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= mask;
  return copy;
}

/** An int overwritten. */
export function putI32(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeInt32BE(value, at);
  return copy;
}

/** `bytes[start, end)` overwritten with one byte. */
export function fill(bytes: Buffer, start: number, end: number, byte = 0): Buffer {
  return Buffer.from(bytes).fill(byte, start, end);
}
