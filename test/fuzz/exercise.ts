// One input put on disk and given to readers and commands.
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitCodeOf, explained, indexDamage } from '../../src/cli/exit-codes.js';
import { main } from '../../src/cli/main.js';
import { PROBLEMS } from '../../src/problems.js';
import type { Call, Commands } from './commands.js';
import { checkCsv, checkJson, Failure, isPromised } from './judge.js';
import { type FuzzInput, typedPath } from './make-input.js';
import { mutateBytes } from './mutate-bytes.js';
import { forgetPeak } from './peak-memory.js';
import { Random } from './random.js';
import { fuzzLog, fuzzSnapshot } from './read-file.js';
import { WatchedSink } from './watched-sink.js';

/** Runs inputs in a folder of its own, which it empties each time. */
export class Exerciser {
  readonly #folder: string;
  readonly #commands: Commands;
  /** What is being done, for the report of one that never ends. */
  doing = '';
  calls = 0;

  constructor(folder: string, commands: Commands) {
    this.#folder = folder;
    this.#commands = commands;
  }

  /** Runs one input; `seed` decides the commands. @throws Failure where something must not be. */
  async run(input: FuzzInput, seed: string): Promise<void> {
    const random = new Random(`${seed} run`);
    const isFile = FILE_KINDS.has(input.kind);
    if (isFile && input.kind !== 'bomb') {
      this.#readFile(input, random);
      if (random.chance(0.85)) return;
    }
    const folder = join(this.#folder, 'in');
    try {
      this.#write(folder, input);
      if (input.kind === 'bomb') forgetMaking(input);
      if (isFile) await this.#commandsOnFile(join(folder, input.source), input, random);
      else if (input.kind === 'index') await this.#commandsOnIndex(folder, input, random);
      else await this.#commandsOnFolder(folder, input, random);
    } finally {
      this.#clear(folder, input);
    }
  }

  #write(folder: string, { files }: FuzzInput): void {
    mkdirSync(folder, { recursive: true });
    for (const { name, bytes } of files) {
      const path = join(folder, name);
      if (name.includes('/')) mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      // An index keeps the time.
      utimesSync(path, 1_000_000_000, 1_000_000_000);
    }
  }

  #clear(folder: string, { files }: FuzzInput): void {
    if (files.length === 1 && !files[0]!.name.includes('/'))
      rmSync(join(folder, files[0]!.name), { force: true });
    else rmSync(folder, { recursive: true, force: true });
    rmSync(join(this.#folder, 'case.db'), { force: true });
  }

  #readFile({ files, source }: FuzzInput, random: Random): void {
    this.doing = 'reading the file';
    const isLog = source.startsWith('log') !== random.chance(0.01);
    (isLog ? fuzzLog : fuzzSnapshot)(source, files[0]!.bytes);
  }

