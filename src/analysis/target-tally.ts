// check --for: what was found, counted by code, with the first paths of each.
import type { RawText } from '../jute/raw-text.js';
import type { Severity } from '../problems.js';
import { shownPath } from './paths.js';
import { type Effect, TARGET_CODES, type TargetCode } from './target-codes.js';

/** A finding of check --for. */
export interface TargetFinding {
  readonly severity: Severity;
  readonly code: TargetCode;
  readonly effect: Effect;
  /** Znodes, or whatever `detail` names. */
  readonly count: number;
  /** The first of them, as they are shown. */
  readonly paths: readonly string[];
  /** What is so, where the code alone does not say it. */
  readonly detail: string | null;
  /** Where it is about a file. */
  readonly file: string | null;
  readonly offset: number | null;
  readonly title: string;
  readonly remedy: string;
}

/** Where in files, and what. */
export interface Particulars {
  readonly count?: number;
  readonly detail?: string;
  readonly file?: string | null;
  readonly offset?: number | null;
}

/** Paths that are told of each code. */
export const FIRST_PATHS = 10;

interface Tallied {
  count: number;
  readonly paths: string[];
  readonly particulars: Particulars;
}

/** Collects findings. */
export class TargetTally {
  readonly #found = new Map<string, Tallied & { readonly code: TargetCode }>();

  /** A znode is concerned; findings with the same `detail` are one. */
  note(code: TargetCode, path: RawText, detail?: string): void {
    const key = detail === undefined ? code : `${code} ${detail}`;
    let tallied = this.#found.get(key);
    if (tallied === undefined) {
      tallied = { code, count: 0, paths: [], particulars: detail === undefined ? {} : { detail } };
      this.#found.set(key, tallied);
    }
    tallied.count++;
    if (tallied.paths.length < FIRST_PATHS) tallied.paths.push(shownPath(path));
  }

  /** Something that is no znode's. */
  add(code: TargetCode, particulars: Particulars): void {
    this.#found.set(`${code} ${this.#found.size}`, {
      code,
      count: particulars.count ?? 1,
      paths: [],
      particulars,
    });
  }

  /** The worst first; of the same severity in the order in which they were found. */
  findings(): TargetFinding[] {
    const all = [...this.#found.values()].map(({ code, count, paths, particulars }) => {
      const { severity, effect, title, remedy } = TARGET_CODES[code];
      const { detail = null, file = null, offset = null } = particulars;
      return { severity, code, effect, count, paths, detail, file, offset, title, remedy };
    });
    return all.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
  }
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };
