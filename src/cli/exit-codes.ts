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
export function exitCodeOf(error: unknown, context: Context): number {
  if (error instanceof ClosedPipe) return EXIT.ok;
  try {
    return report(error, context);
  } catch (closed) {
    if (closed instanceof ClosedPipe) return EXIT.bug;
    throw closed;
  }
}

function report(error: unknown, { stdout, stderr }: Context): number {
  try {
    stdout.flush();
  } catch {
    // What stdout is no longer able to take cannot be helped; the error is still said.
  }
  const say = (line: string) => stderr.write(`zoolog: ${escapeForTerminal(line)}\n`);
  try {
    if (error instanceof UsageError) {
      say(withHint(error.message, error.hint));
      return EXIT.usage;
    }
    if (error instanceof IndexError) {
      say(withHint(error.message, error.hint));
      return EXIT.unreadable;
    }
    if (error instanceof InputError || error instanceof FormatError) {
      say(error.message);
      return EXIT.unreadable;
    }
    if (error instanceof RangeError && error.message === 'Invalid string length') {
      say('a row has more than 512 MB of text, which cannot be written; try --data none, redacted or base64');
      return EXIT.unreadable;
    }
    say('this is a bug in zoolog, not in your data; please report it with the command and what follows');
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr.write(`${stack.split('\n').map(escapeForTerminal).join('\n')}\n`);
    return EXIT.bug;
  } finally {
    stderr.flush();
  }
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}
