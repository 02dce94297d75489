// How binary data (what a znode holds, and text that need not be UTF-8) is shown.

import { isUtf8 } from 'node:buffer';

/** The values of `--data`. */
export const DATA_MODES = ['auto', 'text', 'hex', 'base64', 'redacted', 'none'] as const;

/** A value of `--data`. */
export type DataMode = (typeof DATA_MODES)[number];

/** What the text in `data` is: the text itself, an encoding of the bytes, or a stand-in for them. */
export type DataEncoding = 'utf8' | 'base64' | 'hex' | 'redacted';

/** The two fields that show binary data in a row. Both are null for null data, and absent in mode `none`. */
export interface FormattedData {
  readonly data?: string | null;
  readonly dataEncoding?: DataEncoding | null;
}

/**
 * Shows binary data as `--data` says.
 *
 * - auto: text where it is valid UTF-8, else base64
 * - text: UTF-8 with `\xNN` for each byte that is none; for reading, not for getting the bytes back
 * - hex, base64: the bytes
 * - redacted: the length and the start of a hash, enough to see what changed and what is equal
 * - none: no fields at all
 *
 * @example formatData(Buffer.from('a'), 'auto') // { data: 'a', dataEncoding: 'utf8' }
 */
export function formatData(bytes: Uint8Array | null, mode: DataMode): FormattedData {
  if (mode === 'none') return {};
  if (bytes === null) return { data: null, dataEncoding: null };
  switch (mode) {
    case 'auto':
      if (isUtf8(bytes)) return { data: view(bytes).toString('utf8'), dataEncoding: 'utf8' };
      return { data: view(bytes).toString('base64'), dataEncoding: 'base64' };
    case 'text':
      return { data: textOrEscaped(bytes), dataEncoding: 'utf8' };
    case 'hex':
    case 'base64':
      return { data: view(bytes).toString(mode), dataEncoding: mode };
    case 'redacted':
      return { data: redacted(bytes), dataEncoding: 'redacted' };
  }
}

/**
 * Reads bytes as UTF-8, with each byte that belongs to no valid sequence as `\xNN` in lower-case hex.
 *
 * The same bytes count as invalid as for a WHATWG decoder (overlong forms, surrogates, sequences cut short), but a
 * byte-order mark is kept. Two inputs can give the same text when one holds a backslash: print the bytes beside it.
 *
 * @example textOrEscaped(Uint8Array.of(0x61, 0xc0, 0x80)) // 'a\\xc0\\x80'
 */
export function textOrEscaped(bytes: Uint8Array): string {
  const buffer = view(bytes);
  if (isUtf8(bytes)) return buffer.toString('utf8');
  let text = '';
  let validFrom = 0;
  let at = 0;
  while (at < buffer.length) {
    const length = sequenceLength(buffer, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += buffer.toString('utf8', validFrom, at) + '\\x' + buffer.toString('hex', at, at + 1);
    at += 1;
    validFrom = at;
  }
  return text + buffer.toString('utf8', validFrom);
}

/**
 * Length of the UTF-8 sequence that starts here, 0 when none does. Unicode 15, table 3-7:
 * the first byte decides the length and narrows the second, which keeps out overlong forms, surrogates and what is
 * above U+10FFFF.
 */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const secondMin = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const secondMax = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (!isWithin(bytes[at + 1], secondMin, secondMax)) return 0;
  for (let i = 2; i < length; i++) {
    if (!isWithin(bytes[at + i], 0x80, 0xbf)) return 0;
  }
  return length;
}

/** False past the end of the bytes. */
function isWithin(byte: number | undefined, min: number, max: number): boolean {
  return byte !== undefined && byte >= min && byte <= max;
}

function redacted(bytes: Uint8Array): string {
  // Fetched here so that commands which redact nothing do not load OpenSSL's part of Node.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return `${bytes.length} bytes sha256:${hash}`;
}

/** The same bytes with Buffer's methods, not copied. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
