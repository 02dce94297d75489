// A campaign: inputs shared out to a pool of processes, a watchdog over each, figures at the end.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ChildOptions, Finding, Report, Task } from './child.js';
import type { Kind } from './make-input.js';

const BATCH = 200;
/**
 * Batches that a process serves, and no user runs thousands of commands in one: malloc gives little back, less with the
 * threads that some commands start. 20,000 inputs leave up to 290 MB, where each takes 80 to 210 by itself (2026-11).
 */
const MOST_BATCHES = 10;
const MOST_MB = 300;
/** JavaScript's share of it. */
const HEAP_MB = 100;
/** CPU after which a process that does not go on to the next input is ended, in seconds: it says itself what took 5. */
const MOST_CPU_S = 20;
/** The same in time, for one that waits. */
const MOST_WALL_S = 120;
/** What making an input smaller may take. */
const MOST_MINIMISE_S = 300;
const TICKS_PER_S = 100;
/** Exit code of a process that failed by a fault of the fuzzer. */
const OWN_FAULT = 99;
/** Kept of one campaign. */
const MOST_SAVED = 40;

interface Place {
  readonly root: string;
  readonly child: string;
}

/** Runs a campaign as the arguments say and prints its figures. Returns the exit code. */
export async function campaign(argv: readonly string[], { root, child }: Place): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      inputs: { type: 'string', default: '20000' },
      seconds: { type: 'string', default: '3600' },
      seed: { type: 'string', default: `${Date.now() % 1e9}` },
      only: { type: 'string' },
      kind: { type: 'string' },
      processes: { type: 'string', default: '2' },
      out: { type: 'string', default: join(root, 'fuzz-findings') },
    },
  });
  const only = values.only === undefined ? null : Number(values.only);
  const pool = new Pool({
    child,
    seed: values.seed,
    kind: (values.kind as Kind | undefined) ?? null,
    fixtures: join(root, 'fixtures'),
    out: values.out,
    next: only ?? 0,
    end: only === null ? Number(values.inputs) : only + 1,
    deadline: Date.now() + Number(values.seconds) * 1000,
  });
  console.log(`fuzz: seed ${values.seed}`);
  await Promise.all(
    Array.from({ length: only === null ? Number(values.processes) : 1 }, (_, i) => pool.work(i)),
  );
  pool.printFigures();
  return pool.findings.length > 0 ? 1 : 0;
}

interface PoolOptions {
  readonly child: string;
  readonly seed: string;
  /** All inputs are of this kind; null for a mixture. */
  readonly kind: Kind | null;
  readonly fixtures: string;
  readonly out: string;
  readonly next: number;
  readonly end: number;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

class Pool {
  readonly findings: Finding[] = [];
  readonly #options: PoolOptions;
  readonly #start = Date.now();
  readonly #kinds: Record<string, { count: number; ms: number }> = {};
  #next: number;
  #calls = 0;
  #memory = { n: 0, mb: 0 };
  #slowest = { n: 0, ms: 0 };
  #left: readonly string[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#next = options.next;
  }

