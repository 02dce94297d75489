// The command line: finds the command, loads it, and turns whatever happens into an exit code.
import type { Argv } from 'yargs';
import { UsageError } from '../errors.js';
import { type Chosen, type Listener, withoutDashes, withoutMark } from './command.js';
import { COMMANDS } from './commands.js';
import type { Context } from './context.js';
import { EXIT, exitCodeOf, explained } from './exit-codes.js';
import { version } from './version.js';

const NAME = 'zoolog';
const TAGLINE =
  'Look into what Apache ZooKeeper servers leave on disk, without a server. Inputs are only read.';
/** Asks for help in front of a command. */
const HELP: ReadonlySet<string> = new Set(['help', '--help', '-h']);
/** yargs' own: the completion scripts call it to ask for words. */
const COMPLETE = '--get-yargs-completions';

/**
 * Runs a command line (without `node` and the script) and returns its exit code; nothing is thrown.
 * @example await main(['ls', 'backup/', '/kafka'], { stdout: fdSink(1), stderr: fdSink(2), env: process.env })
 */
export async function main(argv: readonly string[], context: Context): Promise<number> {
  try {
    const code = await run(argv, context);
    context.stdout.flush();
    context.stderr.flush();
    return code;
  } catch (error) {
    return exitCodeOf(await explained(error), context);
  }
}

async function run(argv: readonly string[], context: Context): Promise<number> {
  const [first] = argv;
  if (first === '--version' || first === '-v') {
    context.stdout.write(`${version()}\n`);
    return EXIT.ok;
  }
  if (first === undefined) {
    context.stderr.write(overview());
    return EXIT.usage;
  }
  if (HELP.has(first)) {
    const asked = argv.filter((arg) => !HELP.has(arg));
    if (asked.length > 0) return run([...asked, '--help'], context);
    context.stdout.write(overview());
    return EXIT.ok;
  }
  if (first === 'completion' && argv.length === 2 && !isHelpWord(argv[1]!))
    return completion(argv[1]!, context);
  // Asked for help, yargs prints that of all commands for one that there is not.
  const isHelp = argv.includes('--help') || argv.includes('-h');
  if (isHelp && entryOf(first) === undefined && first !== 'completion') throw refusal('', first);
  return runCommand(argv, context);
}

function isHelpWord(arg: string): boolean {
  return arg === '--help' || arg === '-h';
}

const SHELLS = ['bash', 'zsh', 'fish'];

/** Prints the script of a shell, where yargs alone would take the one that runs. */
function completion(shell: string, context: Context): Promise<number> {
  if (!SHELLS.includes(shell)) {
    throw new UsageError(`${shell} is not a shell that can be completed`, `type one of ${SHELLS.join(', ')}`);
  }
  process.env.SHELL = shell;
  delete process.env.ZSH_NAME;
  return runCommand(['completion'], context);
}

async function runCommand(argv: readonly string[], context: Context): Promise<number> {
  // For a completion the words stand behind the option: zoolog --get-yargs-completions zoolog ls --f
  const name = argv[0] === COMPLETE ? argv[2] : argv[0];
  const { default: yargs } = await import('yargs');
  let chosen: Chosen = () => EXIT.ok;
  let refused: UsageError | null = null;
  const listener: Listener = {
    argv,
    onChosen(found) {
      chosen = found;
    },
    onRefusal(refusal) {
      refused ??= refusal;
    },
  };
  // As the default command: for any other yargs draws the whole help text (25 ms), asked for or not.
  const isDefault = argv[0] === name && entryOf(argv[0]!) !== undefined && !argv.some(mayAskForHelp);
  const parser = yargs([])
    .scriptName(isDefault ? `${NAME} ${name}` : NAME)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
    })
    .detectLocale(false)
    .exitProcess(false)
    .wrap(Math.min(context.stdout.columns, 100))
    .version(version())
    .help()
    .alias('h', 'help')
    .strict()
    .fail(fail(name));
  if (!isDefault) {
    parser
      .completion('completion', 'Print a script that completes commands and options in bash, zsh or fish')
      .recommendCommands()
      .demandCommand(1);
  }
  await registerCommands(parser, name, listener, isDefault);
  try {
    await parse(parser, isDefault ? argv.slice(1) : argv, context);
  } catch (error) {
    throw refused ?? error;
  }
  return chosen(context);
}

/** True for `--help`, `-h`, and what may have an `h` among other letters, as `-lh`. */
function mayAskForHelp(arg: string): boolean {
  return arg === '--help' || /^-\w*h/.test(arg);
}

/** The chosen command whole; of the others the name, for completion and for "did you mean". */
async function registerCommands(
  parser: Argv,
  name: string | undefined,
  listener: Listener,
  isDefault: boolean,
): Promise<void> {
  const chosen = name === undefined ? undefined : entryOf(name);
  if (chosen !== undefined) {
    (await chosen.load()).register(parser, chosen.describe, listener, isDefault);
    return;
  }
  for (const [other, { describe }] of Object.entries(COMMANDS)) parser.command(other, describe);
}

function entryOf(name: string) {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** Parses and runs; help and completions come as text. */
async function parse(parser: Argv, argv: readonly string[], context: Context): Promise<void> {
  let text = '';
  await parser.parseAsync(withoutDashes(argv), {}, (_error, _args, output) => {
    text = output;
  });
  if (text !== '') context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** yargs calls this for what it refuses and for what an option's coercion throws. */
function fail(name: string | undefined) {
  return (message: string | null, error: unknown): never => {
    // A refusal is an Error of yargs' own class, with its text as the message.
    if (error !== undefined && error !== null && (error as Error).name !== 'YError') throw error;
    const text = message ?? (error as Error | undefined)?.message ?? 'not understood';
    throw refusal(withoutMark(text).replace(/\s*:?\s*\n\s*/g, ': '), name);
  };
}

function refusal(text: string, name: string | undefined): UsageError {
  if (name === undefined || entryOf(name) === undefined) {
    const guess = /^Did you mean (.*)\?$/.exec(text)?.[1];
    const hint = guess === undefined ? `see ${NAME} --help` : `did you mean ${guess}?`;
    return new UsageError(`${name} is not a command`, hint);
  }
  const hint = `see ${NAME} ${name} --help`;
  if (/^Not enough non-option arguments/.test(text)) return new UsageError('an argument is missing', hint);
  return new UsageError(lowerFirst(text), hint);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The list of commands, made without loading any of them. */
function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { describe }]) => [name, describe] as const);
  const all = [
    ...rows,
    ['completion', 'Print a script for bash, zsh or fish: the one that runs, or as said'] as const,
  ];
  const width = Math.max(...all.map(([name]) => name.length));
  return [
    `${NAME} COMMAND SOURCE... [ZNODE or ID]`,
    TAGLINE,
    '',
    'Commands:',
    ...all.map(([name, describe]) => `  ${name.padEnd(width)}  ${describe}`),
    '',
    'SOURCE is a snapshot or log file, a dataDir or its version-2, a folder of several servers, a tar of these,',
    'an index made by `zoolog index`, or a tree as `zoolog export` writes it. Nothing is ever written to it.',
    '',
    `${NAME} COMMAND --help shows options and examples, ${NAME} --version the version.`,
    '',
  ].join('\n');
}
