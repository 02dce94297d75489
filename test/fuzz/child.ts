// A process of the pool: runs the inputs it is told to, one after the other, and says what it found.
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Commands } from './commands.js';
import { Corpus } from './corpus.js';
import { Exerciser } from './exercise.js';
import { Failure } from './judge.js';
import { type Kind, makeInput } from './make-input.js';
import { minimise, save } from './minimise.js';
import { peakMemory } from './peak-memory.js';

interface Minimise {
  readonly n: number;
  readonly into: string;
  readonly onlySave: boolean;
}

/** What a child is asked for. */
export type Task =
  | { readonly run: { readonly from: number; readonly to: number } }
  | { readonly minimise: Minimise };

/** Something that must not be, found with an input. */
export interface Finding {
  readonly n: number;
  readonly what: string;
  readonly message: string;
  readonly stack: string;
}

/** Inputs of a kind, and the time they took together in milliseconds. */
type Kinds = Partial<Record<Kind, { count: number; ms: number }>>;

/** What a child says. */
export interface Report {
  readonly finding?: Finding;
  /** Inputs that were run since the last report. */
  readonly done?: { readonly kinds: Kinds; readonly calls: number };
  /** The most memory resident so far, and the input after which it was first seen. */
  readonly memory?: { readonly n: number; readonly mb: number };
  /** The input that took most CPU, in milliseconds. */
  readonly slowest?: { readonly n: number; readonly ms: number };
  readonly left?: readonly string[];
  /** The task is done. */
  readonly idle?: true;
}

/** How a child is started. */
export interface ChildOptions {
  readonly seed: string;
  /** All inputs are of this kind; null for a mixture. */
  readonly kind: Kind | null;
  /** Folder with the fixtures. */
  readonly fixtures: string;
  /** A folder of its own, in memory where there is one. */
  readonly folder: string;
  /** Most resident memory, in MB. */
  readonly mostMb: number;
}

/** Exit code for a fault of the fuzzer itself. */
const OWN_FAULT = 99;
/** CPU that one input may take, in milliseconds. */
const MOST_MS = 5000;

/** CPU used is asked for at least so often, in milliseconds. */
const LOOK_MS = 20;
/** Memory used is asked for after so many inputs, and after each that took long. */
const RSS_EVERY = 100;

const options = JSON.parse(process.argv[2]!) as ChildOptions;
const corpus = new Corpus(options.fixtures);
const commands = await Commands.load();
const exerciser = new Exerciser(options.folder, commands);
mkdirSync(options.folder, { recursive: true });
// Where a parent that cannot reach us sees which input we are at.
const place = openSync(join(options.folder, 'place'), 'w+');
const at = Buffer.alloc(8);
let slowest = { n: 0, ms: 0 };

process.on('message', (task: Task) => {
  void ('run' in task ? runAll(task.run) : minimiseOne(task.minimise)).catch((error: unknown) => {
    // The fuzzer's own fault.
    console.error(error);
    process.exit(OWN_FAULT);
  });
});
process.on('disconnect', leave);
// It may have come while this was loading.
if (!process.connected) leave();
tell({ left: commands.left });

function leave(): void {
  closeSync(place);
  rmSync(options.folder, { recursive: true, force: true });
  process.exit(0);
}

async function runAll({ from, to }: { from: number; to: number }): Promise<void> {
  const kinds: Kinds = {};
  const calls = exerciser.calls;
  for (let n = from; n < to; n++) {
    at.writeDoubleLE(n);
    writeSync(place, at, 0, 8, 0);
    const start = performance.now();
    const kind = await runOne(n);
    const known = kinds[kind] ?? { count: 0, ms: 0 };
    kinds[kind] = { count: known.count + 1, ms: known.ms + performance.now() - start };
    // zlib lets go of a stream in a later tick, and of an error's stack with it.
    await setImmediate();
  }
  tell({
    done: { kinds, calls: exerciser.calls - calls },
    memory,
    slowest,
    idle: true,
  });
  slowest = { n: 0, ms: 0 };
}

async function runOne(n: number): Promise<Kind> {
  const start = performance.now();
  const input = makeInput(corpus, options.seed, n, options.kind);
  const cpu = performance.now() - lastLook > LOOK_MS ? look() : cpuAtLook;
  try {
    await exerciser.run(input, `${options.seed} ${n}`);
  } catch (error) {
    found(n, error);
  }
  // Asking the system takes half a millisecond on some machines.
  if (performance.now() - start > slowest.ms) {
    const ms = look() - cpu;
    if (ms > slowest.ms) slowest = { n, ms };
    if (ms > MOST_MS)
      found(n, new Failure('took too long', `${Math.round(ms)} ms of CPU: ${exerciser.doing}`));
  }
  if (n % RSS_EVERY === 0 || input.kind === 'bomb' || performance.now() - start > 100) checkMemory(n);
  return input.kind;
}

let lastLook = 0;
let cpuAtLook = 0;

/** CPU so far, in milliseconds. */
function look(): number {
  const { user, system } = process.cpuUsage();
  lastLook = performance.now();
  cpuAtLook = (user + system) / 1000;
  return cpuAtLook;
}

let memory = { n: 0, mb: 0 };

function checkMemory(n: number): void {
  const before = memory;
  const mb = peakMemory() / 1e6;
  if (mb > memory.mb) memory = { n, mb };
  if (mb <= options.mostMb || before.mb > options.mostMb) return;
  const message = `${Math.round(mb)} MB resident, with this input or one of the ${RSS_EVERY} before: ${exerciser.doing}`;
  found(n, new Failure('too much memory', message));
}

async function minimiseOne({ n, into, onlySave }: Minimise): Promise<void> {
  const input = makeInput(corpus, options.seed, n, options.kind);
  save(join(into, 'input'), input.files);
  if (!onlySave) await minimise(input, `${options.seed} ${n}`, exerciser, join(into, 'smallest'));
  tell({ idle: true });
}

function found(n: number, error: unknown): void {
  const failure = error as Failure;
  const cause = failure.cause as Error | undefined;
  const what = error instanceof Failure ? failure.what : 'uncaught exception';
  tell({ finding: { n, what, message: failure.message, stack: String(cause?.stack ?? failure.stack) } });
}

function tell(report: Report): void {
  process.send!(report);
}
