// Files and folders that are gone however the process ends.
//
// Reading is synchronous, so a signal handler of ours would only run when it is over, and until then the process
// could not be interrupted. Instead a shell waits for the end of a pipe that only this process holds open: signals
// keep their usual effect, and even after SIGKILL everything is removed.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

/** What removes them, of those that are still there. */
const pending = new Set<() => void>();

/**
 * Has files or folders removed however this process ends; the returned function removes them now. `claim` is a file
 * that holds this process' id: it is removed only while it does, for another process may have taken it over.
 */
export function removedAtEnd(paths: readonly string[], claim?: string): () => void {
  const keeper = startKeeper(paths, claim);
  const remove = () => {
    pending.delete(remove);
    if (pending.size === 0) process.off('exit', removeAll);
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    keeper.stdin?.end('done\n');
  };
  // One listener for all: Node warns of more than ten.
  if (pending.size === 0) process.on('exit', removeAll);
  pending.add(remove);
  return remove;
}

function removeAll(): void {
  for (const remove of [...pending]) remove();
}

// A line says that nothing is left to do; the end of the pipe without one, that the process is dead.
const SCRIPT = `trap "" HUP INT TERM
read -r _ && exit
claim=$1 id=$2
shift 2
rm -rf -- "$@"
[ -z "$claim" ] || [ "$(cat -- "$claim" 2>/dev/null)" != "$id" ] || rm -f -- "$claim"`;

function startKeeper(paths: readonly string[], claim = ''): ChildProcess {
  const keeper = spawn('/bin/sh', ['-c', SCRIPT, 'sh', claim, String(process.pid), ...paths], {
    // A group of its own: the terminal's Ctrl-C goes to a whole group.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Where there is no shell they are removed at the end of a process that ends by itself.
  keeper.on('error', () => {});
  keeper.stdin?.on('error', () => {});
  keeper.unref();
  (keeper.stdin as { unref?: () => void } | null)?.unref?.();
  return keeper;
}
