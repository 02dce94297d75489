// The commands of the command line without yargs, which takes milliseconds a call: their options are declared to a
// recorder, and each call gets arguments by chance. A command or option that is new is called, too.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Argv, Options } from 'yargs';
import type { Chosen, Listener } from '../../src/cli/command.js';
import { COMMANDS } from '../../src/cli/commands.js';
import type { Random } from './random.js';

type Values = Record<string, unknown>;

interface Recorded {
  readonly name: string;
  readonly positionals: ReadonlyMap<string, Options>;
  readonly options: ReadonlyMap<string, Options>;
  readonly handler: (values: Values) => void;
}

/** What a call is about. */
export interface Subject {
  readonly source: string;
  path(): string;
}

/** A command with its arguments. */
export interface Call {
  /** As it would be typed, roughly. */
  readonly line: string;
  readonly name: string;
  readonly values: Readonly<Values>;
  readonly run: Chosen;
}

/** Not called by chance: they take no SOURCE. */
const APART = new Set(['index', 'sql']);

/** The commands there are. */
export class Commands {
  /** Those that can be called on a SOURCE. */
  readonly names: readonly string[];
  /** Those that want something which nobody here knows to give. */
  readonly left: readonly string[];
  readonly #recorded: ReadonlyMap<string, Recorded>;
  #chosen: Chosen | null = null;
  readonly #listener: Listener = {
    argv: [],
    onChosen: (chosen) => {
      this.#chosen = chosen;
    },
    onRefusal: () => {},
  };

  private constructor(recorded: readonly ((listener: Listener) => Recorded)[]) {
    const all = recorded.map((record) => record(this.#listener));
    this.#recorded = new Map(all.map((one) => [one.name, one]));
    const isKnown = ({ positionals, options }: Recorded) =>
      [...positionals, ...options].every(
        ([name, { demandOption }]) => !demandOption || name in SAMPLES || isSource(name),
      );
    const any = all.filter(({ name }) => !APART.has(name));
    this.names = any.filter(isKnown).map(({ name }) => name);
    this.left = any.filter((one) => !isKnown(one)).map(({ name }) => name);
  }

  static async load(): Promise<Commands> {
    const names = Object.keys(COMMANDS);
    return new Commands(
      await Promise.all(
        names.map(async (name) => {
          const command = await COMMANDS[name]!.load();
          return (listener: Listener) => {
            const recorder = new Recorder(name);
            command.register(recorder as unknown as Argv, '', listener, false);
            return recorder.recorded();
          };
        }),
      ),
    );
  }

  /** What a command's option may be, for one with choices; none where it has no such option. */
  choices(name: string, option: string): readonly string[] {
    return (this.#recorded.get(name)?.options.get(option)?.choices ?? []) as string[];
  }

  /** The names of a command's arguments. */
  positionals(name: string): readonly string[] {
    return [...(this.#recorded.get(name)?.positionals.keys() ?? [])];
  }

  /** A call of a command on a subject, with arguments by chance. @throws UsageError where they are refused. */
  call(name: string, subject: Subject, random: Random): Call {
    const { positionals, options } = this.#recorded.get(name)!;
    const values: Values = {};
    for (const [key, { array, demandOption }] of positionals) {
      const value = isSource(key)
        ? subject.source
        : (demandOption || random.chance(0.4)) && SAMPLES[key]?.(random, subject);
      const many = name === 'compare' ? [value, value] : [value];
      if (value !== false && value !== undefined) values[key] = array ? many : value;
    }
    for (const [key, option] of options) {
      // A command that cannot be told to write nothing writes to its standard output.
      if (key === 'output' && !options.has('dry-run')) continue;
      const value = sampled(key, option, random, subject);
      if (value !== undefined) values[key] = option.array ? [value] : value;
    }
    // What writes a folder must have no other place than the one that is looked at.
    if (options.has('dry-run')) values['dry-run'] = true;
    return this.exactly(name, values);
  }

  /** True for an argument that may be given several times. */
  isMany(name: string, positional: string): boolean {
    return this.#recorded.get(name)?.positionals.get(positional)?.array === true;
  }

  /** A call with these arguments, given as they are typed. @throws UsageError where they are refused. */
  exactly(name: string, values: Readonly<Values>): Call {
    const { positionals, options, handler } = this.#recorded.get(name)!;
    const line = `${name} ${JSON.stringify(values)}`;
    const args: Values = {};
    for (const [key, { default: usual, coerce = (typed: unknown) => typed }] of [
      ...positionals,
      ...options,
    ]) {
      const typed = values[key] ?? usual;
      const value = typed === undefined ? undefined : coerce(typed);
      args[key] = value;
      args[key.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())] = value;
    }
    handler(args);
    return { line, name, values: { format: args.format, ...values }, run: this.#chosen! };
  }
}

/** Takes the place of yargs. */
class Recorder {
  readonly #name: string;
  readonly #positionals = new Map<string, Options>();
  readonly #options = new Map<string, Options>();
  #handler: ((values: Values) => void) | null = null;

  constructor(name: string) {
    this.#name = name;
  }
  command(
    _usage: string,
    _describe: string,
    builder: (recorder: this) => unknown,
    handler: (values: Values) => void,
  ): this {
    builder(this);
    this.#handler = handler;
    return this;
  }
  positional(name: string, options: Options): this {
    this.#positionals.set(name, options);
    return this;
  }
  option(name: string, options: Options): this {
    this.#options.set(name, options);
    return this;
  }
  example(): this {
    return this;
  }
  epilogue(): this {
    return this;
  }
  recorded(): Recorded {
    return {
      name: this.#name,
      positionals: this.#positionals,
      options: this.#options,
      handler: this.#handler!,
    };
  }
}

function isSource(name: string): boolean {
  return name === 'source' || name === 'sources' || name === 'target';
}

function sampled(
  key: string,
  { type, choices, demandOption }: Options,
  random: Random,
  subject: Subject,
): unknown {
  if (type === 'boolean') return random.chance(0.15) ? true : undefined;
  if (choices !== undefined)
    return random.chance(key === 'format' ? 0.7 : 0.4) ? random.pick(choices as string[]) : undefined;
  // check is to be told one of them.
  if (!demandOption && (key === 'for' || key === 'against'))
    return random.chance(0.6) ? SAMPLES[key]!(random, subject) : undefined;
  if (!demandOption && random.chance(0.9)) return undefined;
  return SAMPLES[key]?.(random, subject);
}

const number = (random: Random) => String(random.pick([0, 1, 2, 5, 100, 2 ** 31, Number.MAX_SAFE_INTEGER]));
const id = (random: Random) => `0x${BigInt.asUintN(64, random.i64()).toString(16)}`;
const zxid = (random: Random) => `0x${random.pick([0, 1, 5, 0x20, 0x100000001, 0x7fffffff]).toString(16)}`;
const time = (random: Random) => random.pick(['1970', '2026-11-21', '2026-11-21T11:35:05', '2999', '0001']);
const path = (_: Random, subject: Subject) => subject.path();
const pattern = (random: Random, subject: Subject) =>
  random.pick(['/**', '/*', '/load/**', '**/*=*', subject.path()]);
const regex = (random: Random) => random.pick(['.', '^/', '\\x1b', '[\\p{Cf}]', '^$', '\\d{10}$']);

/** What may be typed, by the name of the argument. */
const SAMPLES: Readonly<Record<string, (random: Random, subject: Subject) => string>> = {
  ...{ znode: path, subtree: path, path: pattern, regex, matches: regex },
  ...{ id, owner: id, session: id },
  ...{ from: zxid, to: zxid, since: time, until: time },
  ...{ limit: number, top: number, 'max-depth': number, 'min-size': number, 'max-size': number },
  ...{ 'min-children': number, 'max-children': number },
  // An id of a server to some, a release to doctor.
  server: (random) => random.pick([String(random.int(300)), '3.4', '3.5.10', '3.6', '3.8.4', '3.9']),
  at: zxid,
  maxbuffer: (random) => String(random.pick([0, 100, 1024, 5000, 0xfffff, 2 ** 31])),
  for: (random) => random.pick(['3.4', '3.5.10', '3.6', '3.9', 'clickhouse-keeper']),
  against: (_, subject) => subject.source,
  contains: (random) => random.pick(['a', '\0', '=', '\x1b', '']),
  acl: (random) => random.pick(['*', 'world:*', '*:anyone', 'digest:*:*', ':']),
  output: () => join(tmpdir(), 'zoolog-fuzz-is-never-made'),
  map: (random, subject) => random.pick(['/=/a/b', `${subject.path()}=/`, `${subject.path()}=/c`, '/=/']),
  ...{ keep: pattern, replace: pattern },
  ...{ include: pattern, exclude: pattern, zxid: () => 'fresh', servers: () => '1,2' },
  ...{ every: number, buckets: number, 'at-least': number },
  where: (random, subject) =>
    random.pick([
      `exists ${subject.path()}`,
      `not exists "${subject.path()}"`,
      `children ${subject.path()} > ${number(random)}`,
      `data ${subject.path()} ~ .`,
      `acl ${subject.path()} has world:anyone`,
      'sql: SELECT count(*) % 2 FROM znode',
      'sql: SELECT sum(length(data)) > 1000 FROM znode JOIN session',
    ]),
  kind: (random) => random.pick(['persistent', 'ephemeral', 'container,ttl']),
  op: (random) => random.pick(['create', 'multi', 'setData,delete', 'error', 'closeSession']),
  error: (random) => random.pick(['-101', 'NOAUTH', '0', '-999']),
};