  async #commandsOnFile(source: string, input: FuzzInput, random: Random): Promise<void> {
    const isLog = input.source.startsWith('log');
    const name = isLog ? random.pick(['log', 'log', 'export', 'inspect']) : this.#anyTree(random);
    await this.#call(name, source, input, random);
    if (isLog && random.chance(0.1)) await this.#callSame(source);
    if (random.chance(0.1)) await this.#call(random.pick(this.#commands.names), source, input, random);
    if (random.chance(0.01)) await this.#typed([random.pick(['ls', 'log', 'inspect', 'du']), source]);
  }

  async #commandsOnFolder(folder: string, input: FuzzInput, random: Random): Promise<void> {
    const source = input.source.startsWith('#') ? folder + input.source : join(folder, input.source);
    for (let left = 2; left > 0; left--) {
      const when = random.pick(MOMENTS);
      const name = when === '' ? random.pick(this.#commands.names) : this.#anyTree(random);
      await this.#call(name, source + when, input, random);
    }
    if (random.chance(0.1)) await this.#callSame(source);
  }

  async #commandsOnIndex(folder: string, input: FuzzInput, random: Random): Promise<void> {
    const file = join(this.#folder, 'case.db');
    const snapshots = random.pick(['newest', 'all']);
    const index = () => this.#exactly('index', { output: file, input: [folder], snapshots });
    if ((await index()).code > 1) return;
    if (input.indexDamage !== null) damageIndex(file, new Random(input.indexDamage));
    else await this.#compareWithIndex(folder, file, { input, snapshots }, random);
    for (let left = 3; left > 0; left--) {
      const source = file + random.pick(['', '', '#in', '#in/in', '#/in']);
      await this.#call(random.pick(this.#commands.names), source, input, random);
    }
    const format = random.pick(['table', 'json', 'ndjson', 'csv']);
    await this.#exactly('sql', { index: file, statement: random.pick(STATEMENTS), format });
    // Once more over what may be damaged by now.
    if (random.chance(0.3)) await index();
  }

  #anyTree(random: Random): string {
    const names = this.#commands.names.filter((name) => name !== 'log' && name !== 'inspect');
    return random.pick(names);
  }

  /** A command with arguments by chance. */
  async #call(name: string, source: string, input: FuzzInput, random: Random): Promise<void> {
    const subject = { source, path: () => typedPath(random, input) };
    let call: Call;
    try {
      call = this.#commands.call(name, subject, random);
    } catch (error) {
      if (isPromised(error)) return;
      throw new Failure('uncaught exception', `arguments of ${name}: ${String(error)}`, { cause: error });
    }
    await this.#run(call, random.chance(0.5));
  }

  async #run({ line, name, values, run }: Call, isTerminal: boolean): Promise<Done> {
    this.doing = line;
    this.calls++;
    const [stdout, stderr] = [new WatchedSink(isTerminal), new WatchedSink(isTerminal)];
    const context = { stdout, stderr, env: { NO_COLOR: '1' } };
    let code: number;
    try {
      code = await run(context);
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      const error = await explained(thrown);
      if (!isPromised(error) && indexDamage(error) === null) {
        throw new Failure('uncaught exception', `${line}: ${String(error)}`, { cause: error });
      }
      code = exitCodeOf(error, context);
    }
    const format = values.format as string | undefined;
    const isRaw = name === 'get' && format === 'raw' && !isTerminal;
    checkOutput({ line, format, isRaw, isTerminal, code }, stdout, stderr);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** The quick way to ndjson of a log writes what the general one does. */
  async #callSame(source: string): Promise<void> {
    const quick = await this.#run(
      this.#commands.exactly('log', { source, format: 'ndjson', quiet: true }),
      false,
    );
    const slow = await this.#run(
      this.#commands.exactly('log', { source, format: 'ndjson', quiet: true, limit: '0' }),
      false,
    );
    if (quick.stdout !== slow.stdout || quick.code !== slow.code) {
      throw new Failure('two ways differ', `log --format ndjson of ${source}, with and without --limit 0`);
    }
  }

  /** An index says what the files say, where these are sound. */
  async #compareWithIndex(folder: string, index: string, { input, snapshots }: Indexed, random: Random) {
    // Without the older snapshots less is known of when a session was created.
    const sessions = snapshots === 'all' ? 'sessions' : 'export';
    const name = random.pick(['export', 'export', sessions, 'log', 'history']);
    const when = name === 'log' ? '' : random.pick(MOMENTS);
    const values = {
      format: name === 'sessions' ? 'csv' : 'ndjson',
      ...(name === 'history' ? { znode: random.pick(input.paths) } : {}),
    };
    const fromFiles = await this.#exactly(name, { source: folder + when, ...values }, false);
    const fromIndex = await this.#exactly(name, { source: index + when, ...values }, false);
    if (fromFiles.code !== 0 || fromIndex.code !== 0) return;
    // With these an index does not keep what the file says in all: an order that goes back, what comes twice.
    const isOdd = /: (warning|error): /.test(fromFiles.stderr + fromIndex.stderr);
    // No server logs a closeSession in a multi, and an index has no place for it.
    if (isOdd || /"closeSession","multi"/.test(fromFiles.stdout) || fromFiles.stdout === fromIndex.stdout)
      return;
    // Only an index tells what was committed.
    const [a, b] = [fromFiles.stdout, fromIndex.stdout.replaceAll(/"commit":"[a-z-]+",/g, '')];
    if (a === b) return;
    const difference = firstDifference(a, b);
    throw new Failure('index differs', `${name} of ${folder}${when}: ${difference}`);
  }

  async #exactly(name: string, values: Readonly<Record<string, unknown>>, isTerminal = true): Promise<Done> {
    return this.#run(this.#commands.exactly(name, values), isTerminal);
  }

  /** A whole command line, through yargs. */
  async #typed(argv: readonly string[]): Promise<void> {
    this.doing = argv.join(' ');
    this.calls++;
    const [stdout, stderr] = [new WatchedSink(true), new WatchedSink(true)];
    const code = await main(argv, { stdout, stderr, env: { NO_COLOR: '1' } });
    if (code === 70) throw new Failure('uncaught exception', `${this.doing}: ${stderr.text()}`);
    checkOutput(
      { line: this.doing, format: undefined, isRaw: false, isTerminal: true, code },
      stdout,
      stderr,
    );
  }
}

