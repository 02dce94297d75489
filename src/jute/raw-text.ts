// The text of a jute ustring, kept as bytes.
//
// Servers write CESU-8 for what is outside the BMP and read it back as U+FFFD, and a broken client may write
// anything, so decoding loses bytes. A RawText is a string with one UTF-16 code unit per byte (latin1):
// nothing is lost, `<` compares by bytes, it can be a Map key, and for ASCII it is the text itself.
import { isUtf8 } from 'node:buffer';

declare const raw: unique symbol;

/** The bytes of a ustring, one character (U+0000 to U+00FF) a byte. */
export type RawText = string & { readonly [raw]: true };

const ASCII = /^[\x00-\x7f]*$/;

/** The RawText of text as a person types it; `\xNN` with NN from 80 to ff stands for that byte. */
export function rawText(text: string): RawText {
  if (ASCII.test(text) && !text.includes('\\x')) return text as RawText;
  const bytes = text.split(/\\x([89a-fA-F][0-9a-fA-F])/).map((part, i) => {
    return i % 2 === 1
      ? String.fromCharCode(Number.parseInt(part, 16))
      : Buffer.from(part, 'utf8').toString('latin1');
  });
  return bytes.join('') as RawText;
}

/** The RawText of bytes. */
export function rawTextOf(bytes: Uint8Array): RawText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') as RawText;
}

/** The bytes of a RawText. */
export function bytesOf(text: RawText): Buffer {
  return Buffer.from(text, 'latin1');
}

/** True where the bytes are valid UTF-8. */
export function isValidUtf8(text: RawText): boolean {
  return ASCII.test(text) || isUtf8(bytesOf(text));
}

/**
 * Text as ZooKeeper's servers and clients see it after reading it back: malformed UTF-8 becomes U+FFFD, and each
 * surrogate that a Java writer encoded by itself becomes one (WHATWG's decoder would make three of it).
 */
export function decodedText(text: RawText): string {
  if (ASCII.test(text)) return text;
  const replaced = text.replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, '\xef\xbf\xbd');
  return Buffer.from(replaced, 'latin1').toString('utf8');
}

/** Text for people: valid UTF-8 as it is, otherwise each byte that is not becomes `\xNN`. */
export function displayText(text: RawText): string {
  if (ASCII.test(text)) return text;
  const bytes = bytesOf(text);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    out +=
      length === 0 ? `\\x${bytes[i]!.toString(16).padStart(2, '0')}` : bytes.toString('utf8', i, i + length);
    i += Math.max(length, 1);
  }
  return out;
}

/** Length of the valid UTF-8 sequence at `at`, 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
