// Progress of a pass over a file, and the advice to make an index where questions take long.
import type { SourceLog } from './source-log.js';

const SLOW_MS = 2000;
let isAdvised = false;

/** What a reader knows of how far it is. */
interface Reading {
  readonly fileBytesRead: number;
  readonly stream: { readonly fileSize: number };
}

/** Passes progress on; where it `advises`, suggests an index after two seconds, once a process. */
export class SlowScan {
  readonly #log: SourceLog;
  readonly #advises: boolean;
  readonly #since = performance.now();

  constructor(log: SourceLog, advises = false) {
    this.#log = log;
    this.#advises = advises;
  }

  /** Says how far `reader` is. */
  tick(label: string, reader: Reading): void {
    this.#log.options.onProgress?.(label, reader.fileBytesRead, reader.stream.fileSize);
    if (
      !this.#advises ||
      this.#log.options.takesAll ||
      isAdvised ||
      performance.now() - this.#since < SLOW_MS
    )
      return;
    isAdvised = true;
    this.#log.note('each question reads the whole file; "zoolog index" makes a file that answers at once');
  }
}