interface Indexed {
  readonly input: FuzzInput;
  /** Which are loaded. */
  readonly snapshots: string;
}

interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const FILE_KINDS: ReadonlySet<string> = new Set(['snapshot', 'log', 'compressed', 'bomb']);
const MOMENTS = ['', '', '@0x5', '@0x20', '@0:40', '@2026-11-21T11:35:05', '@0xffffffff', '@2000'];
/** What it took to make an input is nothing that reading it took. */
function forgetMaking({ files }: FuzzInput): void {
  for (const file of files) file.bytes = Buffer.alloc(0);
  forgetPeak();
}

const STATEMENTS = [
  'SELECT * FROM tree',
  'SELECT * FROM problem',
  'SELECT * FROM file',
  'SELECT * FROM forks',
  'SELECT * FROM op',
  'SELECT path, count(*) AS "=1" FROM tree GROUP BY 1',
];

interface Ran {
  readonly line: string;
  readonly format: string | undefined;
  readonly isRaw: boolean;
  readonly isTerminal: boolean;
  readonly code: number;
}

function checkOutput(ran: Ran, stdout: WatchedSink, stderr: WatchedSink): void {
  const { line, format, isRaw, isTerminal, code } = ran;
  if (![0, 1, 2, 3].includes(code)) throw new Failure('exit code', `${line}: ${code}`);
  if (stderr.raw !== null) throw new Failure('raw text shown', `stderr of ${line}: ${stderr.raw}`);
  if (/\n {4}at /.test(stderr.text())) throw new Failure('stack trace shown', `${line}: ${stderr.text()}`);
  const isExact = isRaw || (!isTerminal && format === 'csv');
  if (!isExact && stdout.raw !== null) throw new Failure('raw text shown', `${line}: ${stdout.raw}`);
  if (!stdout.isWhole) return;
  const text = stdout.text();
  const isOfIndex = line.includes('case.db');
  // What ends for damage that nobody foresaw must not look whole.
  const isCutShort = code === 3 && isOfIndex;
  if (format === 'ndjson') checkJson(text, format, line);
  else if (format === 'json' && text !== '' && !isCutShort) {
    checkJson(text, format, line);
    checkEnvelope(text, line, isOfIndex);
  } else if (format === 'csv') checkCsv(text, line);
}

function checkEnvelope(text: string, line: string, isOfIndex: boolean): void {
  const { problems } = JSON.parse(text) as { problems?: unknown };
  if (!Array.isArray(problems)) return;
  for (const problem of problems) {
    // The code in an index may be one of another version of zoolog, or damaged.
    const isCode = isOfIndex ? typeof problem.code === 'string' : Object.hasOwn(PROBLEMS, problem.code);
    if (!isCode || !Number.isSafeInteger(problem.offset) || problem.offset < 0) {
      throw new Failure('problem without an offset', `${line}: ${JSON.stringify(problem)}`);
    }
  }
}

function firstDifference(a: string, b: string): string {
  const [as, bs] = [a.split('\n'), b.split('\n')];
  const i = as.findIndex((line, at) => line !== bs[at]);
  const [x, y] = [as[i] ?? '', bs[i] ?? ''];
  let from = 0;
  while (from < x.length && x[from] === y[from]) from++;
  from = Math.max(0, from - 40);
  return `line ${i + 1}: ...${x.slice(from, from + 200)} and ...${y.slice(from, from + 200)}`;
}

// Behind the header, which is checked: pages and cells.
function damageIndex(file: string, random: Random): void {
  const bytes = readFileSync(file);
  const body = Buffer.from(bytes.subarray(100));
  for (let left = random.between(1, 20); left > 0; left--)
    body[random.int(body.length)]! ^= 1 << random.int(8);
  const damaged = random.chance(0.8) ? body : mutateBytes(body, random, [], () => body);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 100), damaged]));
}
