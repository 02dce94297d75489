// One writer at a time: `FILE.lock` holds the writer's process id.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { IndexError } from '../errors.js';

// A lock is empty between its making and its writing, and for good where the process was killed there.
const EMPTY_IS_STALE_MS = 5000;

/**
 * Takes the lock of an index and returns the function that gives it back. A lock whose process is gone is taken
 * over.
 * @throws IndexError where another process holds it, or the folder cannot be written to.
 */
export function lock(file: string): () => void {
  const lockFile = `${file}.lock`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx', mode: 0o600 });
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new IndexError(file, `cannot be written: ${message}`);
    }
    const holder = holderOf(lockFile);
    if (attempt > 0 || (holder !== null && isAlive(holder))) {
      const hint = `if it is not, remove ${lockFile}`;
      throw new IndexError(
        file,
        `is being written by ${holder ? `process ${holder}` : 'another process'}`,
        hint,
      );
    }
    rmSync(lockFile, { force: true });
  }
}

/** The process that holds the lock, 0 where that does not stand there yet, null where it never will. */
function holderOf(lockFile: string): number | null {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    if (Number.isInteger(pid) && pid > 0) return pid;
    return Date.now() - statSync(lockFile).mtimeMs < EMPTY_IS_STALE_MS ? 0 : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  // In a container the run before may have had our own id.
  if (pid === process.pid) return false;
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
