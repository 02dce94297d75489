// One writer at a time: `FILE.lock` holds the writer's process id.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { IndexError } from '../errors.js';

/** Holds the id of the process that writes an index. */
export function lockFileOf(file: string): string {
  return `${file}.lock`;
}

/**
 * Takes the lock of an index and returns the function that gives it back. A lock whose process is gone is taken
 * over.
 * @throws IndexError where another process holds it, or the folder cannot be written to.
 */
export function lock(file: string): () => void {
  const lockFile = lockFileOf(file);
  for (let attempt = 0; ; attempt++) {
    try {
      make(lockFile, join(dirname(file), `.${basename(file)}.${process.pid}.tmp-lock`));
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new IndexError(file, `cannot be written: ${message}`);
    }
    const holder = holderOf(lockFile);
    if (attempt > 0 || (holder !== null && isAlive(holder))) {
      const hint = `if it is not, remove ${lockFile}`;
      throw new IndexError(file, `is being written by process ${holder ?? '?'}`, hint);
    }
    rmSync(lockFile, { force: true });
  }
}

// A link shows the lock with its holder at once, where the file system has links: a process killed between making
// and writing a file would leave a lock of nobody.
function make(lockFile: string, draft: string): void {
  writeFileSync(draft, String(process.pid), { mode: 0o600 });
  try {
    linkSync(draft, lockFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    writeFileSync(lockFile, String(process.pid), { flag: 'wx', mode: 0o600 });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that holds the lock; null where it does not say. */
function holderOf(lockFile: string): number | null {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  // In a container the run before may have had our own id.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
