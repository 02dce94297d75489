// What a source has said so far. Sources read their files more than once, so that each problem would be reported
// again and again.
import { PROBLEMS, type Problem } from '../problems.js';
import type { SourceOptions } from './source-options.js';

// A hostile file can hold a problem in every record.
const MOST_OF_A_CODE = 1000;

/** Passes problems on to the caller, each once, under the name that a person knows the file by. */
export class SourceLog {
  readonly options: SourceOptions;
  /** Problems so far; at most 1000 of a code. */
  readonly problems: Problem[] = [];
  readonly #shown: (file: string) => string;
  readonly #seen = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** `shown` turns a file's path into what it is called: a file from an archive lies in a temporary folder. */
  constructor(options: SourceOptions, shown: (file: string) => string = (file) => file) {
    this.options = options;
    this.#shown = shown;
  }

  /** What a file is called. */
  shown(file: string): string {
    return this.#shown(file);
  }

  /** Reports a problem unless it is known. */
  report = (problem: Problem): void => {
    const file = this.#shown(problem.file);
    const key = `${problem.code} ${problem.offset} ${file}`;
    if (this.#seen.has(key)) return;
    const count = (this.#counts.get(problem.code) ?? 0) + 1;
    this.#counts.set(problem.code, count);
    if (count > MOST_OF_A_CODE) {
      if (count === MOST_OF_A_CODE + 1) {
        this.note(
          `more than ${MOST_OF_A_CODE} times "${PROBLEMS[problem.code].title}": the rest is not listed`,
        );
      }
      return;
    }
    this.#seen.add(key);
    const named = { ...problem, file };
    this.problems.push(named);
    this.options.onProblem(named);
  };

  /** Says something that is no problem. */
  note(text: string): void {
    this.options.onNote(text);
  }
}
