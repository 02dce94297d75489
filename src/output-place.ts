// What every output has in common: it is none of the inputs, and what it is made of outlives a crash.
import { closeSync, existsSync, fsyncSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { UsageError } from './errors.js';

/** @throws UsageError where a file or folder to be written is one of the inputs or would lie in one. */
export function refuseInputs(path: string, inputs: readonly string[]): void {
  const place = existsSync(dirname(path)) ? join(realpathSync(dirname(path)), basename(path)) : path;
  const target = existsSync(place) ? realpathSync(place) : place;
  for (const input of inputs) {
    if (!existsSync(input)) continue;
    const real = realpathSync(input);
    const isIn = target === real || target.startsWith(real.endsWith(sep) ? real : real + sep);
    if (isIn) throw new UsageError(`${path} lies in ${input}, which is read`, 'inputs are never written to');
  }
}

/** What an old output is renamed to: NAME.old-TIME. */
export function oldName(path: string): string {
  return `${path}.old-${new Date().toISOString().replaceAll(':', '')}`;
}

/** So that new names in a folder survive a crash; not every platform can. */
export function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {}
}
