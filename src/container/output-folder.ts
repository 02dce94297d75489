// A folder that appears whole or not at all: made beside its place, synced, renamed.

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { oldName, refuseInputs, syncFolder } from '../output-place.js';
import { removedAtEnd } from '../removed-at-end.js';
import { outputError, writeFully } from './file-output.js';
import type { FileWriter } from './plain-sink.js';

/** How a folder may be put in its place. */
export interface OutputFolderOptions {
  /** Where there is something already, rename that to NAME.old-TIME (default: refuse). */
  readonly force: boolean;
  /** Files and folders that are read: the folder may be none of them, nor lie within one. */
  readonly inputs: readonly string[];
}

/** A file that is complete. */
export interface WrittenFile {
  /** In the folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A file of the folder that is being written. */
export interface FolderFile {
  readonly write: FileWriter;
  /** Ends it, on the disk. */
  end(): WrittenFile;
}

/**
 * Says whether a folder can be made there.
 * @throws UsageError where there is something already, where it would lie among the inputs, or has no parent.
 */
export function checkFolder(path: string, { force, inputs }: OutputFolderOptions): void {
  if (path === '') throw new UsageError('"" is not the name of a folder', 'name a folder');
  refuseInputs(path, inputs);
  const parent = dirname(resolve(path));
  if (!existsSync(parent)) throw new UsageError(`${path}: there is no folder ${parent}`, 'make it first');
  if (!statSync(parent).isDirectory())
    throw new UsageError(`${path}: ${parent} is no folder`, 'name another');
  if (force || !isThere(path)) return;
  throw new UsageError(
    `${path} exists`,
    'choose another name, or --force, which renames it to NAME.old-TIME',
  );
}

/** True for anything but an empty folder, which is nothing to lose. */
function isThere(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !(stat.isDirectory() && readdirSync(path).length === 0);
}

/** The folder that is being made. */
export class OutputFolder {
  readonly #path: string;
  readonly #beside: string;
  readonly #options: OutputFolderOptions;
  readonly #remove: () => void;
  readonly #folders = new Set<string>();

  /** @throws UsageError as `checkFolder` does; InputError where it cannot be made. */
  constructor(path: string, options: OutputFolderOptions) {
    checkFolder(path, options);
    this.#path = resolve(path);
    this.#options = options;
    this.#beside = join(dirname(this.#path), `.${basename(this.#path)}.zoolog-${process.pid}`);
    this.#remove = removedAtEnd([this.#beside]);
    rmSync(this.#beside, { recursive: true, force: true });
    this.#attempt(() => mkdirSync(this.#beside, { mode: 0o700 }));
    this.#folders.add(this.#beside);
  }

  /** Begins a file; folders in its path are made. */
  file(path: string): FolderFile {
    const place = join(this.#beside, path);
    const shown = join(this.#path, path);
    for (let at = dirname(place); !this.#folders.has(at); at = dirname(at)) this.#folders.add(at);
    this.#attempt(() => mkdirSync(dirname(place), { recursive: true, mode: 0o700 }));
    const fd = this.#attempt(() => openSync(place, 'wx', 0o600));
    const hash = createHash('sha256');
    let bytes = 0;
    return {
      write: (chunk) => {
        writeFully(fd, shown, chunk);
        hash.update(chunk);
        bytes += chunk.length;
      },
      end: () => {
        this.#attempt(() => {
          fsyncSync(fd);
          closeSync(fd);
        });
        return { path, bytes, sha256: hash.digest('hex') };
      },
    };
  }

  /** Puts the folder in its place. Returns what the old one was renamed to; null where there was none. */
  commit(): string | null {
    for (const folder of this.#folders) syncFolder(folder);
    checkFolder(this.#path, this.#options);
    const old = isThere(this.#path) ? oldName(this.#path) : null;
    this.#attempt(() => {
      if (old !== null) renameSync(this.#path, old);
      renameSync(this.#beside, this.#path);
    });
    syncFolder(dirname(this.#path));
    this.#remove();
    return old;
  }

  /** Takes it away; its place stays as it was. */
  discard(): void {
    this.#remove();
  }

  #attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (cause) {
      throw outputError(this.#path, cause);
    }
  }
}
