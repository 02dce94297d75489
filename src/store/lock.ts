// One writer at a time: `FILE.lock` holds the writer's process id.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { IndexError } from '../errors.js';

/**
 * Takes the lock of an index and returns the function that gives it back. A lock whose process is gone is taken
 * over.
 * @throws IndexError where another process holds it.
 */
export function lock(file: string): () => void {
  const lockFile = `${file}.lock`;
  for (let attempt = 0; ; attempt++) {
    try {
      const fd = openSync(lockFile, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') throw new IndexError(file, `cannot be written: ${message}`);
      const holder = holderOf(lockFile);
      if (attempt > 0 || (holder !== null && isAlive(holder))) {
        throw new IndexError(
          file,
          `is being written by process ${holder ?? '?'}`,
          `if it is not, remove ${lockFile}`,
        );
      }
      rmSync(lockFile, { force: true });
    }
  }
}

function holderOf(lockFile: string): number | null {
  try {
    const pid = Number(readFileSync(lockFile, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
