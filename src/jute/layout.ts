// Declaring jute records with binary-parser, and the repairs it needs (each one tried on 2.3.0):
//
// - a length of -1 is null in jute, but makes the library step backwards: lengths are clamped at 0 and a
//   formatter returns null;
// - a last buffer past the end comes back short without an error: `$end` is compared with the bytes there are;
// - its RangeError and assertion errors have no offset: they become FormatErrors with file and offset;
// - its strings drop a byte-order mark and replace bad bytes: strings are declared as buffers and kept as RawText;
// - helper fields begin with `$` and are dropped before a value leaves here.
import { Parser } from 'binary-parser';
import { FormatError, TruncatedError } from '../errors.js';
import type { Place } from './place.js';
import { type RawText, rawTextOf } from './raw-text.js';

/** A record's declaration: decodes one record from bytes. */
export interface Layout<T> {
  readonly name: string;
  /** Fields to be used inside another layout. */
  readonly parser: Parser;
  /**
   * Decodes the record at `bytes[start, end)`; `next` is the index after it. Buffers in it are views of `bytes`.
   * @throws FormatError, TruncatedError with the record's offset.
   */
  decode(bytes: Buffer, place: Place, start?: number, end?: number): { value: T; next: number };
}

/** Declares a record; `fields` names them in order on an empty big-endian parser. */
export function layout<T>(name: string, fields: (parser: Parser) => Parser): Layout<T> {
  const parser = fields(new Parser().endianness('big'));
  const whole = fields(new Parser().endianness('big')).saveOffset('$end');
  return {
    name,
    parser,
    decode(bytes, place, start = 0, end = bytes.length) {
      const record = parse(name, whole, bytes.subarray(start, end), place, start);
      const next = start + (record.$end as number);
      if (next > end) throw truncated(name, place, start, end - start);
      return { value: withoutHelpers(record) as T, next };
    },
  };
}

type Fields = Record<string, unknown>;

/** A length or count as jute has it: -1 is null. */
const jutelength = { assert: (value: number | string) => Number(value) >= -1 };

/** Adds a jute ustring, decoded as RawText, null for length -1. */
export function ustring(parser: Parser, field: string): Parser {
  return lengthPrefixed(parser, field, (bytes): RawText => rawTextOf(bytes));
}

/** Adds a jute buffer, null for length -1. */
export function buffer(parser: Parser, field: string): Parser {
  return lengthPrefixed(parser, field, (bytes) => bytes);
}

function lengthPrefixed(parser: Parser, field: string, value: (bytes: Buffer) => unknown): Parser {
  const length = `$${field}Length`;
  return parser.int32(length, jutelength).buffer(field, {
    length(this: Fields) {
      return Math.max(this[length] as number, 0);
    },
    formatter(this: Fields, bytes: Buffer) {
      return this[length] === -1 ? null : value(bytes);
    },
  });
}

/** Adds a jute vector of records, null for count -1, empty for any other count below 1. */
export function vector(parser: Parser, field: string, element: Layout<unknown>): Parser {
  return arrayOf(parser, field, element.parser, (elements) => elements);
}

/** Adds a jute vector of ustrings. */
export function ustringVector(parser: Parser, field: string): Parser {
  const element = ustring(new Parser().endianness('big'), 'text');
  return arrayOf(parser, field, element, (elements) => elements.map((one) => one.text));
}

function arrayOf(
  parser: Parser,
  field: string,
  type: Parser,
  value: (elements: Fields[]) => unknown,
): Parser {
  const count = `$${field}Count`;
  return parser.int32(count).array(field, {
    type,
    length(this: Fields) {
      return Math.max(this[count] as number, 0);
    },
    formatter(this: Fields, elements: Fields[]) {
      return this[count] === -1 ? null : value(elements);
    },
  });
}

/** Adds a jute boolean: any byte but 0 is true. */
export function bool(parser: Parser, field: string): Parser {
  return parser.uint8(field, { formatter: (value: number) => value !== 0 });
}

function parse(name: string, parser: Parser, bytes: Buffer, place: Place, start: number): Fields {
  try {
    return parser.parse(bytes) as Fields;
  } catch (cause) {
    if (cause instanceof RangeError) throw truncated(name, place, start, bytes.length, cause);
    throw new FormatError({
      code: 'length-unreasonable',
      file: place.file,
      offset: place.base + start,
      expected: 'lengths of -1 (null), 0 or more',
      found: cause instanceof Error ? cause.message : String(cause),
      where: name,
      cause,
    });
  }
}

function truncated(name: string, place: Place, start: number, length: number, cause?: unknown) {
  return new TruncatedError({
    code: 'truncated',
    file: place.file,
    offset: place.base + start,
    expected: `a whole ${name}`,
    found: `${length} bytes`,
    where: name,
    cause,
  });
}

function withoutHelpers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHelpers);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  const kept = Object.entries(value).filter(([key]) => !key.startsWith('$'));
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutHelpers(field)]));
}
