// From a SOURCE to an exit code: opens it, prints rows in the format asked for, and says on stderr what a person
// must know: notes, problems, and that rows are missing.
import { FormatError, InputError } from '../errors.js';
import { type Problem, problemText } from '../problems.js';
import { formatZxid } from '../records/zxid.js';
import { escapeForTerminal } from '../render/escape.js';
import { type EnvelopeFields, printJsonEnvelope } from '../render/json.js';
import { type Progress, progress } from '../render/progress.js';
import { type Format, print } from '../render/render.js';
import type { Rows } from '../render/rows.js';
import type { SourceOptions } from '../source/source-options.js';
import type { TxnSource, ZnodeSource } from '../source/sources.js';
import type { Context } from './context.js';
import { EXIT, indexDamage } from './exit-codes.js';

/** Problems that are spelled out on stderr; json has them all. */
const MOST_PROBLEMS = 20;

/** Values of the options of `options.ts` that concern every command. */
export interface RunArgs {
  readonly logDir?: string | undefined;
  readonly inexact?: boolean | undefined;
  readonly allCopies?: boolean | undefined;
  /** Zone of times without one. */
  readonly tz?: string | undefined;
  /** Only single znodes are asked for. */
  readonly singles?: boolean | undefined;
  /** All of the input is read anyway. */
  readonly takesAll?: boolean | undefined;
  /** Given where commits matter. */
  readonly commit?: unknown;
  readonly quiet: boolean;
}

/** Values of `outputOptions`. */
export interface OutputArgs extends RunArgs {
  readonly format: Format;
  readonly limit?: number | undefined;
}

/** What knows of problems, sources above all. */
interface WithProblems {
  readonly problems: readonly Problem[];
}

/** One run of a command over its input. */
export class Run {
  readonly context: Context;
  readonly #args: RunArgs;
  readonly #reported = new Map<string, Problem>();
  readonly #noted = new Set<string>();
  readonly #sources: WithProblems[] = [];
  /** What ended the rows too soon. */
  readonly #failures: string[] = [];
  #isIncomplete = false;
  #progress: { readonly label: string; readonly line: Progress } | null = null;

  constructor(args: RunArgs, context: Context) {
    this.#args = args;
    this.context = context;
  }

  /** How sources are to be opened, so that what they find ends up here. */
  get sourceOptions(): SourceOptions {
    return {
      logDir: this.#args.logDir,
      inexact: this.#args.inexact,
      allCopies: this.#args.allCopies,
      singles: this.#args.singles,
      takesAll: this.#args.takesAll,
      timeZone: this.#args.tz,
      commits: this.#args.commit !== undefined,
      onNote: (text) => this.note(text),
      onProblem: (problem) => this.report(problem),
      onProgress: (label, done, total) => this.#tick(label, done, total),
    };
  }

