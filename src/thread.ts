// Starting worker threads, from dist as well as from source.
import { Worker } from 'node:worker_threads';

/**
 * Starts a thread on the module `name` (without extension) beside the calling module, whose `import.meta.url` is
 * `base`. The thread does not keep the process alive.
 */
export function startThread(name: string, base: string, workerData: unknown): Worker {
  // From source, as under vitest, a thread needs tsx to read TypeScript.
  const isSource = base.endsWith('.ts');
  const worker = new Worker(new URL(`./${name}.${isSource ? 'ts' : 'js'}`, base), {
    workerData,
    ...(isSource ? { execArgv: ['--import', 'tsx'] } : {}),
  });
  worker.unref();
  return worker;
}
