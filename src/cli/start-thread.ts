// Starting a thread whose code is a file beside this one.
import { Worker } from 'node:worker_threads';

/** Starts `name` (a file of this folder, without its ending) with `workerData`, which is copied. */
export function startThread(name: string, workerData: unknown): Worker {
  const { url } = import.meta;
  if (!url.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, url), { workerData });
  // From source, as under vitest, a thread needs tsx to read TypeScript, and takes no --import for it.
  const thread = JSON.stringify(new URL(`./${name}.ts`, url).href);
  const fromSource = `import('tsx/esm/api').then((tsx) => (tsx.register(), import(${thread})))`;
  return new Worker(fromSource, { eval: true, workerData });
}