  /** Found so far, each once. */
  get problems(): readonly Problem[] {
    for (const { problems } of this.#sources) for (const problem of problems) this.report(problem);
    return [...this.#reported.values()];
  }

  /** Takes a problem, which may be known already: files are read more than once. */
  report(problem: Problem): void {
    this.#reported.set(`${problem.code} ${problem.offset} ${problem.file}`, problem);
  }

  /** Counts the problems of a source too: an index knows of some that no reading reports. */
  watch(source: WithProblems): void {
    this.#sources.push(source);
  }

  /** False from the moment it is known that rows are missing. */
  get isComplete(): boolean {
    return !this.#isIncomplete;
  }

  /** Remembers that input could not be read, so that rows are missing. */
  markIncomplete(): void {
    this.#isIncomplete = true;
  }

  /** Says a line on stderr that is no error, once: sources are opened more than once. */
  note(text: string): void {
    if (this.#args.quiet || this.#noted.has(text)) return;
    this.#noted.add(text);
    this.#say(text);
  }

  /** Says a line on stderr whatever `--quiet` says. */
  error(text: string): void {
    this.#say(text);
  }

  /** Prints rows in any format but json, whose envelope needs more. What could be read before damage is printed. */
  print<R>(rows: Rows<R>, output: OutputArgs): void {
    const { format, limit } = output;
    print(format, this.guarded(rows, limit), this.context.stdout, {
      limit: limit === undefined ? undefined : Number.POSITIVE_INFINITY,
      // Also with --quiet: a table that was cut is not the answer.
      notes: this.context.stderr,
      forAllRows: 'use --limit 0, or --format ndjson, csv or json',
    });
  }

  /** Prints rows in the format asked for; `head` and `tail` are further fields of the json envelope. */
  printWithEnvelope<R>(
    rows: Rows<R>,
    output: OutputArgs,
    head: EnvelopeFields,
    isComplete: () => boolean,
    tail: () => EnvelopeFields = () => ({}),
  ): void {
    if (output.format !== 'json') {
      this.print(rows, output);
      return;
    }
    const { stdout } = this.context;
    const after = () => ({
      ...tail(),
      complete: this.isComplete && isComplete(),
      problems: this.problems.map(problemFields),
    });
    printJsonEnvelope(head, this.guarded(rows, output.limit), after, stdout);
    stdout.flush();
  }

  /** Says what was found and returns the exit code, `code` unless input was unreadable. */
  finish(code: number): number {
    this.clear();
    this.context.stdout.flush();
    this.#sayProblems();
    if (this.isComplete) return code;
    this.#say('rows are incomplete or not to be trusted: input is damaged, as said above');
    return EXIT.unreadable;
  }

  /** Takes the progress line away. */
  clear(): void {
    this.#progress?.line.clear();
  }

  // Errors of input end the rows, so that what was read before them is printed and the envelope closed.
  *#guard<R>(rows: Iterable<R>): Generator<R> {
    try {
      yield* rows;
    } catch (error) {
      const isOfInput = error instanceof FormatError || error instanceof InputError;
      const failure = isOfInput ? error.message : indexDamage(error);
      if (failure === null) throw error;
      this.markIncomplete();
      this.#failures.push(failure);
    } finally {
      this.clear();
    }
  }

  /** The same rows, ended by `limit` (0 is none) or by unreadable input, which is remembered. */
  guarded<R>(rows: Rows<R>, limit: number | undefined): Rows<R> {
    const guarded = this.#guard(rows.rows);
    return {
      columns: rows.columns,
      rows: limit === undefined || limit === 0 ? guarded : take(guarded, limit),
    };
  }

  #sayProblems(): void {
    for (const failure of this.#failures) this.#say(failure);
    const least = this.#args.quiet ? ['error'] : ['error', 'warning'];
    const told = this.problems.filter(({ severity }) => least.includes(severity));
    for (const problem of told.slice(0, MOST_PROBLEMS)) this.#say(problemText(problem));
    const more = told.length - MOST_PROBLEMS;
    if (more > 0) this.#say(`${more} more problems; --format json lists all`);
  }

  #say(text: string): void {
    const { stdout, stderr } = this.context;
    this.clear();
    // Where both are one terminal, rows that came before come before.
    if (stdout.isTerminal) stdout.flush();
    stderr.write(`zoolog: ${escapeForTerminal(text)}\n`);
    stderr.flush();
  }

  #tick(label: string, done: number, total: number | null): void {
    const { stderr } = this.context;
    if (!stderr.isTerminal || this.#args.quiet) return;
    if (this.#progress?.label !== label) {
      this.#progress?.line.end();
      this.#progress = { label, line: progress({ label, total, sink: stderr }) };
    }
    this.#progress.line.tick(done);
  }
}

/** Opens a tree, asks, and closes it; `ask` returns the exit code where all could be read. */
export function withTree(
  open: (options: SourceOptions) => ZnodeSource,
  args: RunArgs,
  context: Context,
  ask: (tree: ZnodeSource, run: Run) => number,
): number {
  const run = new Run(args, context);
  const tree = open(run.sourceOptions);
  run.watch(tree);
  try {
    const code = ask(tree, run);
    if (!tree.isComplete) run.markIncomplete();
    return run.finish(code);
  } finally {
    tree.close();
  }
}

/** Opens a history, asks, and closes it. */
export async function withTxns(
  open: (options: SourceOptions) => TxnSource,
  args: RunArgs,
  context: Context,
  ask: (txns: TxnSource, run: Run) => number | Promise<number>,
): Promise<number> {
  const run = new Run(args, context);
  const txns = open(run.sourceOptions);
  run.watch(txns);
  try {
    const code = await ask(txns, run);
    if (!txns.isComplete) run.markIncomplete();
    return run.finish(code);
  } finally {
    txns.close();
  }
}

/** Fields of a tree in a json envelope. */
export function treeFields({ name, zxid, laterTxns, moment }: ZnodeSource): EnvelopeFields {
  const fields = { source: name, zxid: zxid === null ? null : formatZxid(zxid), laterTxns };
  if (moment === undefined) return fields;
  const { exactness, reason, behindHole } = moment;
  const hole = behindHole === undefined ? {} : { behindHole };
  return { ...fields, at: formatZxid(moment.zxid), exactness, reason, ...hole };
}

/** Fields of a history in a json envelope. */
export function historyFields({ name, agreement }: Pick<TxnSource, 'name' | 'agreement'>): EnvelopeFields {
  if (agreement === undefined) return { source: name };
  const { agreedTo, committedTo } = agreement;
  const hex = (zxid: bigint | null) => (zxid === null ? null : formatZxid(zxid));
  return {
    source: name,
    ...(agreedTo === undefined ? {} : { agreedTo: hex(agreedTo) }),
    committedTo: hex(committedTo),
  };
}

function problemFields(problem: Problem): EnvelopeFields {
  const { code, severity, file, offset, expected, found, where = null } = problem;
  return { code, severity, file, offset, expected, found, where };
}

function* take<R>(rows: Iterable<R>, count: number): Generator<R> {
  let left = count;
  for (const row of rows) {
    yield row;
    if (--left === 0) return;
  }
}
