// Compressing as servers do (FORMAT.md 3.7).
import { gzipSync } from 'node:zlib';

export type Codec = 'raw' | 'gzip' | 'snappy';
export const CODECS: readonly Codec[] = ['raw', 'gzip', 'snappy'];

export function compress(codec: Codec, plain: Uint8Array): Buffer {
  if (codec === 'gzip') return gzipSync(plain);
  return codec === 'snappy' ? snappyStream(plain) : Buffer.from(plain);
}

/** snappy-java's stream header: magic, version 1, lowest compatible version 1. */
export const SNAPPY_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex');

/** A snappy-java stream of blocks of `blockSize` plain bytes, 32 KiB as the server's. */
export function snappyStream(plain: Uint8Array, blockSize = 32768): Buffer {
  const parts: Uint8Array[] = [SNAPPY_HEADER];
  for (let at = 0; at < plain.length; at += blockSize) {
    parts.push(snappyFrame(snappyBlock(plain.subarray(at, at + blockSize))));
  }
  return Buffer.concat(parts);
}

/** A raw block behind its length, as it stands in the stream. */
export function snappyFrame(block: Uint8Array, length = block.length): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(length);
  return Buffer.concat([head, block]);
}

/** A raw snappy block of literals alone; `plainLength` may lie. */
export function snappyBlock(plain: Uint8Array, plainLength = plain.length): Buffer {
  const parts: Buffer[] = [varint(plainLength)];
  for (let at = 0; at < plain.length; at += 65536) {
    const piece = plain.subarray(at, at + 65536);
    // Tag 61 << 2: a literal whose length minus one follows in two bytes, little-endian.
    parts.push(Buffer.from([0xf4, (piece.length - 1) & 0xff, (piece.length - 1) >> 8]), Buffer.from(piece));
  }
  return Buffer.concat(parts);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) | 0x80);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}
