// RawText in SQLite: TEXT where it is valid UTF-8, BLOB where it is not.
import { bytesOf, isValidUtf8, type RawText, rawTextOf } from '../jute/raw-text.js';

const ASCII = /^[\x00-\x7f]*$/;
// SQLite's own functions end a TEXT at U+0000, so a text with one is kept as a BLOB.
const PLAIN = /^[\x01-\x7f]*$/;

/** What to bind for a text; null stays null. */
export function toSql(text: RawText): string | Buffer;
export function toSql(text: RawText | null): string | Buffer | null;
export function toSql(text: RawText | null): string | Buffer | null {
  if (text === null || PLAIN.test(text)) return text;
  const bytes = bytesOf(text);
  return isValidUtf8(text) && !text.includes('\0') ? bytes.toString('utf8') : bytes;
}

/** The text of a column's value. */
export function fromSql(value: string | Buffer): RawText {
  if (typeof value !== 'string') return rawTextOf(value);
  return ASCII.test(value) ? (value as RawText) : rawTextOf(Buffer.from(value, 'utf8'));
}
