// How far a build is, in bytes of its files.
import type { DataDir, DataFile } from '../datadir/data-dir.js';

/** Called with bytes of files done, and bytes there are. */
export type OnProgress = (doneBytes: number, totalBytes: number) => void;

/** Adds up the files of a build. */
export class BuildProgress {
  readonly #onProgress: OnProgress;
  #total = 0;
  #done = 0;

  constructor(onProgress: OnProgress = () => {}) {
    this.#onProgress = onProgress;
  }

  /** A directory that will follow. */
  expect(dir: DataDir): void {
    for (const file of [...dir.snapshots, ...dir.logs]) this.#total += file.size;
  }

  /** Bytes read of the current file. */
  within(fileBytes: number): void {
    this.#onProgress(this.#done + fileBytes, this.#total);
  }

  /** A file is done, or need not be read. */
  finish(file: DataFile): void {
    this.#done += file.size;
    this.within(0);
  }
}