  /** Takes batches until there are none, with one process after the other where one is ended. */
  async work(id: number): Promise<void> {
    let worker = this.#startWorker(id);
    for (let batches = 1; ; batches++) {
      const { end, deadline, kind } = this.#options;
      const isBombs = kind === 'bomb';
      if (this.#next >= end || Date.now() > deadline) break;
      const batch = { from: this.#next, to: Math.min(this.#next + (isBombs ? 1 : BATCH), end) };
      this.#next = batch.to;
      while (batch.from < batch.to) {
        const hung = await worker.ask({ run: batch });
        if (hung === null) break;
        this.#note({ finding: hung });
        batch.from = hung.n + 1;
        worker = this.#startWorker(id);
      }
      // What one leaves behind must not count for the next.
      if ((isBombs || batches % MOST_BATCHES === 0) && batch.to < end) {
        worker.end();
        worker = this.#startWorker(id);
      }
      for (const finding of this.findings) {
        if (this.#saved.has(finding.n) || this.#saved.size >= MOST_SAVED) continue;
        const into = this.#save(finding);
        const onlySave = /memory|long|ended/.test(finding.what);
        const hung = await worker.ask({ minimise: { n: finding.n, into, onlySave } });
        if (hung !== null) worker = this.#startWorker(id);
      }
    }
    worker.end();
  }

  printFigures(): void {
    const inputs = Object.values(this.#kinds).reduce((sum, { count }) => sum + count, 0);
    const seconds = (Date.now() - this.#start) / 1000;
    console.log(`inputs    ${inputs}`);
    for (const [kind, { count, ms }] of Object.entries(this.#kinds).sort()) {
      console.log(`  ${kind.padEnd(10)} ${String(count).padStart(7)}, ${(ms / count).toFixed(2)} ms each`);
    }
    console.log(`calls     ${this.#calls} of commands`);
    console.log(`rate      ${Math.round(inputs / seconds)} inputs/s in ${Math.round(seconds)} s`);
    const { n, mb } = this.#memory;
    console.log(`memory    ${Math.round(mb)} MB at most in one process, by input ${n}`);
    console.log(`slowest   input ${this.#slowest.n}, ${Math.round(this.#slowest.ms)} ms of CPU`);
    if (this.#left.length > 0) console.log(`not run   ${this.#left.join(', ')}`);
    console.log(`findings  ${this.findings.length}`);
    const firsts = new Map<string, Finding & { count: number }>();
    for (const finding of this.findings) {
      const key = keyOf(finding);
      firsts.set(key, { ...(firsts.get(key) ?? finding), count: (firsts.get(key)?.count ?? 0) + 1 });
    }
    for (const { n, what, message, stack, count } of firsts.values()) {
      console.log(`\n${count} x ${what}, first with input ${n} (--seed ${this.#options.seed} --only ${n})`);
      console.log(`  ${message.slice(0, 600)}`);
      console.log(stack.split('\n').slice(1, 6).join('\n'));
    }
    if (this.#saved.size > 0) console.log(`\nsaved in ${this.#options.out}`);
  }

  readonly #saved = new Set<number>();

  #save(finding: Finding): string {
    this.#saved.add(finding.n);
    const into = join(this.#options.out, `${this.#options.seed}-${finding.n}`);
    mkdirSync(into, { recursive: true });
    writeFileSync(join(into, 'finding.txt'), `${finding.what}\n${finding.message}\n${finding.stack}\n`);
    return into;
  }

  #startWorker(id: number): Worker {
    return new Worker(id, this.#options, (report) => this.#note(report));
  }

  #note({ finding, done, memory, slowest, left }: Report): void {
    if (finding !== undefined) this.findings.push(finding);
    for (const [kind, { count, ms }] of Object.entries(done?.kinds ?? {})) {
      const known = this.#kinds[kind];
      this.#kinds[kind] = { count: (known?.count ?? 0) + count, ms: (known?.ms ?? 0) + ms };
    }
    this.#calls += done?.calls ?? 0;
    if (memory !== undefined && memory.mb > this.#memory.mb) this.#memory = memory;
    if (slowest !== undefined && slowest.ms > this.#slowest.ms) this.#slowest = slowest;
    if (left !== undefined) this.#left = left;
  }
}

function keyOf({ what, message, stack }: Finding): string {
  const place = stack.split('\n').find((line) => /^\s+at .*src\//.test(line)) ?? message.slice(0, 30);
  return `${what} ${place.trim()}`;
}

/** A process with a watchdog. */
class Worker {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #onIdle: (hung: Finding | null) => void = () => {};
  #isEnding = false;
  /** What ended it, where nobody asked it to. */
  #ended: Finding | null = null;

  constructor(id: number, { child, seed, kind, fixtures }: PoolOptions, onReport: (report: Report) => void) {
    const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.#folder = mkdtempSync(join(memory, `zoolog-fuzz-${id}-`));
    const options: ChildOptions = {
      seed,
      kind,
      fixtures,
      folder: join(this.#folder, 'x'),
      mostMb: MOST_MB,
    };
    this.#child = fork(child, [JSON.stringify(options)], {
      execArgv: [
        ...process.execArgv,
        '--enable-source-maps',
        '--expose-gc',
        `--max-old-space-size=${HEAP_MB}`,
      ],
      env: { ...process.env, TMPDIR: this.#folder },
    });
    this.#child.on('message', (report: Report) => {
      onReport(report);
      if (report.idle) this.#onIdle(null);
    });
    this.#child.on('exit', (code, signal) => {
      rmSync(this.#folder, { recursive: true, force: true });
      if (this.#isEnding) return;
      // It has said why.
      if (code === OWN_FAULT) process.exit(code);
      const message = `the process ended with ${signal ?? code}`;
      this.#ended = { n: this.#place(), what: 'process ended', message, stack: message };
      this.#onIdle(this.#ended);
    });
    // A task for one that is ending; `exit` says what ended it.
    this.#child.on('error', () => {});
  }

  /** Has a task done; resolves to what ended the process where something did. */
  ask(task: Task): Promise<Finding | null> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      const watchdog = this.#watch('run' in task ? MOST_CPU_S : MOST_MINIMISE_S);
      this.#onIdle = (hung) => {
        clearInterval(watchdog);
        resolve(hung);
      };
      this.#child.send(task);
    });
  }

  end(): void {
    this.#isEnding = true;
    this.#child.disconnect();
  }

  #watch(mostSeconds: number): NodeJS.Timeout {
    let last = Number.NaN;
    let since = { cpu: 0, wall: 0 };
    return setInterval(() => {
      const now = { cpu: this.#cpuSeconds(), wall: Date.now() / 1000 };
      const at = this.#place();
      if (at !== last) {
        last = at;
        since = now;
      } else if (
        now.cpu - since.cpu > mostSeconds ||
        now.wall - since.wall > Math.max(mostSeconds, MOST_WALL_S)
      ) {
        this.#isEnding = true;
        this.#child.kill('SIGKILL');
        this.#onIdle({ n: at, what: 'took too long', message: 'ended by the watchdog', stack: '' });
      }
    }, 500);
  }

  #known = -1;

  /** The input that is being run. */
  #place(): number {
    try {
      const bytes = readFileSync(join(this.#folder, 'x', 'place'));
      if (bytes.length === 8) this.#known = bytes.readDoubleLE();
    } catch {}
    return this.#known;
  }

  #cpuSeconds(): number {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
    } catch {
      return 0;
    }
  }
}
