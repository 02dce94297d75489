// SourceOptions that keep what is said.
import type { Problem } from '../../src/problems.js';
import type { SourceOptions } from '../../src/source/source-options.js';

export interface Heard extends SourceOptions {
  readonly notes: string[];
  readonly problems: Problem[];
  /** Codes of `problems`. */
  codes(): string[];
}

export function heard(options: Partial<SourceOptions> = {}): Heard {
  const notes: string[] = [];
  const problems: Problem[] = [];
  return {
    ...options,
    notes,
    problems,
    codes: () => problems.map(({ code }) => code),
    onNote: (text) => notes.push(text),
    onProblem: (problem) => problems.push(problem),
  };
}

/** The error that a call throws. */
export function thrownBy(call: () => unknown): Error & { readonly hint?: string } {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
