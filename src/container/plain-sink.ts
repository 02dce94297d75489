// From plain bytes to a file, the inverse of `plain-stream.ts`.
import { GzipSink } from './gzip-sink.js';
import type { Codec } from './plain-stream.js';
import { SnappySink } from './snappy-sink.js';

/** Takes the plain bytes of one file from the front, and writes them as its codec has them. */
export interface PlainSink {
  /** Takes the next bytes, which may be used again afterwards. @throws InputError where the file takes no more. */
  write(bytes: Uint8Array): void;
  /** Writes what is held back. The file stays open. */
  end(): void;
}

/** Takes the next bytes of a file, all of them. */
export type FileWriter = (bytes: Uint8Array) => void;

/** A sink whose bytes go to `write` as the codec has them. */
export function plainSink(codec: Codec, write: FileWriter): PlainSink {
  if (codec === 'gzip') return new GzipSink(write);
  if (codec === 'snappy') return new SnappySink(write);
  return { write, end() {} };
}
