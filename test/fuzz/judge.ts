// What must hold of everything that is read or shown, whatever was in the input.
import { FormatError, IndexError, InputError, UsageError } from '../../src/errors.js';
import { PROBLEMS, type Problem } from '../../src/problems.js';

/** Something that must not be. */
export class Failure extends Error {
  override name = 'Failure';
  constructor(
    readonly what: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** True for the errors that a caller is promised. */
export function isPromised(error: unknown): boolean {
  return (
    error instanceof FormatError ||
    error instanceof InputError ||
    error instanceof UsageError ||
    error instanceof IndexError
  );
}

/** Runs a step; an error that is none of ours is a failure. */
export function attempt(what: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (!isPromised(error))
      throw new Failure('uncaught exception', `${what}: ${String(error)}`, { cause: error });
    if (error instanceof FormatError) checkProblem(error as unknown as Problem, what);
  }
}

/** A problem has a code of the registry, a file, an offset, and words. */
export function checkProblem(problem: Problem, what: string): void {
  const { code, file, offset, expected, found } = problem;
  const isSane =
    Object.hasOwn(PROBLEMS, code) &&
    typeof file === 'string' &&
    file !== '' &&
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    typeof expected === 'string' &&
    typeof found === 'string';
  if (!isSane)
    throw new Failure(
      'problem without an offset',
      `${what}: ${code} at ${file}:${offset}: ${expected}, ${found}`,
    );
}

/** A cell of a table or a line of text may hold none of these: a terminal acts upon them. */
const ACTED_UPON = /[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** The bold of a table's head, and the progress line taking itself away. */
const OURS = /\x1b\[(?:1|22)m|\r\x1b\[K/g;

/** What stands around the first character that a terminal acts upon, but for ends of lines; null without one. */
export function rawText(text: string): string | null {
  const found = ACTED_UPON.exec(text);
  if (found === null) return null;
  const foreign = text.replaceAll(OURS, '');
  const at = ACTED_UPON.exec(foreign)?.index;
  return at === undefined ? null : JSON.stringify(foreign.slice(Math.max(0, at - 40), at + 20));
}

/** Text for a terminal has nothing in it that a terminal acts upon, but ends of lines. */
export function checkShown(text: string, what: string): void {
  const raw = rawText(text);
  if (raw !== null) throw new Failure('raw text shown', `${what}: ${raw}`);
}

/** json is one value, ndjson one a line. */
export function checkJson(text: string, format: 'json' | 'ndjson', what: string): void {
  const values = format === 'json' ? [text] : text.split('\n').slice(0, -1);
  for (const value of values) {
    try {
      JSON.parse(value);
    } catch (cause) {
      throw new Failure('not json', `${what}: ${String(cause)}: ${JSON.stringify(value.slice(0, 200))}`);
    }
  }
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** csv has as many fields in every record, and none that a spreadsheet would run. */
export function checkCsv(text: string, what: string): void {
  if (text === '') return;
  const records = csvRecords(text);
  const width = records[0]!.length;
  for (const record of records) {
    if (record.length !== width) {
      throw new Failure(
        'not csv',
        `${what}: ${record.length} fields where the head has ${width}: ${JSON.stringify(record)}`,
      );
    }
    const formula = record.find((cell) => /^[=+\-@\t\r]/.test(cell) && !NUMBER.test(cell));
    if (formula !== undefined)
      throw new Failure('csv formula', `${what}: ${JSON.stringify(formula.slice(0, 200))}`);
  }
}

/** RFC 4180, with LF between records. */
function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/gy;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (found === null) throw new Failure('not csv', JSON.stringify(text.slice(0, 300)));
    record.push(found[1]?.replaceAll('""', '"') ?? found[2]!);
    if (found[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
