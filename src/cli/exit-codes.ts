// Exit codes, and the one place that makes one of an error.
import { FormatError, IndexError, InputError, UsageError } from '../errors.js';
import { escapeForTerminal } from '../render/escape.js';
import { ClosedPipe } from '../render/sink.js';
import type { Context } from './context.js';

/** What a process ends with. An interrupted one ends by its signal, which shells show as 130. */
export const EXIT = {
  /** Yes, clean, equal. */
  ok: 0,
  /** The answer is "absent", "different" or "problems found". */
  no: 1,
  /** What was typed cannot be meant. */
  usage: 2,
  /** Input is unreadable; rows, if any, are incomplete. */
  unreadable: 3,
  /** A bug of ours. */
  bug: 70,
} as const;

/** Says on stderr what went wrong, one line for what a person can act on, and returns the exit code. */
export function exitCodeOf(error: unknown, { stdout, stderr }: Context): number {
  if (error instanceof ClosedPipe) return EXIT.ok;
  const { code, lines } = toldOf(error);
  // What an output is no longer able to take cannot be helped: the exit code says it all the same.
  quietly(() => stdout.flush());
  quietly(() => {
    stderr.write(lines.map((line) => `${escapeForTerminal(line)}\n`).join(''));
    stderr.flush();
  });
  return code;
}

/**
 * The error itself, or what is wrong with an index where that is why it came about: a damaged one can hold anything.
 * To be asked of an error that nothing else explains.
 */
export async function explained(error: unknown): Promise<unknown> {
  if (error instanceof ClosedPipe || toldOf(error).code !== EXIT.bug) return error;
  const { findIndexDamage } = await import('../store/find-damage.js');
  return findIndexDamage() ?? error;
}

function toldOf(error: unknown): { readonly code: number; readonly lines: readonly string[] } {
  const one = (code: number, line: string) => ({ code, lines: [`zoolog: ${line}`] });
  if (error instanceof UsageError) return one(EXIT.usage, withHint(error.message, error.hint));
  if (error instanceof IndexError) return one(EXIT.unreadable, withHint(error.message, error.hint));
  if (error instanceof InputError || error instanceof FormatError) return one(EXIT.unreadable, error.message);
  const damage = indexDamage(error);
  if (damage !== null) return one(EXIT.unreadable, damage);
  if (error instanceof RangeError && error.message === 'Invalid string length') {
    const hint = 'try --data none, redacted or base64';
    return one(EXIT.unreadable, `a row has more than 512 MB of text, which cannot be written; ${hint}`);
  }
  const bug =
    'zoolog: this is a bug in zoolog, not in your data; please report it with the command and what follows';
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.bug, lines: [bug, ...stack.split('\n')] };
}

const UNREADABLE = /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN|PERM|FULL|NOMEM|TOOBIG)/;

/** What to say of an error of SQLite that is the file's or the disk's; null for any other error. */
export function indexDamage(error: unknown): string | null {
  // By its name: better-sqlite3 is loaded only by commands that open an index.
  if (!(error instanceof Error) || error.name !== 'SqliteError') return null;
  const { code } = error as Error & { readonly code?: unknown };
  // Every statement of ours fits the schema whose version was checked.
  const isOtherSchema = code === 'SQLITE_ERROR' && /^no such (table|column)/.test(error.message);
  if (!isOtherSchema && !UNREADABLE.test(String(code))) return null;
  return withHint(`the index cannot be read: ${error.message}`, 'make it again with: zoolog index');
}

function quietly(write: () => void): void {
  try {
    write();
  } catch {}
}

/** A message with what to do next, where that is known. */
export function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}
