// What a command is, and how yargs gets to know it. Each command is a file in commands/, loaded when it is chosen.
import type { ArgumentsCamelCase, Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import { UsageError } from '../errors.js';
import type { Context } from './context.js';

/** Options or positional arguments by name. */
export type OptionTable = Readonly<Record<string, Options>>;

/** Arguments as the tables of a command declare them, with names in camel case too. */
export type Args<O extends OptionTable> = ArgumentsCamelCase<InferredOptionTypes<O>>;

/** How a command is used and what it does. The tables are the one source of the type of its arguments. */
export interface CommandDefinition<P extends OptionTable, O extends OptionTable> {
  /** In yargs' notation: `ls <source> [znode]`. */
  readonly usage: string;
  /** Command lines that work, each with what it does. At least one. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  readonly positionals: P;
  readonly options: O;
  /** More to say below the options. */
  readonly epilogue?: string;
  /** Does it, and returns the exit code. */
  run(args: Args<P & O>, context: Context): number | Promise<number>;
}

/** A command line that was understood: what is left is to do it. */
export type Chosen = (context: Context) => number | Promise<number>;

/** Marks an argument that stood behind `--`, where a leading dash means nothing. No real one can hold it. */
const PLAIN_MARK = '\0';

/**
 * A command line without its `--`, which yargs takes for the end of the arguments of a command, and what follows it
 * marked as no option.
 */
export function withoutDashes(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--');
  if (at < 0) return argv;
  return [...argv.slice(0, at), ...argv.slice(at + 1).map((arg) => PLAIN_MARK + arg)];
}

/** An argument, or a message with one in it, as it was typed. */
export function withoutMark(text: string): string {
  return text.replaceAll(PLAIN_MARK, '');
}

/** Hears of what happens to a command line. */
export interface Listener {
  /** The command line that it happens to. */
  readonly argv: readonly string[];
  onChosen(chosen: Chosen): void;
  /** An argument cannot be meant. yargs keeps only the message of such an error; this has the hint too. */
  onRefusal(refusal: UsageError): void;
}

/** A command without its types. */
export interface Command {
  /**
   * Adds it to a parser, under its name or as what is done without one. It is run outside of yargs: only then does
   * an error of it keep its class.
   */
  register(parser: Argv, describe: string, listener: Listener, isDefault: boolean): Argv;
}

/** Makes a command of its definition. */
export function defineCommand<const P extends OptionTable, const O extends OptionTable>(
  definition: CommandDefinition<P, O>,
): Command {
  return {
    register(parser, describe, listener, isDefault) {
      return parser.command(
        isDefault ? definition.usage.replace(/^\S+/, '$0') : definition.usage,
        describe,
        (builder) => declare(builder, definition, listener),
        (args) => {
          checkSwitches(listener.argv, definition.options);
          listener.onChosen((context) => definition.run(args as never, context));
        },
      );
    },
  };
}

function declare<P extends OptionTable, O extends OptionTable>(
  parser: Argv,
  { positionals, options, examples, epilogue }: CommandDefinition<P, O>,
  listener: Listener,
): Argv {
  for (const [name, positional] of Object.entries(positionals)) {
    parser.positional(name, heard(positional, '', listener) as PositionalOptions);
  }
  for (const [name, option] of Object.entries(options)) {
    parser.option(name, {
      ...heard(option, `--${name}: `, listener),
      // Without it yargs takes an option at the end of the line for one that was not given.
      requiresArg: option.type === 'string',
    });
  }
  parser.example(examples.map(([line, meaning]) => [line, meaning] as [string, string]));
  return epilogue === undefined ? parser : parser.epilogue(epilogue);
}

/** @throws UsageError for a switch with a value: yargs takes any but true for false. */
function checkSwitches(argv: readonly string[], options: OptionTable): void {
  const before = argv.indexOf('--');
  for (const arg of before < 0 ? argv : argv.slice(0, before)) {
    const [, name, value] = /^--?(?:no-)?([^=]+)=(.*)$/s.exec(arg) ?? [];
    if (name === undefined || value === undefined || value === 'true' || value === 'false') continue;
    const found = Object.entries(options).find(([key, { alias }]) => key === name || alias === name);
    if (found?.[1].type !== 'boolean') continue;
    throw new UsageError(
      `--${found[0]}: ${value || 'nothing'} is neither true nor false`,
      `type --${found[0]} or leave it out`,
    );
  }
}

/**
 * The same option; what is refused is told, with the option's name. An option that is given twice is refused: yargs
 * makes a list of it, or (with duplicate-arguments-array false) keeps the last word of a list as well.
 */
function heard(option: Options, prefix: string, listener: Listener): Options {
  const { coerce = (typed: unknown) => typed, array } = option;
  return {
    ...option,
    coerce(typed: unknown) {
      try {
        if (Array.isArray(typed) && !array) throw new UsageError('given more than once', 'give it once');
        if (Array.isArray(typed)) return coerce(typed.map(withoutMark));
        return coerce(typeof typed === 'string' ? withoutMark(typed) : typed);
      } catch (error) {
        if (error instanceof UsageError)
          listener.onRefusal(new UsageError(prefix + error.message, error.hint));
        throw error;
      }
    },
  };
}
