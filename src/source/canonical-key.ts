// Canonical order is pre-order with siblings by their raw name bytes: paths compared bytewise, with "/" below every
// other byte. A key turns that into plain memcmp order, exactly, for a path of any bytes:
//
//   path: "/" -> 01 · 00 -> 02 01 · 01 -> 02 02 · 02 -> 02 03 · other bytes as they are
//   00, ordinal (6 bytes)       the end of the path is below everything; equal paths stay in the file's order
import { bytesOf, type RawText } from '../jute/raw-text.js';
import type { ZnodeRecord } from '../snapshot/znode-record.js';

const SLASH = 0x2f;
const ORDINAL_BYTES = 6;

/** The most bytes that the key of a znode can have. */
export function keyBound(record: ZnodeRecord): number {
  return 2 * (record.pathEnd - record.pathStart) + 1 + ORDINAL_BYTES;
}

/** Writes the key of a znode to the start of `target` and returns its length. */
export function writeKey(record: ZnodeRecord, target: Buffer): number {
  const at = writePath(record.buffer, record.pathStart, record.pathEnd, target);
  return target.writeUIntBE(record.ordinal, at, ORDINAL_BYTES);
}

/** The key of a path by itself, without an ordinal. No key is the beginning of another. */
export function pathKey(path: RawText): Buffer {
  const bytes = bytesOf(path);
  const target = Buffer.allocUnsafe(2 * bytes.length + 1);
  return target.subarray(0, writePath(bytes, 0, bytes.length, target));
}

function writePath(buffer: Buffer, start: number, end: number, target: Buffer): number {
  let at = 0;
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!;
    if (byte === SLASH) target[at++] = 1;
    else {
      if (byte <= 2) target[at++] = 2;
      target[at++] = byte <= 2 ? byte + 1 : byte;
    }
  }
  target[at++] = 0;
  return at;
}

/** Below 0 where `a` comes first, 0 where they are one path. */
export function compareCanonically(a: RawText, b: RawText): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
  return x === SLASH ? -1 : y === SLASH ? 1 : x - y;
}
