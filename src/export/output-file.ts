// A file that appears whole or not at all: written beside its place, synced, renamed.
import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { parseFileName } from '../datadir/file-name.js';
import { InputError, UsageError } from '../errors.js';
import { oldName, refuseInputs, syncFolder } from '../output-place.js';
import { removedAtEnd } from '../removed-at-end.js';

/** A file that is being written. */
export interface OutputFile {
  /** To write to. */
  readonly fd: number;
  /** Puts the file in its place. */
  commit(): void;
  /** Keeps what was written as NAME.partial, instead of an earlier one; its place stays as it was. Returns that name. */
  commitPartial(): string;
  /** Takes it away; its place stays as it was. */
  discard(): void;
}

/** How an output file may be put in its place. */
export interface OutputFileOptions {
  /** Where there is a file already, rename that to NAME.old-TIME (default: refuse). */
  readonly force?: boolean;
  /** Files and folders that are read: the file may be none of them, nor lie within one. */
  readonly inputs?: readonly string[];
}

/**
 * Begins a file.
 * @throws UsageError where there is one already, or where it would lie among the inputs; InputError where it
 * cannot be made.
 */
export function outputFile(path: string, options: OutputFileOptions = {}): OutputFile {
  const partial = `${path}.partial`;
  for (const name of [path, partial]) refuseInputs(name, options.inputs ?? []);
  checkPlace(path);
  if (existsSync(path)) {
    // --force would rename /dev/null.
    if (!statSync(path).isFile())
      throw new UsageError(`${path} is no ordinary file`, 'redirect the output with >');
    if (!options.force) throw new UsageError(`${path} exists`, 'choose another name, or --force');
  }
  const beside = join(dirname(path), `.${basename(path)}.zoolog-${process.pid}`);
  let fd = open(path, beside);
  const remove = removedAtEnd([resolve(beside)]);
  const close = () => {
    if (fd >= 0) closeSync(fd);
    fd = -1;
  };
  const publish = (place: string, clear: () => void) => {
    attempt(place, () => {
      fsyncSync(fd);
      close();
      clear();
      renameSync(beside, place);
    });
    remove();
    syncFolder(dirname(place));
  };
  return {
    get fd() {
      return fd;
    },
    commit() {
      publish(path, () => {
        if (existsSync(path)) renameSync(path, oldName(path));
      });
    },
    commitPartial() {
      publish(partial, () => {});
      return partial;
    },
    discard() {
      close();
      remove();
    },
  };
}

/** @throws UsageError where no file of that name can be made: it names a folder, or one in a folder that is not there. */
export function checkPlace(path: string): void {
  if (path === '' || path.endsWith(sep))
    throw new UsageError(`"${path}" is not the name of a file`, 'name a file');
  if (parseFileName(basename(path)) !== null) {
    throw new UsageError(`${path}: a server would take it for its own by that name`, 'choose another name');
  }
  const folder = dirname(path);
  if (!existsSync(folder)) throw new UsageError(`${path}: there is no folder ${folder}`, 'make it first');
  if (!statSync(folder).isDirectory())
    throw new UsageError(`${path}: ${folder} is no folder`, 'name another');
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UsageError(`${path} is a directory`, 'name a file');
}

function open(path: string, beside: string): number {
  return attempt(path, () => openSync(beside, 'wx', 0o600));
}

function attempt<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw new InputError(path, `cannot be written: ${(cause as Error).message}`, { cause });
  }
}
