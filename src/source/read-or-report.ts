import { FormatError, InputError } from '../errors.js';
import { type OnProblem, problem, problemOf } from '../problems.js';

/**
 * What `read` makes of a snapshot; null, and a problem, where it cannot be opened, is none, or vanished since the
 * directory was listed.
 */
export function readOrReport<T>(file: string, onProblem: OnProblem, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) {
      onProblem(problemOf(error, error.code === 'truncated' ? 'snapshot-cut' : undefined));
    } else if (error instanceof InputError) {
      const fields = { file, offset: 0, expected: 'a snapshot', found: error.reason };
      onProblem(problem('file-unreadable', fields));
    } else throw error;
    return null;
  }
}
