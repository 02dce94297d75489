// The three families of errors a person can meet. Anything else that is thrown is a bug of ours.

/** What a FormatError knows: where it was, what should have been there, what was. */
export interface FormatErrorFields {
  /** Stable code of the problem, a key of the registry in `problems.ts`. */
  readonly code: string;
  readonly file: string;
  /** Byte offset in the plain (decompressed) stream. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  /** What was being read, for people: `znode /a/b`, `TxnHeader`. */
  readonly where?: string | undefined;
  readonly cause?: unknown;
}

/** The bytes of a file are not what the format says. One line, and every part of it is also a field. */
export class FormatError extends Error {
  readonly code: string;
  readonly file: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly where: string | undefined;

  constructor(fields: FormatErrorFields) {
    const where = fields.where === undefined ? '' : ` (${fields.where})`;
    super(
      `${fields.file}: byte ${fields.offset} (0x${fields.offset.toString(16)})${where}: expected ${fields.expected}, found ${fields.found}`,
      { cause: fields.cause },
    );
    this.name = 'FormatError';
    this.code = fields.code;
    this.file = fields.file;
    this.offset = fields.offset;
    this.expected = fields.expected;
    this.found = fields.found;
    this.where = fields.where;
  }
}

/** The bytes end before the record does. */
export class TruncatedError extends FormatError {
  override name = 'TruncatedError';
}

/** A file cannot be read at all: it does not exist, may not be read, or the device fails. */
export class InputError extends Error {
  override name = 'InputError';
  constructor(
    readonly file: string,
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(`${file}: ${reason}`, options);
  }
}

/** Our SQLite file is missing, of another schema version, locked, or not an index. */
export class IndexError extends Error {
  override name = 'IndexError';
  constructor(
    readonly file: string,
    readonly reason: string,
    readonly hint?: string,
  ) {
    super(`${file}: ${reason}`);
  }
}

/** What was typed cannot be meant. The hint says what to type instead. */
export class UsageError extends Error {
  override name = 'UsageError';
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
