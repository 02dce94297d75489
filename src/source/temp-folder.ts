// A private folder or file for a while, gone however the process ends.
//
// Reading is synchronous, so a signal handler of ours would only run when it is over, and until then the process
// could not be interrupted. Instead a shell waits for the end of a pipe that only this process holds open: signals
// keep their usual effect, and even after SIGKILL the folder is removed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that only this user can enter (0700). */
export interface TempFolder {
  readonly path: string;
  /** Removes the folder and what is in it; a second call does nothing. */
  remove(): void;
}

/** Makes a folder under the system's temporary folder. */
export function makeTempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'zoolog-'));
  return { path, remove: removedAtEnd(path) };
}

/** Has a file or folder removed however this process ends; the returned function removes it now. */
export function removedAtEnd(path: string): () => void {
  const keeper = startKeeper(path);
  const remove = () => {
    process.off('exit', remove);
    rmSync(path, { recursive: true, force: true });
    keeper.stdin?.end();
  };
  process.on('exit', remove);
  return remove;
}

function startKeeper(path: string): ChildProcess {
  const script = 'trap "" HUP INT TERM; read -r _; rm -rf -- "$1"';
  const keeper = spawn('/bin/sh', ['-c', script, 'sh', path], {
    // A group of its own: the terminal's Ctrl-C goes to a whole group.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Where there is no shell the folder is removed at the end of a process that ends by itself.
  keeper.on('error', () => {});
  keeper.stdin?.on('error', () => {});
  keeper.unref();
  (keeper.stdin as { unref?: () => void } | null)?.unref?.();
  return keeper;
}
