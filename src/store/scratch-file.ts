// The private file beside an index that becomes it when it is finished.
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { removedAtEnd } from '../removed-at-end.js';
import { lockFileOf } from './lock.js';

/** Made under the lock of the index, so that no other run has one. */
export class ScratchFile {
  /** The index. */
  readonly target: string;
  readonly path: string;
  /** A second private file, for a thread. */
  readonly side: string;
  /** Removes all of it. */
  readonly remove: () => void;

  /** Removes what runs left that were killed together with what tidies up behind them. */
  constructor(target: string) {
    this.target = target;
    this.path = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
    this.side = `${this.path}-side`;
    const isLeftover = new RegExp(
      `^\\.${escapeRegExp(basename(target))}\\.\\d+\\.tmp(-lock|-side)?(-journal)?$`,
    );
    for (const name of readdirSync(dirname(target))) {
      if (isLeftover.test(name)) rmSync(join(dirname(target), name), { force: true });
    }
    const files = [this.path, this.side].flatMap((file) => [file, `${file}-journal`]);
    this.remove = removedAtEnd(
      files.map((file) => resolve(file)),
      resolve(lockFileOf(target)),
    );
  }

  /** Makes it anew: empty, or a copy of the index. */
  prepare(isNew: boolean): void {
    rmSync(this.path, { force: true });
    if (!isNew) copyFileSync(this.target, this.path, constants.COPYFILE_FICLONE);
    closeSync(openSync(this.path, 'a', 0o600));
    chmodSync(this.path, 0o600);
  }

  /** Makes it durable and puts it in the index's place. */
  publish(): void {
    sync(this.path);
    renameSync(this.path, this.target);
    sync(dirname(this.target));
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
