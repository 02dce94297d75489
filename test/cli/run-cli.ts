// The command line run in this process, with what it wrote and its exit code.
import { main } from '../../src/cli/main.js';
import { memorySink } from '../../src/render/sink.js';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How it is run. */
export interface RunOptions {
  /** Both outputs are terminals. */
  readonly isTerminal?: boolean;
}

/** Runs `zoolog ...args`. */
export async function zoolog(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { isTerminal = false } = options;
  const stdout = memorySink({ isTerminal, columns: 100 });
  const stderr = memorySink({ isTerminal, columns: 100 });
  const code = await main(args, { stdout, stderr, env: {} });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** A command line as a shell would take it, its outputs and its exit code. */
export async function transcript(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await zoolog(args);
  const typed = args.map((arg) => (/^[\w./:=#@,+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  const marked = stderr.replace(/^/gm, 'stderr: ').replace(/stderr: $/, '');
  return `$ zoolog ${typed.join(' ')}\n${stdout}${marked}[exit ${code}]\n`;
}

/** The rows of an ndjson output. */
export function rowsOf(ndjson: string): Record<string, unknown>[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
